//! A chat request as JavaScript wrote it: looked at as far as a call needs it, and otherwise passed on as it is.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::Error;

/// The request's fields, each with its JSON text.
#[allow(dead_code, reason = "only the JavaScript side makes one")]
pub(crate) struct RawChatRequest<'a> {
    pub(crate) model: Option<Cow<'a, str>>,
    pub(crate) stream: bool,
    /// All but `model` and `stream`, in their order.
    pub(crate) fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

#[allow(dead_code, reason = "only the JavaScript side makes one")]
impl<'a> RawChatRequest<'a> {
    /// Reads the text of a JSON object. What a provider alone can judge is left to it.
    pub(crate) fn read(json: &'a str) -> Result<Self, Error> {
        let Fields(mut fields) = serde_json::from_str(json).map_err(|error| {
            Error::config(format!(
                "the request must be an object of fields such as messages: {error}"
            ))
        })?;
        let model = take(&mut fields, "model").map(text).transpose()?.flatten();
        let stream = match take(&mut fields, "stream").map_or("false", RawValue::get) {
            "true" => true,
            "false" | "null" => false,
            other => return Err(Error::config(format!("stream must be true or false, got {other}"))),
        };
        Ok(Self { model, stream, fields })
    }

    /// The JSON text of a field; `None` when it is missing or null.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.fields.iter().find(|(field, _)| field == name)?;
        Some(value.get()).filter(|json| *json != "null")
    }
}

fn take<'a>(fields: &mut Vec<(Cow<'a, str>, &'a RawValue)>, name: &str) -> Option<&'a RawValue> {
    let position = fields.iter().position(|(field, _)| field == name)?;
    Some(fields.remove(position).1)
}

fn text(value: &RawValue) -> Result<Option<Cow<'_, str>>, Error> {
    if value.get() == "null" {
        return Ok(None);
    }
    let text: Borrowed<'_> = serde_json::from_str(value.get())
        .map_err(|_| Error::config(format!("model must be a string, got {}", value.get())))?;
    Ok(Some(text.0))
}

#[derive(serde::Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a chat request")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Borrowed(name), value)) = entries.next_entry()? {
            fields.push((name, value));
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::RawChatRequest;

    fn error(json: &str) -> String {
        RawChatRequest::read(json).err().unwrap().to_string()
    }

    #[test]
    fn what_a_call_needs_is_taken_out_and_the_rest_is_kept_as_it_is() {
        let json = r#"{"messages": [ {"role":"user"} ], "model":"mö\n", "stream":true, "x\u0079":1.50}"#;
        let request = RawChatRequest::read(json).unwrap();
        assert_eq!((request.model.as_deref(), request.stream), (Some("mö\n"), true));
        assert_eq!(request.get("messages"), Some(r#"[ {"role":"user"} ]"#));
        assert_eq!(request.get("xy"), Some("1.50"));
        assert_eq!(request.fields.len(), 2);
    }

    #[test]
    fn null_counts_as_missing() {
        let request = RawChatRequest::read(r#"{"model":null,"stream":null,"messages":null}"#).unwrap();
        assert!(request.model.is_none() && !request.stream && request.get("messages").is_none());
    }

    #[test]
    fn wrong_types_are_named() {
        assert_eq!(error(r#"{"model":7}"#), "model must be a string, got 7");
        assert_eq!(
            error(r#"{"stream":"yes"}"#),
            "stream must be true or false, got \"yes\""
        );
        for json in ["null", "[]", "7", "\"x\"", "{", ""] {
            assert!(error(json).starts_with("the request must be an object"), "{json}");
        }
    }
}
