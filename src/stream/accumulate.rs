//! Puts the chunks of a streamed answer together into what the same request would have been answered unstreamed.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::envelope::Envelope;
use crate::types::{
    ChatChunk, ChatCompletion, Choice, ChunkChoice, Delta, Extra, Message, ToolCall, ToolCallDelta, Usage,
};

/// Texts of a delta that come whole, by some providers with every piece; all others come in pieces.
const WHOLE: [&str; 5] = ["role", "id", "type", "name", "finish_reason"];

/// An answer as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Accumulated {
    id: Arc<str>,
    created: u64,
    model: Arc<str>,
    /// In the order of their numbers.
    choices: Vec<Accrued>,
    usage: Option<Usage>,
    extra: Map<String, Value>,
    /// Bytes of text that the choices hold.
    held: usize,
    /// The other fields of the last chunk that was looked at, of its only choice and of its delta.
    like: Option<[Extra; 3]>,
}

/// One of its choices.
#[derive(Debug, Default)]
struct Accrued {
    index: u32,
    role: Option<String>,
    content: Option<String>,
    reasoning_content: Option<String>,
    /// Each with its number, in the order of the numbers.
    calls: Vec<(u32, ToolCall)>,
    message: Map<String, Value>,
    finish_reason: Option<String>,
    extra: Map<String, Value>,
}

impl Accumulated {
    /// Adds the next chunk.
    pub(super) fn add(&mut self, chunk: &ChatChunk) {
        if !self.add_text(chunk) {
            self.add_all(chunk);
        }
    }

    /// Adds a chunk that brings nothing but this text to what was there before. Tells whether it does; if not, it has to
    /// be put together and looked at.
    pub(super) fn add_like(&mut self, envelope: &Envelope, text: &str) -> bool {
        let Some(choice) = self.only_text(&envelope.chunk) else {
            return false;
        };
        let known = envelope.text_of(&mut choice.content, &mut choice.reasoning_content);
        known.get_or_insert_default().push_str(text);
        self.held += text.len();
        true
    }

    fn add_text(&mut self, chunk: &ChatChunk) -> bool {
        let (Some(choice), [piece]) = (self.only_text(chunk), &*chunk.choices) else {
            return false;
        };
        let length = choice.add_text(&piece.delta);
        self.held += length;
        true
    }

    /// Most chunks only bring more text, and share the rest with one that was added before: nothing else of them is
    /// looked at. Gives the choice that such a chunk adds to.
    fn only_text(&mut self, chunk: &ChatChunk) -> Option<&mut Accrued> {
        let ([piece], Some(like)) = (&*chunk.choices, &self.like) else {
            return None;
        };
        let delta = &piece.delta;
        let fields = [&chunk.extra, &piece.extra, &delta.extra];
        let alike = self.id == chunk.id
            && self.model == chunk.model
            && self.created >= chunk.created
            && like
                .iter()
                .zip(fields)
                .all(|(like, fields)| like.is_shared_with(fields))
            && chunk.usage.is_none()
            && piece.finish_reason.is_none()
            && delta.role.is_none()
            && delta.tool_calls.is_empty();
        let choice = self.choices.iter_mut().find(|choice| choice.index == piece.index);
        choice.filter(|_| alike)
    }

    fn add_all(&mut self, chunk: &ChatChunk) {
        self.like = match &*chunk.choices {
            [piece] => Some([&chunk.extra, &piece.extra, &piece.delta.extra].map(Extra::clone)),
            _ => None,
        };
        if !chunk.id.is_empty() && self.id != chunk.id {
            self.id = Arc::clone(&chunk.id);
        }
        if !chunk.model.is_empty() && self.model != chunk.model {
            self.model = Arc::clone(&chunk.model);
        }
        self.created = chunk.created.max(self.created);
        if let Some(usage) = &chunk.usage {
            self.usage = Some(Usage::clone(usage));
        }
        let others = chunk.extra.peek();
        for (name, value) in others.filter(|(name, value)| *name != "object" && !value.is_null()) {
            if self.extra.get(name) != Some(value) {
                self.extra.insert(name.clone(), value.clone());
            }
        }
        for piece in &chunk.choices {
            if !self.choices.iter().any(|choice| choice.index == piece.index) {
                let place = self.choices.partition_point(|choice| choice.index < piece.index);
                let choice = Accrued {
                    index: piece.index,
                    ..Accrued::default()
                };
                // Nearly all answers have one: a list would make room for four of these large ones.
                self.choices.reserve_exact(1);
                self.choices.insert(place, choice);
            }
            if let Some(choice) = self.choices.iter_mut().find(|choice| choice.index == piece.index) {
                self.held += choice.add_text(&piece.delta);
                choice.add(piece);
            }
        }
    }

    /// Bytes of text so far.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// The text of the first choice.
    pub(super) fn into_text(self) -> String {
        let first = self.choices.into_iter().find(|choice| choice.index == 0);
        first.and_then(|choice| choice.content).unwrap_or_default()
    }

    /// The answer.
    pub(super) fn into_completion(self) -> ChatCompletion {
        let mut extra = self.extra;
        extra.insert("object".to_owned(), "chat.completion".into());
        ChatCompletion {
            id: self.id.as_ref().to_owned(),
            created: self.created,
            model: self.model.as_ref().to_owned(),
            choices: self.choices.into_iter().map(Accrued::into_choice).collect(),
            usage: self.usage,
            extra: extra.into(),
        }
    }
}

impl Accrued {
    /// Adds the texts and gives their length.
    fn add_text(&mut self, delta: &Delta) -> usize {
        let texts = [
            (&mut self.content, &delta.content),
            (&mut self.reasoning_content, &delta.reasoning_content),
        ];
        let mut length = 0;
        for (known, text) in texts {
            if let Some(text) = text {
                known.get_or_insert_default().push_str(text);
                length += text.len();
            }
        }
        length
    }

    /// Adds everything else.
    fn add(&mut self, piece: &ChunkChoice) {
        let delta = &piece.delta;
        if let Some(role) = delta.role.as_ref().filter(|role| !role.is_empty()) {
            self.role.get_or_insert_with(|| role.clone());
        }
        delta.tool_calls.iter().for_each(|piece| self.add_call(piece));
        if let Some(reason) = &piece.finish_reason {
            self.finish_reason = Some(reason.clone());
        }
        merge(&mut self.message, delta.extra.peek());
        merge(&mut self.extra, piece.extra.peek());
    }

    fn add_call(&mut self, piece: &ToolCallDelta) {
        let place = self.calls.partition_point(|(index, _)| *index < piece.index);
        if self.calls.get(place).is_none_or(|(index, _)| *index != piece.index) {
            self.calls.insert(place, (piece.index, ToolCall::default()));
        }
        let Some((_, call)) = self.calls.get_mut(place) else {
            return;
        };
        set(&mut call.id, piece.id.as_deref());
        set(&mut call.kind, piece.kind.as_deref());
        if let Some(function) = &piece.function {
            set(&mut call.function.name, function.name.as_deref());
            call.function
                .arguments
                .push_str(function.arguments.as_deref().unwrap_or_default());
            merge(&mut call.function.extra, &function.extra);
        }
        merge(&mut call.extra, &piece.extra);
    }

    fn into_choice(self) -> Choice {
        let mut message = Message::new(self.role.unwrap_or_else(|| "assistant".to_owned()), "");
        message.content = self.content.map(crate::types::Content::Text);
        message.reasoning_content = self.reasoning_content;
        message.tool_calls = self.calls.into_iter().map(|(_, call)| call).collect();
        message.extra = self.message.into();
        Choice {
            index: self.index,
            message,
            finish_reason: self.finish_reason,
            extra: self.extra.into(),
        }
    }
}

/// Takes a text that comes whole, unless it is left out or empty.
fn set(known: &mut String, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        text.clone_into(known);
    }
}

/// Adds each thing that the piece says.
fn merge<'a>(known: &mut Map<String, Value>, piece: impl IntoIterator<Item = (&'a String, &'a Value)>) {
    for (name, value) in piece.into_iter().filter(|(_, value)| !value.is_null()) {
        match known.get_mut(name) {
            Some(known) => extend(known, value, name),
            None => {
                known.insert(name.clone(), first(value));
            }
        }
    }
}

/// What comes first of a thing; a list may have two pieces of one item in it already.
fn first(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut list = Vec::new();
            extend_list(&mut list, items);
            Value::Array(list)
        }
        other => other.clone(),
    }
}

fn extend(known: &mut Value, value: &Value, name: &str) {
    match (known, value) {
        (Value::String(known), Value::String(more)) if !WHOLE.contains(&name) => known.push_str(more),
        (Value::String(_), Value::String(more)) if more.is_empty() => {}
        (Value::Array(known), Value::Array(items)) => extend_list(known, items),
        (Value::Object(known), Value::Object(piece)) => merge(known, piece),
        (known, value) => *known = first(value),
    }
}

/// Items that carry a number are pieces of the item with that number.
fn extend_list(list: &mut Vec<Value>, items: &[Value]) {
    for item in items {
        let number = item.get("index").and_then(Value::as_u64);
        let same = |known: &&mut Value| number.is_some() && known.get("index").and_then(Value::as_u64) == number;
        match (list.iter_mut().find(same), item) {
            (Some(Value::Object(known)), Value::Object(piece)) => merge(known, piece),
            _ => list.push(item.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn accumulated(chunks: &[Value]) -> Accumulated {
        let mut all = Accumulated::default();
        for chunk in chunks {
            all.add(&serde_json::from_value(chunk.clone()).unwrap());
        }
        all
    }

    #[test]
    fn text_tool_calls_and_usage_come_together() {
        let delta = |delta: Value| json!({"id": "c", "model": "m", "created": 7, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]});
        let chunks = [
            delta(json!({"role": "assistant", "content": ""})),
            delta(json!({"content": "Hel", "reasoning_content": "hm"})),
            delta(json!({"content": "lo", "reasoning_content": "!"})),
            delta(
                json!({"tool_calls": [{"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": ""}}]}),
            ),
            delta(
                json!({"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\""}}]}),
            ),
            delta(
                json!({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}, {"index": 1, "function": {"arguments": "{}"}}]}),
            ),
            json!({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}], "system_fingerprint": "fp"}),
            json!({"id": "c", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}),
        ];
        assert_eq!(
            serde_json::to_value(accumulated(&chunks).into_completion()).unwrap(),
            json!({
                "id": "c", "created": 7, "model": "m",
                "choices": [{
                    "index": 0,
                    "message": {
                        "role": "assistant", "content": "Hello", "reasoning_content": "hm!",
                        "tool_calls": [
                            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                            {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
                        ],
                    },
                    "finish_reason": "tool_calls",
                }],
                "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
                "system_fingerprint": "fp", "object": "chat.completion",
            })
        );
        assert_eq!(accumulated(&chunks).into_text(), "Hello");
    }

    #[test]
    fn choices_are_kept_apart_and_in_order() {
        let chunk = |index: u32, text: &str| json!({"choices": [{"index": index, "delta": {"content": text}}]});
        let answer = accumulated(&[chunk(1, "b"), chunk(0, "a"), chunk(1, "d"), chunk(0, "c")]).into_completion();
        let texts: Vec<_> = answer
            .choices
            .iter()
            .map(|choice| (choice.index, &choice.message.content))
            .collect();
        let text = |text: &str| Some(crate::types::Content::Text(text.to_owned()));
        assert_eq!(texts, [(0, &text("ac")), (1, &text("bd"))]);
        assert_eq!(answer.content(), Some("ac"));
    }

    #[test]
    fn one_chunk_may_hold_two_pieces_of_one_call() {
        let calls = json!([{"index": 0, "id": "a", "function": {"arguments": "1"}}, {"index": 0, "function": {"arguments": "2"}}]);
        let answer = accumulated(&[json!({"choices": [{"delta": {"tool_calls": calls}}]})]).into_completion();
        let [call] = answer.tool_calls() else {
            panic!("one call: {answer:?}");
        };
        assert_eq!((call.id.as_str(), call.function.arguments.as_str()), ("a", "12"));
    }

    #[test]
    fn a_model_or_a_time_that_changes_is_seen_beside_the_text() {
        let chunk = |model: &str, created: u64| json!({"id": "c", "model": model, "created": created, "choices": [{"index": 0, "delta": {"content": "x"}}]});
        let answer = accumulated(&[chunk("a", 1), chunk("b", 2)]).into_completion();
        assert_eq!((answer.model.as_str(), answer.created), ("b", 2));
        assert_eq!(answer.content(), Some("xx"));
    }
}
