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
    Zhipu,
    Anthropic,
    Gemini,
    Aliyun,
    Ollama,
}

/// The language that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi,
    #[cfg(feature = "anthropic")]
    Anthropic,
    #[cfg(feature = "gemini")]
    Gemini,
    #[cfg(feature = "aliyun")]
    Aliyun,
    #[cfg(feature = "ollama")]
    Ollama,
}

const ALL: [Provider; 10] = [
    Provider::OpenAi,
    Provider::Anthropic,
    Provider::Gemini,
    Provider::DeepSeek,
    Provider::OpenRouter,
    Provider::XAi,
    Provider::Zhipu,
    Provider::Aliyun,
    Provider::Ollama,
    Provider::OpenAiCompatible,
];

impl Provider {
    /// The provider of this type; the error lists those that exist.
    pub(crate) fn by_name(name: &str) -> Result<Self, Error> {
        let provider = ALL.into_iter().find(|provider| provider.name() == name);
        let provider = provider
            .ok_or_else(|| Error::config(format!("provider_type must be one of {}, got {name:?}", Self::names())))?;
        if provider.is_built() {
            return Ok(provider);
        }
        Err(Error::config(format!(
            "provider_type {name:?} was left out of this build: enable the cargo feature {name:?}"
        )))
    }

    /// Whether its dialect was not left out of this build.
    fn is_built(self) -> bool {
        let left_out = [
            (Self::Zhipu, cfg!(feature = "zhipu")),
            (Self::Anthropic, cfg!(feature = "anthropic")),
            (Self::Gemini, cfg!(feature = "gemini")),
            (Self::Aliyun, cfg!(feature = "aliyun")),
            (Self::Ollama, cfg!(feature = "ollama")),
        ];
        !left_out.contains(&(self, false))
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
            Self::Zhipu => "zhipu",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Aliyun => "aliyun",
            Self::Ollama => "ollama",
        }
    }

    /// Where the provider is, unless every server of its kind has its own address.
    pub(crate) fn base_url(self) -> Option<&'static str> {
        Some(match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::OpenAiCompatible => return None,
            Self::OpenRouter => "https://openrouter.ai/api/v1",
            Self::DeepSeek => "https://api.deepseek.com",
            Self::XAi => "https://api.x.ai/v1",
            Self::Zhipu => "https://open.bigmodel.cn/api/paas/v4",
            Self::Anthropic => "https://api.anthropic.com/v1",
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta",
            Self::Aliyun => "https://dashscope.aliyuncs.com/api/v1",
            Self::Ollama => "http://localhost:11434",
        })
    }

    /// Whether this address is at some provider's own host, where keys are worth money.
    #[allow(dead_code, reason = "only pages have to be careful with keys")]
    pub(crate) fn is_at_a_provider(url: &str) -> bool {
        let given = secure_host(url);
        ALL.into_iter()
            .filter_map(|provider| secure_host(provider.base_url()?))
            .any(|host| given.is_some_and(|given| host.eq_ignore_ascii_case(given)))
    }

    /// The model of requests and configurations that name none.
    pub(crate) fn default_model(self) -> Option<&'static str> {
        (self == Self::DeepSeek).then_some("deepseek-chat")
    }

    /// Whether nothing works without a key.
    pub(crate) fn needs_key(self) -> bool {
        !matches!(self, Self::OpenAiCompatible | Self::Ollama)
    }

    /// Refuses a key of a form that the provider does not have.
    #[allow(unused_variables, clippy::unnecessary_wraps, reason = "for builds without it")]
    pub(crate) fn check_key(self, key: &str) -> Result<(), Error> {
        match self {
            #[cfg(feature = "zhipu")]
            Self::Zhipu => super::zhipu::check(key),
            _ => Ok(()),
        }
    }

    /// The header under which it takes a key that all attempts of a call share, so that it carries out only one of them.
    pub(crate) fn idempotency_header(self) -> Option<&'static str> {
        (self == Self::OpenAi).then_some("idempotency-key")
    }

    /// Whether a stream tells its token counts only when `stream_options` asks for them. Of servers that are like
    /// OpenAI's not all know that field.
    pub(super) fn reports_usage_if_asked(self) -> bool {
        matches!(self, Self::OpenAi | Self::OpenRouter | Self::DeepSeek | Self::XAi)
    }

    /// Whether it has embeddings.
    pub(super) fn has_embeddings(self) -> bool {
        !matches!(self, Self::Anthropic | Self::DeepSeek | Self::XAi)
    }

    pub(super) fn dialect(self) -> Dialect {
        match self {
            #[cfg(feature = "anthropic")]
            Self::Anthropic => Dialect::Anthropic,
            #[cfg(feature = "gemini")]
            Self::Gemini => Dialect::Gemini,
            #[cfg(feature = "aliyun")]
            Self::Aliyun => Dialect::Aliyun,
            #[cfg(feature = "ollama")]
            Self::Ollama => Dialect::Ollama,
            _ => Dialect::OpenAi,
        }
    }
}

/// The host of an `https` address, with its port if it has one.
fn secure_host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    scheme.eq_ignore_ascii_case("https").then(|| rest.split('/').next())?
}

#[cfg(test)]
mod tests {
    use super::Provider;

    #[test]
    fn keys_are_worth_money_at_the_providers_own_hosts() {
        for url in [
            "https://api.openai.com/v1",
            "https://API.OpenAI.com",
            "https://openrouter.ai/other",
        ] {
            assert!(Provider::is_at_a_provider(url), "{url}");
        }
        for url in [
            "https://example.com/api.openai.com",
            "http://localhost:8000/v1",
            "https://api.openai.com.example/v1",
        ] {
            assert!(!Provider::is_at_a_provider(url), "{url}");
        }
    }
}
