//! What a host's rejection means. Hosts tell little, each in its own words; their own error is kept as the cause.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::cause::{Cause, message};
use crate::error::Replay;
use crate::rt::detect;
use crate::transport::Failure;

/// How far a request had come when its host gave up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The host took it; no answer came.
    Sent,
    /// The head of the answer came.
    Answered,
}

/// What hosts give evidence of. Workers and browsers give none: there everything is [`Unknown`](Self::Unknown).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    Refused,
    NameNotFound,
    Unconnected,
    Reset,
    Closed,
    Unknown,
}

/// Why fetch failed: it threw, or its promise was rejected.
pub(crate) fn of_fetch(reason: &JsValue) -> Failure {
    of(reason, Progress::Sent)
}

/// Why reading the body failed.
pub(crate) fn of_read(reason: &JsValue) -> Failure {
    of(reason, Progress::Answered)
}

/// The host, or what stands in for it, gave something that it should not.
pub(super) fn unexpected(what: &str) -> Failure {
    Failure {
        message: what.to_owned(),
        code: None,
        replay: None,
        cause: None,
    }
}

fn of(reason: &JsValue, progress: Progress) -> Failure {
    let (words, code) = (words(reason), code(reason));
    let known = Reason::of(code.as_deref(), &words);
    Failure {
        message: describe(known, progress, &words),
        code,
        replay: known.is_before_sending().then_some(Replay::NeverSent),
        cause: Some(Cause::new(reason)),
    }
}

impl Reason {
    /// By the code (Node, Bun), else by what the text is known to contain (Deno).
    fn of(code: Option<&str>, words: &str) -> Self {
        match code {
            Some("ECONNREFUSED" | "ConnectionRefused") => return Self::Refused,
            Some("ENOTFOUND" | "EAI_AGAIN") => return Self::NameNotFound,
            Some("EHOSTUNREACH" | "ENETUNREACH" | "EADDRNOTAVAIL" | "UND_ERR_CONNECT_TIMEOUT") => {
                return Self::Unconnected;
            }
            Some("ECONNRESET" | "EPIPE") => return Self::Reset,
            Some("UND_ERR_SOCKET") => return Self::Closed,
            _ => {}
        }
        let texts = [
            ("Connection refused", Self::Refused),
            ("dns error", Self::NameNotFound),
            ("client error (Connect)", Self::Unconnected),
            ("connect ETIMEDOUT", Self::Unconnected),
            ("Connection reset", Self::Reset),
            ("connection closed before message completed", Self::Closed),
            ("error reading a body from connection", Self::Closed),
        ];
        let known = texts.iter().find(|(text, _)| words.contains(text));
        known.map_or(Self::Unknown, |&(_, reason)| reason)
    }

    fn is_before_sending(self) -> bool {
        matches!(self, Self::Refused | Self::NameNotFound | Self::Unconnected)
    }
}

/// The words that the native transport has, where the host says enough to choose them.
fn describe(reason: Reason, progress: Progress, words: &str) -> String {
    let known = match (reason, progress) {
        (Reason::Refused, _) => "the connection was refused: nothing listens at the address of base_url",
        (Reason::NameNotFound, _) => return format!("the host name was not found ({words})"),
        (Reason::Unconnected, _) => return format!("no connection could be made: {words}"),
        (Reason::Reset, Progress::Sent) => "the connection was reset before an answer came",
        (Reason::Closed, Progress::Sent) => "the connection was closed before an answer came",
        (Reason::Reset, Progress::Answered) => "the connection was reset in the middle of the answer",
        (Reason::Closed, Progress::Answered) => {
            "the answer was cut short: the connection was closed in the middle of it"
        }
        (Reason::Unknown, Progress::Sent) if detect::host() == "browser" => {
            return format!(
                "{words} (a page is not told more: nothing may listen at the address of base_url, or the server does not allow this page's origin by CORS headers)"
            );
        }
        (Reason::Unknown, _) => words,
    };
    known.to_owned()
}

/// The message of the error and of its cause.
fn words(reason: &JsValue) -> String {
    let words = message(reason);
    match inner(reason).map(|inner| message(&inner)) {
        Some(more) if !more.is_empty() && !words.contains(&more) => format!("{words}: {more}"),
        _ => words,
    }
}

/// The code of the error's cause, or of the error.
fn code(reason: &JsValue) -> Option<String> {
    let own = |value: &JsValue| Reflect::get(value, &"code".into()).ok()?.as_string();
    inner(reason).as_ref().and_then(own).or_else(|| own(reason))
}

fn inner(reason: &JsValue) -> Option<JsValue> {
    let cause = Reflect::get(reason, &"cause".into()).ok()?;
    cause.is_object().then_some(cause)
}
