//! OpenAI's requests and answers for those who do it by hand: as little as the task can do with.

use memchr::memchr;
use serde::{Deserialize, Serialize};

use crate::{MODEL, Outcome, QUESTION};

/// What is asked.
#[derive(Serialize)]
pub struct Request {
    model: &'static str,
    messages: [Message; 1],
    #[serde(skip_serializing_if = "is_false")]
    stream: bool,
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: &'static str,
}

// The fields that the client under test has, read like there, whether these programs need them or not.
#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Completion {
    id: String,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Choice {
    index: u32,
    message: Answer,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Answer {
    role: String,
    content: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Chunk {
    id: String,
    created: u64,
    model: String,
    choices: Vec<ChunkChoice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct ChunkChoice {
    index: u32,
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "parsed as the other contestant parses them")]
struct Delta {
    role: Option<String>,
    content: Option<String>,
}

impl Request {
    /// The question that everybody asks.
    #[must_use]
    pub fn new(stream: bool) -> Self {
        let message = Message {
            role: "user",
            content: QUESTION,
        };
        Self {
            model: MODEL,
            messages: [message],
            stream,
        }
    }

    /// The `accept` header that goes with it.
    #[must_use]
    pub fn accept(&self) -> &'static str {
        if self.stream {
            "text/event-stream"
        } else {
            "application/json"
        }
    }
}

/// The text of an answer.
///
/// # Errors
///
/// When there is none in it.
pub fn text(body: &[u8]) -> Outcome<String> {
    let completion: Completion = serde_json::from_slice(body)?;
    let choice = completion
        .choices
        .into_iter()
        .next()
        .ok_or("the answer has no choice")?;
    Ok(choice.message.content.ok_or("the answer has no text")?)
}

/// A stream that is cut into lines.
#[derive(Default)]
pub struct Lines {
    cut: Vec<u8>,
    done: bool,
}

impl Lines {
    /// Takes the next bytes and hands over what the chunks in them add to the text.
    ///
    /// # Errors
    ///
    /// When a line is no chunk.
    pub fn feed(&mut self, bytes: &[u8], on_chunk: &mut impl FnMut(&str)) -> Outcome {
        let mut rest = bytes;
        while let Some((line, after)) = memchr(b'\n', rest).and_then(|end| rest.split_at_checked(end)) {
            if self.cut.is_empty() {
                self.done |= read(line, on_chunk)?;
            } else {
                self.cut.extend_from_slice(line);
                self.done |= read(&self.cut, on_chunk)?;
                self.cut.clear();
            }
            rest = after.strip_prefix(b"\n").unwrap_or(after);
        }
        self.cut.extend_from_slice(rest);
        Ok(())
    }

    /// The stream is over.
    ///
    /// # Errors
    ///
    /// When its last event has not come.
    pub fn end(self) -> Outcome {
        if self.done {
            Ok(())
        } else {
            Err("the stream was cut off".into())
        }
    }
}

/// Reads one line; whether it was the last event.
fn read(line: &[u8], on_chunk: &mut impl FnMut(&str)) -> Outcome<bool> {
    let Some(data) = line.strip_prefix(b"data: ") else {
        return Ok(false);
    };
    if data == b"[DONE]" {
        return Ok(true);
    }
    let chunk: Chunk = serde_json::from_slice(data)?;
    let content = chunk.choices.first().and_then(|choice| choice.delta.content.as_deref());
    on_chunk(content.unwrap_or_default());
    Ok(false)
}

fn is_false(value: &bool) -> bool {
    !value
}
