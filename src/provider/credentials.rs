//! How a request shows whose it is: a key, or a token that is made of one.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::Provider;
use crate::config::Settings;
use crate::transport::{Address, Headers};

/// What is kept between the requests of a client.
#[derive(Default)]
pub(crate) struct Credentials {
    #[cfg(feature = "zhipu")]
    tokens: super::zhipu::Tokens,
    /// Where the last request went, and the last one for a stream.
    last: [Mutex<Option<Last>>; 2],
}

/// A path behind the base URL, and what was made of it.
struct Last {
    path: String,
    address: Arc<Address>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Credentials {
    /// The token that a key was made into, if there is one.
    pub(super) fn token(&self) -> Option<Arc<str>> {
        #[cfg(feature = "zhipu")]
        return self.tokens.last();
        #[cfg(not(feature = "zhipu"))]
        None
    }

    /// The address behind this path with the headers of all requests, which is made only when the last one had another:
    /// these headers never change, but where the credentials do.
    #[cfg_attr(not(feature = "zhipu"), allow(unused_variables))]
    pub(super) fn address(
        &self,
        settings: &Settings,
        path: &str,
        streaming: bool,
        make: impl FnOnce() -> Address,
    ) -> Arc<Address> {
        #[cfg(feature = "zhipu")]
        if settings.provider == Provider::Zhipu {
            return Arc::new(make());
        }
        let [once, streamed] = &self.last;
        let last = if streaming { streamed } else { once };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(last) if last.path == path => Arc::clone(&last.address),
            _ => {
                let address = Arc::new(make());
                *last = Some(Last {
                    path: path.to_owned(),
                    address: Arc::clone(&address),
                });
                address
            }
        }
    }

    /// Adds the headers that the provider wants.
    pub(super) fn apply(&self, settings: &Settings, headers: &mut Headers) {
        #[cfg(feature = "anthropic")]
        if settings.provider == Provider::Anthropic {
            headers.set("anthropic-version", super::anthropic::VERSION);
        }
        let Some(key) = &settings.api_key else { return };
        match settings.provider {
            Provider::Anthropic => headers.set("x-api-key", key.as_str()),
            Provider::Gemini => headers.set("x-goog-api-key", key.as_str()),
            #[cfg(feature = "zhipu")]
            Provider::Zhipu => {
                let token = self.tokens.at(crate::rt::unix_time(), key);
                headers.set("authorization", format!("Bearer {token}"));
            }
            _ => headers.set("authorization", ["Bearer ", key].concat()),
        }
    }
}

#[cfg(all(test, feature = "zhipu"))]
impl Credentials {
    /// The token for requests at this time of day.
    pub(super) fn token_at(&self, now: std::time::Duration, key: &str) -> Arc<str> {
        self.tokens.at(now, key)
    }
}
