//! Where decoded chunks go: as values to Rust, as one JSON text per network read to JavaScript.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::envelope::{Envelope, Envelopes};
use super::notes::Notes;
use super::pattern::Pattern;
use crate::metrics::Tokens;
use crate::provider::{Asked, Fault, Operation, Peek, PeekChoice, PeekDelta, PeekUsage, Signals};
use crate::types::{ChatChunk, ChatCompletion, Usage};

/// Takes chunks and tells what they mean for the stream.
pub(crate) trait Sink {
    /// A chunk that is OpenAI's JSON already.
    fn openai_chunk(&mut self, json: &str) -> Result<Signals, Fault>;

    /// Takes what would be OpenAI's JSON of a chunk if there were no line ends in it, when it is like the last chunks
    /// but for its text.
    fn openai_line(&mut self, _: &[u8]) -> Option<Signals> {
        None
    }

    /// What the provider last said that the call used.
    fn tokens(&self) -> Option<Tokens>;

    /// What the next chunks probably begin with, where looking for that pays.
    fn beginning(&self) -> Option<&str> {
        None
    }

    /// From now on, notes what the answer says about itself, where chunks are values.
    fn take_notes(&mut self) {}

    /// What was noted.
    fn notes(&self) -> Option<&Notes> {
        None
    }

    /// The body of an answer that was not streamed. Gives it back as checked JSON where that is what is wanted.
    fn whole(&mut self, asked: &Asked, body: Bytes) -> Result<Option<String>, Fault>;
}

/// Chunks as values.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    chunks: VecDeque<Queued>,
    envelopes: Envelopes,
    /// The envelope of the chunks that are handed over now.
    envelope: Option<Arc<Envelope>>,
    /// The answer, when it was not streamed.
    pub(crate) answer: Option<Box<ChatCompletion>>,
    /// The JSON of an answer that is no conversation's.
    pub(crate) json: String,
    tokens: Option<Tokens>,
    notes: Option<Box<Notes>>,
}

/// A chunk on its way to the consumer. A chunk is large and most are like the one before, so it is put together where
/// it is handed over.
#[derive(Debug)]
enum Queued {
    /// The text of one in the envelope that came last.
    Like(String),
    /// Another one, and its envelope where it has one.
    Other(Box<ChatChunk>, Option<Arc<Envelope>>),
}

/// A chunk for the consumer.
pub(super) enum Piece<'a> {
    /// Like the one before but for its text.
    Like(&'a Envelope, String),
    Other(ChatChunk),
}

impl Piece<'_> {
    #[inline]
    pub(super) fn into_chunk(self) -> ChatChunk {
        match self {
            Self::Like(envelope, text) => envelope.with(text),
            Self::Other(chunk) => chunk,
        }
    }
}

impl Typed {
    /// The next chunk.
    #[allow(dead_code, reason = "only benchmarks and fuzzing look at nothing but chunks")]
    pub(crate) fn pop(&mut self) -> Option<ChatChunk> {
        self.piece().map(Piece::into_chunk)
    }

    /// The next chunk, before it is put together.
    pub(super) fn piece(&mut self) -> Option<Piece<'_>> {
        Some(match self.chunks.pop_front()? {
            Queued::Like(text) => Piece::Like(self.envelope.as_deref()?, text),
            Queued::Other(chunk, envelope) => {
                self.envelope = envelope.or(self.envelope.take());
                Piece::Other(*chunk)
            }
        })
    }

    /// Takes a chunk that is like the last ones but for its text.
    fn open(&mut self, json: &[u8]) -> Option<Signals> {
        let (envelope, text) = self.envelopes.open(json)?;
        if let Some(notes) = &mut self.notes {
            notes.chunk(&envelope.chunk);
        }
        self.tokens = envelope.tokens.or(self.tokens);
        self.chunks.push_back(Queued::Like(text));
        Some(envelope.signals)
    }
}

impl Sink for Typed {
    fn openai_line(&mut self, json: &[u8]) -> Option<Signals> {
        self.open(json)
    }

    fn openai_chunk(&mut self, json: &str) -> Result<Signals, Fault> {
        if let Some(signals) = self.open(json.as_bytes()) {
            return Ok(signals);
        }
        let chunk: ChatChunk = serde_json::from_str(json).map_err(|error| Fault::malformed(json, &error))?;
        // OpenRouter has one in a choice, too.
        let extras = std::iter::once(&chunk.extra).chain(chunk.choices.iter().map(|choice| &choice.extra));
        let error = extras
            .flat_map(|extra| extra.peek())
            .find(|(name, error)| *name == "error" && !error.is_null());
        if let Some((_, error)) = error {
            return Err(Fault::reported(&error.to_string()));
        }
        if chunk.choices.is_empty() {
            Fault::check_object(json)?;
        }
        let envelope = self.envelopes.take(json, &chunk);
        if let Some(usage) = chunk.usage.as_deref() {
            self.tokens = Some(usage.into());
        }
        if let Some(notes) = &mut self.notes {
            notes.chunk(&chunk);
        }
        let signals = signals(&chunk);
        self.chunks.push_back(Queued::Other(Box::new(chunk), envelope));
        Ok(signals)
    }

    fn tokens(&self) -> Option<Tokens> {
        self.tokens
    }

    fn take_notes(&mut self) {
        self.notes = Some(Box::default());
    }

    fn notes(&self) -> Option<&Notes> {
        self.notes.as_deref()
    }

    fn whole(&mut self, asked: &Asked, body: Bytes) -> Result<Option<String>, Fault> {
        if asked.operation == Operation::Chat {
            let answer = self.answer.insert(Box::new(asked.parse_answer(body)?));
            self.tokens = answer.usage.as_ref().map(Into::into);
            if let Some(notes) = &mut self.notes {
                notes.answer(answer);
            }
        } else {
            self.json = asked.decode_answer(body)?;
            self.tokens = PeekUsage::in_answer(&self.json);
        }
        Ok(None)
    }
}

/// What a chunk tells about its stream.
pub(super) fn signals(chunk: &ChatChunk) -> Signals {
    let mut signals = Signals::default();
    for choice in &chunk.choices {
        let delta = &choice.delta;
        let says = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let content = says(&delta.content)
            || says(&delta.reasoning_content)
            || !delta.tool_calls.is_empty()
            || delta.extra.peek().any(|(_, value)| is_filled(value));
        signals.choice(choice.index, content, choice.finish_reason.is_some());
    }
    signals
}

impl From<&Usage> for Tokens {
    fn from(usage: &Usage) -> Self {
        Self {
            prompt: usage.prompt_tokens,
            completion: usage.completion_tokens,
        }
    }
}

fn is_filled(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Chunks as the text of a JSON array, so that JavaScript parses once per read. OpenAI's chunks pass through as they
/// came, after a look that allocates nothing for the fields it does not need.
///
/// A chunk that others may resemble stands in an array of its own; a string in its place stands for a chunk that is
/// like the last such one, but for its text.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "only the JavaScript side uses it")]
pub(crate) struct JsonText {
    text: String,
    tokens: Option<Tokens>,
    like: Option<Like>,
}

/// The chunk that others may resemble.
#[derive(Debug)]
struct Like {
    pattern: Pattern,
    choice: u32,
    ends: bool,
}

#[allow(dead_code, reason = "only the JavaScript side uses it")]
impl JsonText {
    /// The array of all chunks since the last time; `None` when there were none.
    pub(crate) fn take(&mut self) -> Option<String> {
        if self.text.is_empty() {
            return None;
        }
        let mut text = std::mem::take(&mut self.text);
        text.push(']');
        Some(text)
    }

    fn push(&mut self, items: [&str; 3]) {
        self.text.push(if self.text.is_empty() { '[' } else { ',' });
        self.text.extend(items);
    }
}

impl Sink for JsonText {
    fn openai_chunk(&mut self, json: &str) -> Result<Signals, Fault> {
        let mut signals = Signals::default();
        if let Some(like) = &self.like
            && let Some(text) = like.pattern.text_in(json)
        {
            signals.choice(like.choice, text != EMPTY, like.ends);
            self.push([text, "", ""]);
            return Ok(signals);
        }
        let peek: Peek<'_> = serde_json::from_str(json).map_err(|error| Fault::malformed(json, &error))?;
        if let Some(error) = peek.error {
            return Err(Fault::reported(error.get()));
        }
        let choices = peek.choices.as_deref().unwrap_or_default();
        if choices.is_empty() {
            Fault::check_object(json)?;
        }
        for choice in choices {
            if let Some(error) = choice.error {
                return Err(Fault::reported(error.get()));
            }
            let content = choice.delta.as_ref().is_some_and(PeekDelta::is_filled);
            signals.choice(choice.index, content, choice.finish_reason.is_some());
        }
        if let Some(usage) = peek.usage {
            self.tokens = usage.tokens().or(self.tokens);
        }
        match pattern(json, choices) {
            None => self.push(["", json, ""]),
            Some(like) => {
                self.like = Some(like);
                self.push(["[", json, "]"]);
            }
        }
        Ok(signals)
    }

    fn tokens(&self) -> Option<Tokens> {
        self.tokens
    }

    fn beginning(&self) -> Option<&str> {
        self.like.as_ref().map(|like| like.pattern.before())
    }

    fn whole(&mut self, asked: &Asked, body: Bytes) -> Result<Option<String>, Fault> {
        let answer = asked.decode_answer(body)?;
        self.tokens = PeekUsage::in_answer(&answer);
        Ok(Some(answer))
    }
}

/// A JSON string without a character.
const EMPTY: &str = "\"\"";

/// What others may resemble, if this chunk says nothing but a text.
fn pattern(json: &str, choices: &[PeekChoice<'_>]) -> Option<Like> {
    let [choice] = choices else { return None };
    let delta = choice.delta.as_ref().filter(|delta| !delta.more)?;
    Some(Like {
        pattern: Pattern::of(json, delta.content?.get())?,
        choice: choice.index,
        ends: choice.finish_reason.is_some(),
    })
}

/// The chunks that the texts of [`JsonText`] stand for, as the package's JavaScript reads them.
#[cfg(test)]
pub(super) fn expand(text: &str) -> Vec<serde_json::Value> {
    let items: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    let mut like = serde_json::Value::Null;
    let chunks = items.into_iter().map(|item| match item {
        serde_json::Value::String(text) => {
            let mut chunk = like.clone();
            chunk["choices"][0]["delta"]["content"] = text.into();
            chunk
        }
        serde_json::Value::Array(mut one) => {
            like = one.remove(0);
            like.clone()
        }
        chunk => chunk,
    });
    chunks.collect()
}
