//! Tools: what the model may call, whether it has to, and its calls.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::open::open_object;

/// A tool that the model may call.
///
/// ```
/// use llm_api_router::{ChatRequest, Message, Tool, ToolChoice};
/// use serde_json::json;
///
/// let weather = Tool::function(
///     "get_weather",
///     "The weather in a city.",
///     json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
/// );
/// let request = ChatRequest::new([Message::user("Is it raining in Paris?")])
///     .tools([weather])
///     .tool_choice(ToolChoice::Required);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Tool {
    /// `function`, or a kind that the provider alone knows and that is described in `extra`; may be empty there.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The function, for tools of that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Tool {
    /// A function with its parameters as a JSON schema.
    #[must_use]
    pub fn function(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self {
            kind: "function".to_owned(),
            function: Some(Function {
                name: name.into(),
                description: Some(description.into()),
                parameters: Some(parameters),
                strict: None,
                extra: Map::new(),
            }),
            extra: Map::new(),
        }
    }
}

/// A function that the model may call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Function {
    /// Its name.
    pub name: String,
    /// What it does, for the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its parameters as a JSON schema; `None`: it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    /// Whether the arguments have to follow the schema exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// Whether and which tools the model has to call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    Auto,
    /// None.
    None,
    /// At least one.
    Required,
    /// The function of this name.
    Function(String),
    /// What only the provider understands.
    Other(Value),
}

impl Serialize for ToolChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::None => serializer.serialize_str("none"),
            Self::Required => serializer.serialize_str("required"),
            Self::Function(name) => json!({"type": "function", "function": {"name": name}}).serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ToolChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(match value.as_str() {
            Some("auto") => Self::Auto,
            Some("none") => Self::None,
            Some("required") => Self::Required,
            _ => {
                let name = value
                    .pointer("/function/name")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                match name {
                    Some(name) if value == json!({"type": "function", "function": {"name": name}}) => {
                        Self::Function(name)
                    }
                    _ => Self::Other(value),
                }
            }
        })
    }
}

/// A call of a tool that the model asks for; [`guide::requests`](crate::guide::requests) shows how to answer it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// What the answer to it, [`Message::tool`](super::Message::tool), refers to.
    pub id: String,
    /// `function`, or a kind that the provider alone knows.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is called, for tools of that kind.
    pub function: FunctionCall,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A call of a function.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FunctionCall {
    /// The function's name.
    pub name: String,
    /// Its arguments as JSON text, as the model wrote it: it may be invalid.
    pub arguments: String,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ToolCall {
    /// A call of a function with its arguments as JSON text.
    #[must_use]
    pub fn function(id: impl Into<String>, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: "function".to_owned(),
            function: FunctionCall {
                name: name.into(),
                arguments: arguments.into(),
                extra: Map::new(),
            },
            extra: Map::new(),
        }
    }
}

/// A piece of a call of a tool. Pieces with the same `index` belong together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToolCallDelta {
    /// The call's number within the answer.
    pub index: u32,
    /// The call's id, in its first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `function`, in its first piece.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionDelta>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A piece of a call of a function.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FunctionDelta {
    /// The function's name, in the first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// JSON text to append to the arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

open_object!(Tool {
    kind as "type": nullable,
    function: plain
});
open_object!(Function {
    name: required,
    description: plain,
    parameters: plain,
    strict: plain
});
open_object!(ToolCall {
    id: nullable,
    kind as "type": nullable,
    function: nullable
});
open_object!(FunctionCall {
    name: nullable,
    arguments: nullable
});
open_object!(ToolCallDelta {
    index: nullable,
    id: plain,
    kind as "type": plain,
    function: plain
});
open_object!(FunctionDelta {
    name: plain,
    arguments: plain
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_comes_back_as_it_went() {
        for (choice, json) in [
            (ToolChoice::Auto, json!("auto")),
            (ToolChoice::None, json!("none")),
            (ToolChoice::Required, json!("required")),
            (
                ToolChoice::Function("f".into()),
                json!({"type": "function", "function": {"name": "f"}}),
            ),
            (ToolChoice::Other(json!("validated")), json!("validated")),
            (
                ToolChoice::Other(json!({"type": "function", "function": {"name": "f", "x": 1}})),
                json!({"type": "function", "function": {"name": "f", "x": 1}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&choice).unwrap(), json);
            assert_eq!(serde_json::from_value::<ToolChoice>(json).unwrap(), choice);
        }
    }

    #[test]
    fn what_has_no_name_here_survives() {
        let json = json!({"index": 1, "id": "c", "type": "function", "x": 1, "function": {"arguments": "{", "y": [2]}});
        let piece: ToolCallDelta = serde_json::from_value(json.clone()).unwrap();
        assert_eq!((piece.index, piece.kind.as_deref()), (1, Some("function")));
        assert_eq!(serde_json::to_value(&piece).unwrap(), json);
        let json = json!({"type": "web_search", "filters": {"allowed": []}});
        let tool: Tool = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&tool).unwrap(), json);
    }
}
