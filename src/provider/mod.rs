//! The dialects: how each provider wants a request, and what its answers mean. No input or output here.
//!
//! A dialect is a file with up to four functions: one that makes a request's body of OpenAI's fields, one that makes
//! OpenAI's JSON of a whole answer, a decoder with the state of one stream, which makes OpenAI's JSON of its events,
//! and the same for embeddings and lists of models. This file chooses among them.

mod answer;
mod facts;
mod openai;
mod peek;

use std::sync::Arc;

use bytes::Bytes;

pub(crate) use answer::{Fault, Signals, refusal};
pub(crate) use facts::Provider;
pub(crate) use peek::{Peek, PeekUsage};

use crate::config::{CallOptions, Settings};
use crate::decode::{Event, Framing};
use crate::error::Error;
use crate::rt;
use crate::stream::Sink;
use crate::transport::{Headers, Request};
use crate::types::{ChatCompletion, ChatRequest, RawChatRequest};

/// What a call asks of a provider.
pub(crate) enum Input<'a> {
    /// An answer to a conversation, at once or in chunks.
    Chat { request: ChatInput<'a>, streaming: bool },
}

impl Input<'_> {
    /// Whether the answer comes in chunks.
    pub(crate) fn is_streaming(&self) -> bool {
        matches!(self, Self::Chat { streaming: true, .. })
    }
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
        match self {
            Self::Typed(request) => request.model.as_deref(),
            Self::Raw(request) => request.model.as_deref(),
        }
    }

    fn has_messages(&self) -> bool {
        match self {
            Self::Typed(request) => !request.messages.is_empty(),
            Self::Raw(request) => !request.fields.list("messages").is_empty(),
        }
    }
}

#[allow(dead_code, reason = "for the dialects to come")]
/// What has to be remembered of a request to understand its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) provider: Provider,
    pub(crate) operation: Operation,
    /// The model that was asked; empty where that is of no concern.
    pub(crate) model: Arc<str>,
    /// When, in seconds since 1970.
    pub(crate) at: u64,
}

/// What kind of answer was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Chat,
}

impl Operation {
    /// The name that OpenTelemetry's conventions have for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
        }
    }
}

/// The request as the provider takes it, and what to remember of it.
pub(crate) fn encode(settings: &Settings, input: &Input<'_>, options: &CallOptions) -> Result<(Request, Asked), Error> {
    match input {
        Input::Chat { request, streaming } => {
            let model = model(request.model(), settings)?;
            if !request.has_messages() {
                return Err(Error::config(
                    "messages must be a list of at least one message, such as {\"role\": \"user\", \"content\": \"Hello!\"}",
                ));
            }
            let body = chat_body(settings.provider, request, model, *streaming)?;
            let request = Request {
                method: "POST",
                url: format!("{}/chat/completions", settings.base_url),
                headers: headers(settings, *streaming, options),
                body: Bytes::from(body),
            };
            Ok((request, asked(settings, Operation::Chat, model)))
        }
    }
}

fn chat_body(provider: Provider, request: &ChatInput<'_>, model: &str, streaming: bool) -> Result<Vec<u8>, Error> {
    openai::encode(request, model, streaming, provider.reports_usage_if_asked())
        .map_err(|error| Error::config(format!("the request cannot be written as JSON: {error}")))
}

fn model<'a>(given: Option<&'a str>, settings: &'a Settings) -> Result<&'a str, Error> {
    let given = given.filter(|model| !model.is_empty());
    given.or(settings.default_model.as_deref()).ok_or_else(|| {
        Error::config("model is missing: give the request a model, or the configuration a default_model")
    })
}

fn asked(settings: &Settings, operation: Operation, model: &str) -> Asked {
    Asked {
        provider: settings.provider,
        operation,
        model: model.into(),
        at: rt::unix_time().as_secs(),
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

impl Asked {
    /// How the events of a streamed answer are told apart.
    pub(crate) fn framing(&self) -> Framing {
        Framing::Sse
    }

    /// The decoder of a streamed answer.
    pub(crate) fn stream(&self) -> StreamDecoder {
        StreamDecoder::OpenAi
    }

    /// A whole answer, checked, as JSON in OpenAI's shape.
    pub(crate) fn decode_answer(&self, body: Vec<u8>) -> Result<String, Fault> {
        openai::decode_answer(body)
    }

    /// A whole answer to a conversation as a value.
    pub(crate) fn parse_answer(&self, body: Vec<u8>) -> Result<ChatCompletion, Fault> {
        openai::parse_answer(body)
    }
}

/// What a stream's dialect has to keep from one event to the next.
pub(crate) enum StreamDecoder {
    OpenAi,
}

impl StreamDecoder {
    /// One event, handed to the sink as chunks.
    pub(crate) fn on_event(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        match self {
            Self::OpenAi => openai::decode_event(event, sink),
        }
    }
}
