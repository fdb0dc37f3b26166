//! The dialect of OpenAI's chat completions, which most other servers speak too.

use bytes::Bytes;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::json;

use super::answer::{Fault, Signals};
use super::peek::Peek;
use crate::decode::Event;
use crate::json::{Object, Writer};
use crate::stream::Sink;
use crate::types::{ChatCompletion, ChatRequest, RawChatRequest};

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

/// The same with the texts of the fields as they came, so that nothing of them changes on the way.
pub(super) fn splice(
    request: &RawChatRequest<'_>,
    model: &str,
    streaming: bool,
    usage: bool,
) -> serde_json::Result<Vec<u8>> {
    let length: usize = request
        .fields
        .0
        .iter()
        .map(|(name, value)| name.len() + value.text().len() + 8)
        .sum();
    let mut body = Vec::with_capacity(length + model.len() + 100);
    body.extend_from_slice(b"{\"model\":");
    serde_json::to_writer(&mut body, model)?;
    for (name, value) in &request.fields.0 {
        body.push(b',');
        serde_json::to_writer(&mut body, name.as_ref())?;
        body.push(b':');
        body.extend_from_slice(value.text().as_bytes());
    }
    if streaming {
        body.extend_from_slice(b",\"stream\":true");
        if usage && request.fields.get("stream_options").is_none() {
            body.extend_from_slice(b",\"stream_options\":{\"include_usage\":true}");
        }
    }
    body.push(b'}');
    Ok(body)
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
        option(&mut map, "max_tokens", request.max_tokens.as_ref())?;
        option(&mut map, "temperature", request.temperature.as_ref())?;
        option(&mut map, "top_p", request.top_p.as_ref())?;
        option(&mut map, "stop", Some(&request.stop).filter(|texts| !texts.is_empty()))?;
        option(&mut map, "seed", request.seed.as_ref())?;
        option(&mut map, "n", request.n.as_ref())?;
        option(
            &mut map,
            "tools",
            Some(&request.tools).filter(|tools| !tools.is_empty()),
        )?;
        option(&mut map, "tool_choice", request.tool_choice.as_ref())?;
        option(&mut map, "response_format", request.response_format.as_ref())?;
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

fn option<M: SerializeMap>(map: &mut M, name: &str, value: Option<&impl Serialize>) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

/// One event of a stream.
pub(super) fn decode_event(event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
    if event.data.trim_ascii_end() == DONE {
        return Ok(Signals {
            done: true,
            ..Signals::default()
        });
    }
    if event.data.is_empty() {
        return Ok(Signals::default());
    }
    if event.name == "error" {
        return Err(Fault::reported(event.data));
    }
    sink.openai_chunk(event.data)
}

/// A whole answer: it has to be JSON with what it is for, a list of choices or of data, and without an `error`.
pub(super) fn check_answer(text: String, list: &str) -> Result<String, Fault> {
    let peek: Peek<'_> = serde_json::from_str(&text).map_err(|error| Fault::malformed(&text, &error))?;
    if let Some(error) = peek.error {
        return Err(Fault::reported(error.get()));
    }
    if match list {
        "choices" => peek.choices.is_none(),
        _ => peek.data.is_none(),
    } {
        return Err(Fault::unexpected(&text, &format!("the answer has no {list}")));
    }
    Ok(text)
}

/// The body of a request for embeddings: as it is, with its model.
pub(super) fn encode_embeddings(fields: &Object<'_>, model: &str) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("model").string(model);
        writer.fields(fields);
    });
    writer.finish()
}

/// A whole answer as a value. Only one that is not as it should be is looked at a second time, to say what is wrong.
pub(super) fn parse_answer(body: Bytes) -> Result<ChatCompletion, Fault> {
    // Checked as a whole: the parser would check every string by itself.
    let parsed = match std::str::from_utf8(&body) {
        Ok(text) => serde_json::from_str::<ChatCompletion>(text),
        Err(_) => serde_json::from_slice(&body),
    };
    match parsed {
        Ok(answer) if answer.extra.peek().all(|(name, _)| name != "error") => Ok(answer),
        parsed => {
            let text = check_answer(super::answer::text(body)?, "choices")?;
            parsed.map_err(|error| Fault::malformed(&text, &error))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::provider::ChatInput;

    /// Both forms of a request, encoded.
    fn both(request: &Value, streaming: bool, usage: bool) -> (Value, Value) {
        let text = request.to_string();
        let typed: ChatRequest = serde_json::from_str(&text).unwrap();
        let raw = RawChatRequest::read(&text).unwrap();
        let encoded =
            |input: &dyn ChatInput| serde_json::from_slice(&input.body("m", streaming, usage).unwrap()).unwrap();
        (encoded(&typed), encoded(&raw))
    }

    #[test]
    fn both_forms_of_a_request_go_out_alike_and_unknown_fields_with_them() {
        let request = json!({
            "messages": [{"role": "user", "content": [{"type": "text", "text": "é\n\"x\""}], "name": "n"}],
            "max_tokens": 5, "temperature": 0.1, "top_p": 1.0, "seed": -7, "n": 2, "stop": ["a"],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
            "tool_choice": "required", "response_format": {"type": "json_object"}, "x y": {"deep": [1, null, 1e300]},
        });
        let (typed, raw) = both(&request, true, true);
        assert_eq!(typed, raw);
        let mut expected = request;
        expected["model"] = "m".into();
        expected["stream"] = true.into();
        expected["stream_options"] = json!({"include_usage": true});
        assert_eq!(raw, expected);
    }

    #[test]
    fn the_callers_stream_options_stand_and_others_are_not_asked_for_usage() {
        let request = json!({"messages": [], "stream_options": {"include_usage": false}});
        let (typed, raw) = both(&request, true, true);
        assert_eq!((&typed, &raw["stream_options"]), (&raw, &request["stream_options"]));
        let (typed, raw) = both(&json!({"messages": []}), true, false);
        assert_eq!((&typed, raw.get("stream_options")), (&raw, None));
        let (typed, raw) = both(&json!({"messages": []}), false, true);
        assert_eq!((&typed, raw.get("stream")), (&raw, None));
    }
}
