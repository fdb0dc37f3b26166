//! What is to be known of each provider before a request is made.

use crate::error::Error;

/// A provider, chosen by its `provider_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    OpenAi,
    OpenAiCompatible,
    OpenRouter,
    DeepSeek,
    XAi,
}

const ALL: [Provider; 5] = [
    Provider::OpenAi,
    Provider::OpenAiCompatible,
    Provider::OpenRouter,
    Provider::DeepSeek,
    Provider::XAi,
];

impl Provider {
    /// The provider of this type; the error lists those that exist.
    pub(crate) fn by_name(name: &str) -> Result<Self, Error> {
        ALL.into_iter()
            .find(|provider| provider.name() == name)
            .ok_or_else(|| Error::config(format!("provider_type must be one of {}, got {name:?}", Self::names())))
    }

    /// All types, for messages.
    pub(crate) fn names() -> String {
        ALL.map(Self::name).join(", ")
    }

    /// The `provider_type`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::OpenAiCompatible => "openai-compatible",
            Self::OpenRouter => "openrouter",
            Self::DeepSeek => "deepseek",
            Self::XAi => "xai",
        }
    }

    /// Where the provider is, unless every server of its kind has its own address.
    pub(crate) fn base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::OpenAiCompatible => None,
            Self::OpenRouter => Some("https://openrouter.ai/api/v1"),
            Self::DeepSeek => Some("https://api.deepseek.com"),
            Self::XAi => Some("https://api.x.ai/v1"),
        }
    }

    /// The model of requests and configurations that name none.
    pub(crate) fn default_model(self) -> Option<&'static str> {
        match self {
            Self::DeepSeek => Some("deepseek-chat"),
            _ => None,
        }
    }

    /// Whether nothing works without a key.
    pub(crate) fn needs_key(self) -> bool {
        self != Self::OpenAiCompatible
    }

    /// The header under which it takes a key that all attempts of a call share, so that it carries out only one of them.
    pub(crate) fn idempotency_header(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("idempotency-key"),
            _ => None,
        }
    }

    /// Whether a stream tells its token counts when `stream_options` asks for them. Of servers that are like OpenAI's
    /// not all know that field.
    pub(crate) fn reports_usage_if_asked(self) -> bool {
        self != Self::OpenAiCompatible
    }
}
