//! Messages, and the parts that they are made of.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::open::open_object;
use super::{Extra, ToolCall};

/// One message of a conversation.
///
/// ```
/// use llm_api_router::Message;
///
/// let conversation = [
///     Message::system("Be brief."),
///     Message::user("Hello!"),
///     Message::assistant("Hi."),
///     Message::user("Why is the sky blue?"),
/// ];
/// assert_eq!(conversation[0].role, "system");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Message {
    /// `system`, `user`, `assistant`, `tool` or `developer`.
    pub role: String,
    /// What it says; `None` for an assistant's message that only calls tools.
    pub content: Option<Content>,
    /// Of an assistant's message: what the model thought before it answered, where the provider shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    /// Of an assistant's message: the tools that it calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Of a tool's message: the call that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// Every other field, such as `name`.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The content of a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// Plain text.
    Text(String),
    /// Text, images and sound.
    Parts(Vec<ContentPart>),
}

/// A part of a message.
///
/// ```
/// use llm_api_router::{ContentPart, Message};
///
/// let question = Message::user(vec![
///     ContentPart::text("What is this?"),
///     ContentPart::image_url("https://example.com/cat.jpg"),
///     ContentPart::input_audio("wav", "UklGRg=="),
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentPart {
    /// Text.
    Text {
        /// What it says.
        text: String,
        /// Every other field, such as `cache_control`.
        #[serde(flatten)]
        extra: Map<String, Value>,
    },
    /// An image.
    ImageUrl {
        /// Where it is.
        image_url: ImageUrl,
        /// Every other field.
        #[serde(flatten)]
        extra: Map<String, Value>,
    },
    /// Sound.
    InputAudio {
        /// What it is.
        input_audio: InputAudio,
        /// Every other field.
        #[serde(flatten)]
        extra: Map<String, Value>,
    },
    /// What has no name here, as JSON.
    #[serde(untagged)]
    Other(Value),
}

/// An image, by its address or as the data itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ImageUrl {
    /// `https://…`, or `data:image/png;base64,…`.
    pub url: String,
    /// `low`, `high` or `auto`: how closely the model looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Sound, as the data itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InputAudio {
    /// In base64.
    pub data: String,
    /// `wav` or `mp3`.
    pub format: String,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ContentPart {
    /// Text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text {
            text: text.into(),
            extra: Map::new(),
        }
    }

    /// An image by its address: `https://…`, or `data:image/png;base64,…` for the data itself.
    #[must_use]
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl {
            image_url: ImageUrl {
                url: url.into(),
                detail: None,
                extra: Map::new(),
            },
            extra: Map::new(),
        }
    }

    /// Sound in a format such as `wav` or `mp3`, its data in base64.
    #[must_use]
    pub fn input_audio(format: impl Into<String>, base64: impl Into<String>) -> Self {
        Self::InputAudio {
            input_audio: InputAudio {
                data: base64.into(),
                format: format.into(),
                extra: Map::new(),
            },
            extra: Map::new(),
        }
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Content {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<ContentPart>> for Content {
    fn from(parts: Vec<ContentPart>) -> Self {
        Self::Parts(parts)
    }
}

impl Message {
    /// A message of any role.
    #[must_use]
    pub fn new(role: impl Into<String>, content: impl Into<Content>) -> Self {
        Self {
            role: role.into(),
            content: Some(content.into()),
            reasoning_content: None,
            tool_calls: Vec::new(),
            tool_call_id: None,
            extra: Extra::default(),
        }
    }

    /// An instruction.
    #[must_use]
    pub fn system(content: impl Into<Content>) -> Self {
        Self::new("system", content)
    }

    /// What the user says.
    #[must_use]
    pub fn user(content: impl Into<Content>) -> Self {
        Self::new("user", content)
    }

    /// What the model said.
    #[must_use]
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::new("assistant", content)
    }

    /// What came of the tool call with this id.
    #[must_use]
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self {
            tool_call_id: Some(tool_call_id.into()),
            ..Self::new("tool", content)
        }
    }

    /// What the model thought before it answered, under either of the names that providers have for it.
    #[must_use]
    pub fn reasoning(&self) -> Option<&str> {
        let other = || self.extra.get("reasoning").and_then(Value::as_str);
        self.reasoning_content.as_deref().or_else(other)
    }
}

open_object!(Message {
    role: required,
    content: plain,
    reasoning_content: plain,
    tool_calls: nullable,
    tool_call_id: plain
});
open_object!(ImageUrl {
    url: required,
    detail: plain
});
open_object!(InputAudio {
    data: required,
    format: required
});

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a list of parts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Content, E> {
        Ok(Content::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<Content, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(parts)).map(Content::Parts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_come_back_as_they_went() {
        let json = json!({"role": "user", "content": [
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "low", "x": 1}},
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}, "y": 2},
            {"type": "file", "file": {"file_id": "f"}},
            {"type": "text", "words": "not as it should be"},
        ]});
        let message: Message = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&message).unwrap(), json);
        let Some(Content::Parts(parts)) = message.content else {
            panic!("parts");
        };
        assert!(matches!(&parts[1], ContentPart::ImageUrl { image_url, .. } if image_url.detail.is_some()));
        assert!(matches!(&parts[2], ContentPart::InputAudio { input_audio, .. } if input_audio.format == "wav"));
        assert!(matches!(&parts[4], ContentPart::Other(_)));
    }

    #[test]
    fn thoughts_have_two_names() {
        for name in ["reasoning_content", "reasoning"] {
            let message: Message = serde_json::from_value(json!({"role": "assistant", name: "hm"})).unwrap();
            assert_eq!(message.reasoning(), Some("hm"));
        }
    }
}
