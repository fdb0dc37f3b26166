//! The dialects: how each provider wants a request, and what its answers mean. No input or output here.

mod answer;
mod openai;
mod peek;

use bytes::Bytes;

pub(crate) use answer::{Fault, Signals, refusal};
pub(crate) use peek::Peek;

use crate::config::{CallOptions, Settings};
use crate::decode::{Event, Framing};
use crate::error::Error;
use crate::stream::Sink;
use crate::transport::{Headers, Request};
use crate::types::{ChatCompletion, ChatRequest, RawChatRequest};

/// A provider, chosen by its `provider_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    OpenAi,
    OpenAiCompatible,
}

/// A chat request in one of the two forms that callers have it in.
#[allow(dead_code, reason = "each target has callers of one form")]
pub(crate) enum ChatInput<'a> {
    /// From Rust.
    Typed(&'a ChatRequest),
    /// From JavaScript.
    Raw(&'a RawChatRequest<'a>),
}

impl ChatInput<'_> {
    fn model(&self) -> Option<&str> {
        let model = match self {
            Self::Typed(request) => request.model.as_deref(),
            Self::Raw(request) => request.model.as_deref(),
        };
        model.filter(|model| !model.is_empty())
    }

    fn has_messages(&self) -> bool {
        match self {
            Self::Typed(request) => !request.messages.is_empty(),
            // The texts of JSON values begin without white space, and this one was valid.
            Self::Raw(request) => {
                let list = request.get("messages").and_then(|json| json.strip_prefix('['));
                list.is_some_and(|items| !items.trim_start().starts_with(']'))
            }
        }
    }
}

const ALL: [Provider; 2] = [Provider::OpenAi, Provider::OpenAiCompatible];

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
        }
    }

    /// Where the provider is, unless every server of its kind has its own address.
    pub(crate) fn base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::OpenAiCompatible => None,
        }
    }

    /// Whether nothing works without a key.
    pub(crate) fn needs_key(self) -> bool {
        match self {
            Self::OpenAi => true,
            Self::OpenAiCompatible => false,
        }
    }

    /// The chat request as the provider takes it.
    pub(crate) fn encode_chat(
        self,
        settings: &Settings,
        request: &ChatInput<'_>,
        streaming: bool,
        options: &CallOptions,
    ) -> Result<Request, Error> {
        let model = request.model().or(settings.default_model.as_deref());
        let Some(model) = model else {
            return Err(Error::config(
                "model is missing: give the request a model, or the configuration a default_model",
            ));
        };
        if !request.has_messages() {
            return Err(Error::config(
                "messages must be a list of at least one message, such as {\"role\": \"user\", \"content\": \"Hello!\"}",
            ));
        }
        let body = openai::encode(request, model, streaming, self == Self::OpenAi)
            .map_err(|error| Error::config(format!("the request cannot be written as JSON: {error}")))?;
        Ok(Request {
            method: "POST",
            url: format!("{}/chat/completions", settings.base_url),
            headers: headers(settings, streaming, options),
            body: Bytes::from(body),
        })
    }

    /// The header under which it takes a key that all attempts of a call share, so that it carries out only one of them.
    pub(crate) fn idempotency_header(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("idempotency-key"),
            Self::OpenAiCompatible => None,
        }
    }

    /// How its streams are cut into events.
    pub(crate) fn framing(self) -> Framing {
        match self {
            Self::OpenAi | Self::OpenAiCompatible => Framing::Sse,
        }
    }

    /// One event of a streamed answer, handed to the sink as chunks.
    pub(crate) fn decode_event(self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        openai::decode_event(event, sink)
    }

    /// A whole answer, checked, as JSON in OpenAI's shape.
    pub(crate) fn decode_answer(self, body: Vec<u8>) -> Result<String, Fault> {
        openai::decode_answer(body)
    }

    /// A whole answer as a value.
    pub(crate) fn parse_answer(self, body: Vec<u8>) -> Result<ChatCompletion, Fault> {
        openai::parse_answer(body)
    }
}

fn headers(settings: &Settings, streaming: bool, options: &CallOptions) -> Headers {
    let mut headers = Headers::default();
    headers.set("content-type", "application/json");
    headers.set(
        "accept",
        if streaming {
            "text/event-stream"
        } else {
            "application/json"
        },
    );
    if let Some(key) = &settings.api_key {
        headers.set("authorization", format!("Bearer {key}"));
    }
    for (name, value) in settings.extra_headers.iter().chain(&options.headers) {
        headers.set(name, value.as_str());
    }
    headers
}
