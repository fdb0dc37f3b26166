//! The dialects: how each provider wants a request, and what its answers mean. No input or output here.
//!
//! A dialect has functions that make its requests of OpenAI's fields, functions that make OpenAI's JSON of its whole
//! answers, and a decoder with the state of one stream, which makes OpenAI's JSON of its events. This file chooses
//! among them.

#[cfg(feature = "aliyun")]
mod aliyun;
mod answer;
#[cfg(feature = "anthropic")]
mod anthropic;
mod chat_input;
mod codes;
mod credentials;
mod embeddings;
mod encode;
mod facts;
#[cfg(feature = "gemini")]
mod gemini;
mod models;
#[cfg(feature = "ollama")]
mod ollama;
mod openai;
mod peek;
mod request;
mod secrets;
mod shape;
#[cfg(feature = "zhipu")]
mod zhipu;

use std::sync::Arc;

use bytes::Bytes;

pub(crate) use answer::{Fault, Signals, refusal};
pub(crate) use chat_input::ChatInput;
pub(crate) use credentials::Credentials;
pub(crate) use encode::encode;
pub(crate) use facts::Provider;
pub(crate) use models::NEXT_PAGE;
pub(crate) use peek::{Peek, PeekChoice, PeekDelta, PeekUsage};
pub(crate) use secrets::Secrets;
#[allow(unused_imports, reason = "only the native transport marks headers")]
pub(crate) use secrets::is_secret;

use crate::decode::{Event, Framing};
use crate::stream::Sink;
use crate::types::ChatCompletion;
use facts::Dialect;

/// What a call asks of a provider.
pub(crate) enum Input<'a> {
    /// An answer to a conversation, at once or in chunks.
    Chat {
        request: &'a dyn ChatInput,
        streaming: bool,
    },
    /// Vectors for texts, by a request as JSON.
    Embeddings(&'a str),
    /// The models that there are: the first page of them, or the one of this name.
    Models(Option<&'a str>),
}

impl Input<'_> {
    /// Whether the answer comes in chunks.
    pub(crate) fn is_streaming(&self) -> bool {
        matches!(self, Self::Chat { streaming: true, .. })
    }
}

/// What has to be remembered of a request to understand its answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) provider: Provider,
    pub(crate) operation: Operation,
    /// The model that was asked; empty where that is of no concern.
    pub(crate) model: Arc<str>,
    /// When, in seconds since 1970.
    pub(crate) at: u64,
    /// What no error may tell.
    pub(crate) secrets: Arc<Secrets>,
}

/// What kind of answer was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Chat,
    Embeddings,
    Models,
}

impl Operation {
    /// The name that OpenTelemetry's conventions have for it, or one of their form.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
            Self::Models => "list_models",
        }
    }
}

impl Asked {
    /// How a stream is cut into events.
    pub(crate) fn framing(&self) -> Framing {
        match self.provider.dialect() {
            #[cfg(feature = "ollama")]
            Dialect::Ollama => Framing::Ndjson,
            _ => Framing::Sse,
        }
    }

    /// The decoder of a streamed answer.
    pub(crate) fn stream(&self) -> StreamDecoder {
        match self.provider.dialect() {
            Dialect::OpenAi => StreamDecoder::OpenAi,
            #[cfg(feature = "anthropic")]
            Dialect::Anthropic => StreamDecoder::Anthropic(Box::new(anthropic::Stream::new(self))),
            #[cfg(feature = "gemini")]
            Dialect::Gemini => StreamDecoder::Gemini(Box::new(gemini::Stream::new(self))),
            #[cfg(feature = "aliyun")]
            Dialect::Aliyun => StreamDecoder::Aliyun(Box::new(aliyun::Stream::new(self))),
            #[cfg(feature = "ollama")]
            Dialect::Ollama => StreamDecoder::Ollama(Box::new(ollama::Stream::new(self))),
        }
    }

    /// A whole answer, checked, as JSON in OpenAI's shape.
    pub(crate) fn decode_answer(&self, body: Bytes) -> Result<String, Fault> {
        let text = answer::text(body)?;
        match (self.provider.dialect(), self.operation) {
            (Dialect::OpenAi, Operation::Chat) => openai::check_answer(text, "choices"),
            (Dialect::OpenAi, _) => openai::check_answer(text, "data"),
            #[cfg(feature = "anthropic")]
            (Dialect::Anthropic, Operation::Models) => anthropic::decode_models(&text),
            #[cfg(feature = "anthropic")]
            (Dialect::Anthropic, _) => anthropic::decode_answer(self, &text),
            #[cfg(feature = "gemini")]
            (Dialect::Gemini, Operation::Chat) => gemini::decode_answer(self, &text),
            #[cfg(feature = "gemini")]
            (Dialect::Gemini, Operation::Embeddings) => gemini::decode_embeddings(self, &text),
            #[cfg(feature = "gemini")]
            (Dialect::Gemini, Operation::Models) => gemini::decode_models(&text),
            #[cfg(feature = "aliyun")]
            (Dialect::Aliyun, Operation::Chat) => aliyun::decode_answer(self, &text),
            #[cfg(feature = "aliyun")]
            (Dialect::Aliyun, Operation::Embeddings) => aliyun::decode_embeddings(self, &text),
            #[cfg(feature = "aliyun")]
            (Dialect::Aliyun, Operation::Models) => openai::check_answer(text, "data"),
            #[cfg(feature = "ollama")]
            (Dialect::Ollama, Operation::Chat) => ollama::decode_answer(self, &text),
            #[cfg(feature = "ollama")]
            (Dialect::Ollama, Operation::Embeddings) => ollama::decode_embeddings(self, &text),
            #[cfg(feature = "ollama")]
            (Dialect::Ollama, Operation::Models) => ollama::decode_models(&text),
        }
    }

    /// A whole answer to a conversation as a value.
    pub(crate) fn parse_answer(&self, body: Bytes) -> Result<ChatCompletion, Fault> {
        if self.provider.dialect() == Dialect::OpenAi {
            return openai::parse_answer(body);
        }
        let text = self.decode_answer(body)?;
        serde_json::from_str(&text).map_err(|error| Fault::malformed(&text, &error))
    }
}

/// What a stream's dialect has to keep from one event to the next.
pub(crate) enum StreamDecoder {
    OpenAi,
    #[cfg(feature = "anthropic")]
    Anthropic(Box<anthropic::Stream>),
    #[cfg(feature = "gemini")]
    Gemini(Box<gemini::Stream>),
    #[cfg(feature = "aliyun")]
    Aliyun(Box<aliyun::Stream>),
    #[cfg(feature = "ollama")]
    Ollama(Box<ollama::Stream>),
}

impl StreamDecoder {
    /// One event, handed to the sink as chunks.
    pub(crate) fn on_event(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        match self {
            Self::OpenAi => openai::decode_event(event, sink),
            #[cfg(feature = "anthropic")]
            Self::Anthropic(stream) => stream.on_event(event, sink),
            #[cfg(feature = "gemini")]
            Self::Gemini(stream) => stream.on_event(event, sink),
            #[cfg(feature = "aliyun")]
            Self::Aliyun(stream) => stream.on_event(event, sink),
            #[cfg(feature = "ollama")]
            Self::Ollama(stream) => stream.on_event(event, sink),
        }
    }

    /// A read that is one event like the last one but for its text, which needs no decoding; `None` where it has to be
    /// looked at. Servers send event by event, so that nearly every read is one.
    pub(crate) fn on_line(&self, json: &[u8], sink: &mut impl Sink) -> Option<Signals> {
        match self {
            Self::OpenAi => sink.openai_line(json),
            #[cfg(any(feature = "aliyun", feature = "anthropic", feature = "gemini", feature = "ollama"))]
            _ => None,
        }
    }

    /// What the call has used, as OpenAI's JSON, where chunks tell it only at the end.
    pub(crate) fn used(&self) -> Option<String> {
        match self {
            #[cfg(feature = "anthropic")]
            Self::Anthropic(stream) => stream.used(),
            #[cfg(feature = "aliyun")]
            Self::Aliyun(stream) => stream.used(),
            _ => None,
        }
    }
}
