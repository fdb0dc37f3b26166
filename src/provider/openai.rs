//! The dialect of OpenAI's chat completions, which most other servers speak too.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::answer::{Fault, Signals};
use super::peek::Peek;
use crate::decode::sse::Event;
use crate::stream::Sink;
use crate::types::{ChatCompletion, ChatRequest};

/// The data of the event that ends a stream.
const DONE: &str = "[DONE]";

/// The request's body. `usage` asks for the token counts of a stream, unless the caller has set `stream_options`.
pub(super) fn encode(request: &ChatRequest, model: &str, streaming: bool, usage: bool) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Wire {
        request,
        model,
        streaming,
        usage,
    })
}

struct Wire<'a> {
    request: &'a ChatRequest,
    model: &'a str,
    streaming: bool,
    usage: bool,
}

impl Serialize for Wire<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, .. } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", self.model)?;
        map.serialize_entry("messages", &request.messages)?;
        if let Some(tokens) = request.max_tokens {
            map.serialize_entry("max_tokens", &tokens)?;
        }
        if let Some(temperature) = request.temperature {
            map.serialize_entry("temperature", &temperature)?;
        }
        if let Some(top_p) = request.top_p {
            map.serialize_entry("top_p", &top_p)?;
        }
        // Which method was called decides about streaming, so that no answer comes in a form nobody reads.
        for (field, value) in request.extra.iter().filter(|(field, _)| *field != "stream") {
            map.serialize_entry(field, value)?;
        }
        if self.streaming {
            map.serialize_entry("stream", &true)?;
            if self.usage && !request.extra.contains_key("stream_options") {
                map.serialize_entry("stream_options", &json!({ "include_usage": true }))?;
            }
        }
        map.end()
    }
}

/// One event of a stream.
pub(super) fn decode_event(event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
    if event.data == DONE {
        return Ok(Signals {
            done: true,
            ..Signals::default()
        });
    }
    if event.data.is_empty() {
        return Ok(Signals::default());
    }
    sink.openai_chunk(event.data)
}

/// A whole answer: it has to be JSON with `choices` and without an `error`.
pub(super) fn decode_answer(body: Vec<u8>) -> Result<String, Fault> {
    let text = String::from_utf8(body).map_err(|error| {
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Fault::unexpected(&text, "the answer is not valid UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err(Fault::unexpected("", "the answer is empty"));
    }
    let peek: Peek<'_> = serde_json::from_str(&text).map_err(|error| Fault::malformed(&text, &error))?;
    if let Some(error) = peek.error {
        return Err(Fault::reported(error.get()));
    }
    if peek.choices.is_none() {
        return Err(Fault::unexpected(&text, "the answer has no choices"));
    }
    Ok(text)
}

/// A whole answer as a value. Only one that is not as it should be is looked at a second time, to say what is wrong.
pub(super) fn parse_answer(body: Vec<u8>) -> Result<ChatCompletion, Fault> {
    match serde_json::from_slice::<ChatCompletion>(&body) {
        Ok(answer) if !answer.extra.contains_key("error") => Ok(answer),
        parsed => {
            let text = decode_answer(body)?;
            parsed.map_err(|error| Fault::malformed(&text, &error))
        }
    }
}
