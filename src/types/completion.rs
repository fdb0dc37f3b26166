//! The whole answer to a chat request.

use serde::Serialize;

use super::open::open_object;
use super::{Content, Extra, Message, ToolCall};

/// An answer. Fields that are not named here are in `extra`.
///
/// ```
/// let json = r#"{
///     "id": "c-1", "model": "m",
///     "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi!"}, "finish_reason": "stop"}],
///     "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
/// }"#;
/// let answer: llm_api_router::ChatCompletion = serde_json::from_str(json)?;
/// assert_eq!(answer.content(), Some("Hi!"));
/// assert_eq!(answer.choices[0].finish_reason.as_deref(), Some("stop"));
/// assert_eq!(answer.usage.unwrap().total_tokens, 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChatCompletion {
    /// The provider's id of the answer.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// The model that answered.
    pub model: String,
    /// The answers: one, or as many as `n` asked for.
    pub choices: Vec<Choice>,
    /// What it cost in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// One of the answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Choice {
    /// Its number.
    pub index: u32,
    /// What the model said.
    pub message: Message,
    /// Why it stopped: `stop`, `length`, `tool_calls`, `content_filter`.
    pub finish_reason: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Tokens that were used.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// Of the request.
    pub prompt_tokens: u64,
    /// Of the answer.
    pub completion_tokens: u64,
    /// Of both.
    pub total_tokens: u64,
    /// What the request's tokens were, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens_details: Option<TokenDetails>,
    /// What the answer's tokens were, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_tokens_details: Option<TokenDetails>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Some of the tokens of a request or an answer, by what they were.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TokenDetails {
    /// Of a request: those that the provider had in its cache, which cost less.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
    /// Of an answer: what the model thought before it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    /// Those of sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_tokens: Option<u64>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Extra,
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

    /// The tools that the first answer calls.
    #[must_use]
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.choices
            .first()
            .map_or(&[], |choice| choice.message.tool_calls.as_slice())
    }
}

open_object!(ChatCompletion {
    id: plain,
    created: plain,
    model: plain,
    choices: required,
    usage: plain
});
open_object!(Choice {
    index: plain,
    message: required,
    finish_reason: plain
});
open_object!(Usage {
    prompt_tokens: plain,
    completion_tokens: plain,
    total_tokens: plain,
    prompt_tokens_details: plain,
    completion_tokens_details: plain
});
open_object!(TokenDetails {
    cached_tokens: plain,
    reasoning_tokens: plain,
    audio_tokens: plain
});
