//! How a request shows whose it is: a key, or a token that is made of one.

use std::sync::Arc;

use super::Provider;
use crate::config::Settings;
use crate::transport::Headers;

/// What is kept between the requests of a client.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    #[cfg(feature = "zhipu")]
    tokens: super::zhipu::Tokens,
}

impl Credentials {
    /// The token that a key was made into, if there is one.
    pub(super) fn token(&self) -> Option<Arc<str>> {
        #[cfg(feature = "zhipu")]
        return self.tokens.last();
        #[cfg(not(feature = "zhipu"))]
        None
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
