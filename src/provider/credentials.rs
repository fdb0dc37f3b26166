//! How a request shows whose it is: a key, or a token that is made of one.

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
            _ => headers.set("authorization", format!("Bearer {key}")),
        }
    }
}
