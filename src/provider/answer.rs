//! What answers mean: signals of a stream, and errors in all the shapes that providers give them.

use std::borrow::Cow;

use bytes::Bytes;

use super::codes;
use crate::error::{Error, ErrorKind, Replay};
use crate::json::{Json, Object};
use crate::transport::Identity;

/// How much of an unexpected answer an error shows, in characters.
const EXCERPT: usize = 160;

/// What one event told about the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signals {
    /// It carried content.
    pub(crate) content: bool,
    /// It was the terminal event; nothing comes after it.
    pub(crate) done: bool,
    /// The choices it mentioned, and those that it ended, as bits by index.
    pub(crate) seen: u64,
    pub(crate) ended: u64,
}

impl Signals {
    /// Notes a choice.
    pub(crate) fn choice(&mut self, index: u32, content: bool, ended: bool) {
        let bit = 1u64.checked_shl(index).unwrap_or(1 << 63);
        self.content |= content;
        self.seen |= bit;
        if ended {
            self.ended |= bit;
        }
    }
}

/// Why an answer cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not what the protocol says.
    Malformed(String),
    /// The provider reports an error inside an answer that began well.
    Reported(Described),
}

impl Fault {
    /// The text is not the JSON that was expected.
    pub(crate) fn malformed(text: &str, error: &serde_json::Error) -> Self {
        let place = place_of(text, error);
        let text = excerpt_at(text, place);
        Self::Malformed(format!(
            "the answer is not the JSON that was expected ({error}, byte {place}){}{text}",
            if text.is_empty() { "" } else { ": " }
        ))
    }

    /// The text is not what was expected.
    pub(crate) fn unexpected(text: &str, what: &str) -> Self {
        let text = text.trim();
        Self::Malformed(if text.is_empty() {
            what.to_owned()
        } else {
            format!("{what}: {}", excerpt(text))
        })
    }

    /// An `error` of the provider's, as JSON.
    pub(crate) fn reported(json: &str) -> Self {
        Self::Reported(describe(json))
    }

    /// A chunk without choices may be an error that is called so in place of being in a field of that name.
    pub(crate) fn check_object(json: &str) -> Result<(), Self> {
        match fields_of(json).get("object").map(Json::text) {
            Some("\"error\"") => Err(Self::reported(json)),
            _ => Ok(()),
        }
    }

    /// The error for the user. The provider may have echoed a key: it is not masked yet.
    pub(crate) fn into_error(self, answer: &Identity) -> Error {
        let error = match self {
            Self::Malformed(message) => Error::new(ErrorKind::Stream, message).of_answer(answer),
            Self::Reported(Described {
                message,
                code,
                status,
                request_id,
            }) => {
                let (kind, advice) = meaning(status.unwrap_or(500));
                let message = format!("the provider reported an error inside its answer: {message} ({advice})");
                Error::new(kind, message)
                    .with_again(!codes::is_final(status, code.as_deref()))
                    .with_code(code)
                    .of_answer(answer)
                    .or_request_id(request_id)
            }
        };
        error.with_replay(Replay::Processed)
    }
}

/// What a provider says about an error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Described {
    message: String,
    code: Option<String>,
    /// The HTTP status that means the same as its codes, where one of them is known.
    status: Option<u16>,
    request_id: Option<String>,
}

/// The text of a whole answer.
pub(super) fn text(body: Bytes) -> Result<String, Fault> {
    let text = String::from_utf8(body.into()).map_err(|error| {
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Fault::unexpected(&text, "the answer is not valid UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err(Fault::unexpected("", "the answer is empty"));
    }
    Ok(text)
}

/// The error for an answer whose status is no success. The provider may have echoed a key: it is not masked yet.
pub(crate) fn refusal(answer: &Identity, body: &[u8]) -> Error {
    let Described {
        message,
        code,
        request_id,
        ..
    } = describe(&String::from_utf8_lossy(body));
    let status = answer.status;
    let (kind, advice) = meaning(status);
    let message = if message.is_empty() {
        format!("HTTP {status} ({advice})")
    } else {
        format!("HTTP {status}: {message} ({advice})")
    };
    Error::new(kind, message)
        .with_code(code)
        .of_answer(answer)
        .or_request_id(request_id)
        .with_replay(Replay::Processed)
}

/// What an HTTP status means, and what to do.
fn meaning(status: u16) -> (ErrorKind, &'static str) {
    match status {
        401 => (ErrorKind::Authentication, "check api_key"),
        403 => (ErrorKind::Permission, "the key may not do this"),
        404 => (ErrorKind::NotFound, "check model and base_url"),
        429 => (ErrorKind::RateLimit, "send fewer requests, or wait"),
        300..=399 => (
            ErrorKind::BadRequest,
            "redirects are not followed; put the final address into base_url",
        ),
        400..=499 => (ErrorKind::BadRequest, "change the request"),
        _ => (ErrorKind::Provider, "try again later"),
    }
}

/// The message and code in an error body: `{"error": {"message", "code"}}`, `{"error": "…"}`, `{"message": "…"}`,
/// or an excerpt of whatever else it is.
fn describe(text: &str) -> Described {
    let whole = fields_of(text);
    let inner = whole.get("error").map(Json::text);
    let error = inner.map(fields_of).unwrap_or_default();
    let places = [
        (&error, "message"),
        (&whole, "message"),
        (&error, "detail"),
        (&whole, "detail"),
    ];
    let message = places.iter().find_map(|(fields, name)| fields.string(name));
    let message = message.map(Cow::into_owned);
    let message = message.or_else(|| string_of(inner?)).or_else(|| string_of(text));
    let message = message.map_or_else(|| excerpt(text.trim()), |message| clip(&message, 1000));
    let place = if inner.is_some() { &error } else { &whole };
    let mut code = None;
    let mut status = None;
    for json in ["code", "type", "status"]
        .into_iter()
        .filter_map(|name| place.get(name))
    {
        let json = json.text();
        if let Some(said) = string_of(json).or_else(|| json.parse::<i64>().ok().map(|_| json.to_owned())) {
            status = status.or_else(|| codes::status(&said));
            code.get_or_insert(said);
        }
    }
    Described {
        message,
        code,
        status,
        request_id: whole.string("request_id").map(Cow::into_owned),
    }
}

/// The fields of what may be an object.
fn fields_of(json: &str) -> Object<'_> {
    serde_json::from_str(json).unwrap_or_default()
}

fn string_of(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

fn excerpt(text: &str) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    clip(&flat, EXCERPT)
}

/// Where in the text a JSON error is, in bytes.
fn place_of(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    (before + error.column().saturating_sub(1)).min(text.len())
}

/// What stands around a place.
fn excerpt_at(text: &str, place: usize) -> String {
    if place < EXCERPT {
        return excerpt(text.trim());
    }
    let start = text.floor_char_boundary(place.saturating_sub(EXCERPT / 2));
    format!("…{}", excerpt(text.get(start..).unwrap_or_default()))
}

fn clip(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Headers;

    #[test]
    fn errors_are_understood_in_every_shape() {
        for (text, message, code) in [
            (r#"{"error":{"message":"m","code":"c","type":"t"}}"#, "m", Some("c")),
            (r#"{"error":{"message":"m","code":null,"type":"t"}}"#, "m", Some("t")),
            (
                r#"{"error":{"code":429,"message":"m","status":"EXHAUSTED"}}"#,
                "m",
                Some("429"),
            ),
            (r#"{"error":"m \u00e9"}"#, "m é", None),
            (r#"{"message":"m","code":"c"}"#, "m", Some("c")),
            (r#"{"detail":"m"}"#, "m", None),
            (r#"{"error":{"message":{"deep":1}},"message":"m"}"#, "m", None),
            (r#""m""#, "m", None),
            ("<html>\n <b>m</b>", "<html> <b>m</b>", None),
            (r#"{"other":1}"#, r#"{"other":1}"#, None),
            ("", "", None),
        ] {
            let described = describe(text);
            assert_eq!(
                (&*described.message, described.code.as_deref()),
                (message, code),
                "{text}"
            );
        }
    }

    #[test]
    fn the_request_id_is_that_of_the_head_or_else_of_the_body() {
        let body = br#"{"code":"c","message":"m","request_id":"of the body"}"#;
        for (headers, id) in [
            (&[("x-request-id", "of the head")][..], "of the head"),
            (&[("request-id", "of Anthropic's head")], "of Anthropic's head"),
            (&[], "of the body"),
        ] {
            let head = crate::transport::Head {
                status: 400,
                headers: headers.iter().copied().collect::<Headers>().into(),
            };
            let answer = Identity::from(&head);
            assert_eq!(refusal(&answer, body).request_id(), Some(id));
            let reported = Fault::reported(std::str::from_utf8(body).unwrap()).into_error(&answer);
            assert_eq!(reported.request_id(), Some(id));
        }
    }

    #[test]
    fn what_is_malformed_is_shown_with_its_place() {
        let text = format!("{{\"a\": \"{}\", \"é\": ?}}", "é".repeat(500));
        let error = serde_json::from_str::<serde_json::Value>(&text).unwrap_err();
        let place = text.find('?').unwrap();
        assert_eq!(place_of(&text, &error), place);
        let Fault::Malformed(message) = Fault::malformed(&text, &error) else {
            panic!("no malformed answer");
        };
        assert!(message.contains(&format!("byte {place}")), "{message}");
        assert!(message.ends_with("\"é\": ?}"), "{message}");
        assert!(message.chars().count() < 350, "{message}");
    }

    #[test]
    fn what_is_reported_is_of_the_kind_that_its_codes_mean() {
        let answer = Identity {
            status: 200,
            request_id: None,
        };
        for (json, kind, again) in [
            (r#"{"message":"m","code":400}"#, ErrorKind::BadRequest, false),
            (
                r#"{"message":"m","code":429,"status":"RESOURCE_EXHAUSTED"}"#,
                ErrorKind::RateLimit,
                true,
            ),
            (r#"{"message":"m","code":"429"}"#, ErrorKind::RateLimit, true),
            (r#"{"message":"m","code":502}"#, ErrorKind::Provider, true),
            (
                r#"{"message":"m","code":"x","type":"invalid_request_error"}"#,
                ErrorKind::BadRequest,
                false,
            ),
            (
                r#"{"message":"m","type":"authentication_error"}"#,
                ErrorKind::Authentication,
                false,
            ),
            (
                r#"{"message":"m","type":"overloaded_error"}"#,
                ErrorKind::Provider,
                true,
            ),
            (r#""m""#, ErrorKind::Provider, true),
        ] {
            let error = Fault::reported(json).into_error(&answer);
            assert_eq!((error.kind(), error.is_retryable()), (kind, again), "{json}");
        }
    }
}
