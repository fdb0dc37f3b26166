//! One event of a streamed answer.

use std::sync::Arc;

use serde::Serialize;

use super::open::open_object;
use super::{Choices, Extra, ToolCallDelta, Usage};

/// A piece of a streamed answer. Fields that are not named here are in `extra`.
///
/// ```
/// let json = r#"{"id": "c-1", "model": "m", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}"#;
/// let chunk: llm_api_router::ChatChunk = serde_json::from_str(json)?;
/// assert_eq!(chunk.content(), Some("Hi"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChatChunk {
    /// The provider's id of the answer; the same in all of its chunks.
    pub id: Arc<str>,
    /// When the answer was begun, in seconds since 1970.
    pub created: u64,
    /// The model that answers.
    pub model: Arc<str>,
    /// What is new; empty in a chunk that only reports usage.
    pub choices: Choices,
    /// What the answer cost, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Box<Usage>>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What is new in one of the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChunkChoice {
    /// The answer's number.
    pub index: u32,
    /// What is new.
    pub delta: Delta,
    /// Why the answer ended, in its last chunk.
    pub finish_reason: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An addition to a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Delta {
    /// Who speaks, in the first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Text to append.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Text to append to what the model thinks before it answers, where the provider shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Pieces of calls of tools.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCallDelta>,
    /// Every other field, such as `refusal`.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ChatChunk {
    /// The text that this chunk adds to the first answer.
    #[must_use]
    pub fn content(&self) -> Option<&str> {
        self.choices
            .iter()
            .find(|choice| choice.index == 0)?
            .delta
            .content
            .as_deref()
    }
}

// `null` where a value belongs counts as missing.
open_object!(ChatChunk {
    id: plain,
    created: plain,
    model: plain,
    choices: nullable,
    usage: plain
});
open_object!(ChunkChoice {
    index: plain,
    delta: nullable,
    finish_reason: plain
});
open_object!(Delta {
    role: plain,
    content: plain,
    reasoning_content: plain,
    tool_calls: nullable
});
