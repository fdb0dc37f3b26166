//! Reads a chat request and decides what is said.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::Value;

use super::failure::Failure;
use super::scenario::Scenario;
use super::text;

/// What is said to a request, before it takes a shape.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) model: String,
    /// Of model and messages; identity and time are made from it.
    pub(super) seed: u64,
    /// One per event; joined they are the text.
    pub(super) words: Vec<String>,
    /// `max_tokens` ended it.
    pub(super) cut_short: bool,
    pub(super) prompt_words: usize,
    pub(super) streaming: bool,
    pub(super) include_usage: bool,
}

struct Message {
    role: String,
    text: String,
}

/// The answer to a request's body.
pub(super) fn say(body: &[u8], headers: &HeaderMap, scenario: Scenario) -> Result<Said, Failure> {
    let (request, model) = parse(body)?;
    let messages = messages(&request)?;
    let most = most_words(&request)?;

    let fields = messages
        .iter()
        .flat_map(|message| [message.role.as_bytes(), message.text.as_bytes()]);
    let seed = text::hash([model.as_bytes()].into_iter().chain(fields));
    let user = messages.iter().rev().find(|message| message.role == "user");
    let said = user.map_or("", |message| message.text.as_str());
    let mut words = match scenario {
        Scenario::EchoHeaders => header_pieces(headers),
        Scenario::Events(count) => text::words(seed, said, count),
        _ => text::words(seed, said, text::length(seed)),
    };
    let cut_short = most.is_some_and(|most| most < words.len());
    words.truncate(most.unwrap_or(usize::MAX));
    let usage = request
        .get("stream_options")
        .and_then(|options| options.get("include_usage"));
    Ok(Said {
        model,
        seed,
        words,
        cut_short,
        prompt_words: messages
            .iter()
            .map(|message| message.text.split_whitespace().count())
            .sum(),
        streaming: request.get("stream").and_then(Value::as_bool).unwrap_or(false),
        include_usage: usage.and_then(Value::as_bool).unwrap_or(false),
    })
}

/// A request's body, and its model.
pub(super) fn parse(body: &[u8]) -> Result<(Value, String), Failure> {
    let request: Value = serde_json::from_slice(body).map_err(|error| {
        Failure::bad_request(
            format!("We could not parse the JSON body of your request: {error}."),
            None,
        )
    })?;
    let model = request.get("model").and_then(Value::as_str).map(str::to_owned);
    let model = model.ok_or_else(|| missing("model", "a string"))?;
    Ok((request, model))
}

pub(super) fn missing(parameter: &'static str, what: &str) -> Failure {
    let message = format!("Missing required parameter: '{parameter}' must be {what}.");
    Failure::bad_request(message, Some(parameter))
}

fn messages(request: &Value) -> Result<Vec<Message>, Failure> {
    let messages = request
        .get("messages")
        .and_then(Value::as_array)
        .filter(|messages| !messages.is_empty());
    let messages = messages.ok_or_else(|| missing("messages", "an array with at least one message"))?;
    messages
        .iter()
        .map(|message| {
            let role = message.get("role").and_then(Value::as_str);
            let role = role.ok_or_else(|| missing("messages", "an array of objects with a 'role'"))?;
            let text = message.get("content").map(content_text).unwrap_or_default();
            Ok(Message {
                role: role.to_owned(),
                text,
            })
        })
        .collect()
}

/// A text, or the text parts of a list: the same words get the same answer in both forms.
fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

fn most_words(request: &Value) -> Result<Option<usize>, Failure> {
    for name in ["max_completion_tokens", "max_tokens"] {
        match request.get(name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                let most = value
                    .as_u64()
                    .and_then(|most| usize::try_from(most).ok())
                    .filter(|most| *most > 0);
                let message =
                    format!("Invalid value for '{name}': expected a whole number of at least 1, got {value}.");
                return most.map(Some).ok_or_else(|| Failure::bad_request(message, Some(name)));
            }
        }
    }
    Ok(None)
}

/// The request's headers as JSON, in pieces as they would come from a model.
fn header_pieces(headers: &HeaderMap) -> Vec<String> {
    let mut all: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let joined = all.entry(name.as_str()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&value);
    }
    let json = Value::from_iter(all).to_string();
    let characters: Vec<char> = json.chars().collect();
    characters.chunks(16).map(String::from_iter).collect()
}
