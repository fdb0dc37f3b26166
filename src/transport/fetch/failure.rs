//! What a host's rejection means. Hosts tell little, each in its own words; their own error is kept as the cause.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use super::cause::{Cause, message};
use crate::error::Replay;
use crate::transport::Failure;

/// Codes that name a connection that was never made.
const UNCONNECTED: [&str; 6] = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ConnectionRefused",
];

/// The failure behind a rejection of fetch or of a read.
pub(crate) fn of(reason: &JsValue) -> Failure {
    let code = code(reason);
    let mut words = message(reason);
    let inner = Reflect::get(reason, &"cause".into())
        .ok()
        .filter(|cause| cause.is_object());
    if let Some(inner) = &inner {
        let more = message(inner);
        if !more.is_empty() && !words.contains(&more) {
            words = format!("{words}: {more}");
        }
    }
    let unconnected = code.as_deref().is_some_and(|code| UNCONNECTED.contains(&code))
        || ["tcp connect error", "dns error", "Connection refused"]
            .iter()
            .any(|part| words.contains(part));
    Failure {
        message: words,
        code,
        replay: unconnected.then_some(Replay::NeverSent),
        cause: Some(Cause::new(reason)),
    }
}

/// The host gave something that it should not.
pub(super) fn unexpected(what: &str) -> Failure {
    Failure {
        message: what.to_owned(),
        code: None,
        replay: None,
        cause: None,
    }
}

/// The code of the error or of its cause.
fn code(reason: &JsValue) -> Option<String> {
    let own = |value: &JsValue| {
        Reflect::get(value, &"code".into())
            .ok()
            .and_then(|code| code.as_string())
    };
    let inner = Reflect::get(reason, &"cause".into())
        .ok()
        .filter(|cause| cause.is_object());
    inner.as_ref().and_then(own).or_else(|| own(reason))
}
