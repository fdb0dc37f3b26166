//! A chat request as JavaScript wrote it: looked at as far as a call needs it, and otherwise passed on as it is.

use std::borrow::Cow;

use crate::error::Error;
use crate::json::{Json, Object};

#[allow(dead_code, reason = "only the JavaScript side makes one")]
/// The request's fields, each with its JSON text.
pub(crate) struct RawChatRequest<'a> {
    pub(crate) model: Option<Cow<'a, str>>,
    pub(crate) stream: bool,
    /// All but `model` and `stream`, in their order.
    pub(crate) fields: Object<'a>,
}

#[allow(dead_code, reason = "only the JavaScript side makes one")]
impl<'a> RawChatRequest<'a> {
    /// Reads the text of a JSON object. What a provider alone can judge is left to it.
    pub(crate) fn read(json: &'a str) -> Result<Self, Error> {
        let mut fields: Object<'a> = serde_json::from_str(json).map_err(|error| {
            Error::config(format!(
                "the request must be an object of fields such as messages: {error}"
            ))
        })?;
        let model = fields.take("model").map(text).transpose()?;
        let stream = match fields.take("stream").map_or("false", Json::text) {
            "true" => true,
            "false" => false,
            other => return Err(Error::config(format!("stream must be true or false, got {other}"))),
        };
        Ok(Self { model, stream, fields })
    }
}

#[allow(dead_code, reason = "only the JavaScript side makes one")]
fn text(value: Json<'_>) -> Result<Cow<'_, str>, Error> {
    value
        .string()
        .ok_or_else(|| Error::config(format!("model must be a string, got {}", value.text())))
}

#[cfg(test)]
mod tests {
    use super::{Json, RawChatRequest};

    fn error(json: &str) -> String {
        RawChatRequest::read(json).err().unwrap().to_string()
    }

    #[test]
    fn what_a_call_needs_is_taken_out_and_the_rest_is_kept_as_it_is() {
        let json = r#"{"messages": [ {"role":"user"} ], "model":"mö\n", "stream":true, "x\u0079":1.50}"#;
        let request = RawChatRequest::read(json).unwrap();
        assert_eq!((request.model.as_deref(), request.stream), (Some("mö\n"), true));
        assert_eq!(
            request.fields.get("messages").map(Json::text),
            Some(r#"[ {"role":"user"} ]"#)
        );
        assert_eq!(request.fields.get("xy").map(Json::text), Some("1.50"));
        assert_eq!(request.fields.0.len(), 2);
    }

    #[test]
    fn null_counts_as_missing() {
        let request = RawChatRequest::read(r#"{"model":null,"stream":null,"messages":null}"#).unwrap();
        assert!(request.model.is_none() && !request.stream && request.fields.get("messages").is_none());
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
