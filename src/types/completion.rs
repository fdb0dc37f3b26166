//! The whole answer to a chat request.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Content, Message};

/// An answer. Fields that are not named here are in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChatCompletion {
    /// The provider's id of the answer.
    #[serde(default)]
    pub id: String,
    /// When it was made, in seconds since 1970.
    #[serde(default)]
    pub created: u64,
    /// The model that answered.
    #[serde(default)]
    pub model: String,
    /// The answers: one, or as many as `n` asked for.
    pub choices: Vec<Choice>,
    /// What it cost in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One of the answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Choice {
    /// Its number.
    #[serde(default)]
    pub index: u32,
    /// What the model said.
    pub message: Message,
    /// Why it stopped: `stop`, `length`, `tool_calls`, `content_filter`.
    #[serde(default)]
    pub finish_reason: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Tokens that were used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Of the request.
    #[serde(default)]
    pub prompt_tokens: u64,
    /// Of the answer.
    #[serde(default)]
    pub completion_tokens: u64,
    /// Of both.
    #[serde(default)]
    pub total_tokens: u64,
    /// Every other field, such as `prompt_tokens_details`.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ChatCompletion {
    /// The text of the first answer; `None` when it has none, for example because it only calls tools.
    #[must_use]
    pub fn content(&self) -> Option<&str> {
        match self.choices.first()?.message.content.as_ref()? {
            Content::Text(text) => Some(text),
            Content::Parts(_) => None,
        }
    }
}
