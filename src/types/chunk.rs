//! One event of a streamed answer.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::Usage;

/// A piece of a streamed answer. Fields that are not named here are in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatChunk {
    /// The provider's id of the answer; the same in all of its chunks.
    #[serde(default = "empty")]
    pub id: Arc<str>,
    /// When the answer was begun, in seconds since 1970.
    #[serde(default)]
    pub created: u64,
    /// The model that answers.
    #[serde(default = "empty")]
    pub model: Arc<str>,
    /// What is new; empty in a chunk that only reports usage.
    #[serde(default, deserialize_with = "or_default")]
    pub choices: Vec<ChunkChoice>,
    /// What the answer cost, where the provider tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What is new in one of the answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkChoice {
    /// The answer's number.
    #[serde(default)]
    pub index: u32,
    /// What is new.
    #[serde(default, deserialize_with = "or_default")]
    pub delta: Delta,
    /// Why the answer ended, in its last chunk.
    #[serde(default)]
    pub finish_reason: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// An addition to a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Delta {
    /// Who speaks, in the first chunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Text to append.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Every other field, such as `tool_calls` and `reasoning_content`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
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

fn empty() -> Arc<str> {
    Arc::from("")
}

/// `null` where a value belongs counts as missing.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
