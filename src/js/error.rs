//! Errors as plain objects, of which the JavaScript layer makes instances of its classes.

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::plain::to_plain;
use crate::error::{Error, ErrorKind, TimeoutKind};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Raw<'a> {
    kind: &'static str,
    name: &'static str,
    message: String,
    provider: Option<&'static str>,
    status: Option<u16>,
    code: Option<&'a str>,
    request_id: Option<&'a str>,
    phase: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged_phases: Vec<&'static str>,
    limit: Option<f64>,
    attempts: u32,
    elapsed: f64,
    bytes_sent: u64,
    bytes_received: u64,
    retry_after: Option<f64>,
    replay: &'static str,
    used: Option<&'a str>,
}

/// The error as a plain object; the host's own error is its `cause`.
pub(super) fn raw(error: &Error) -> JsValue {
    let object = to_plain(&Raw {
        kind: error.kind().as_str(),
        name: class(error.kind()),
        message: error.to_string(),
        provider: error.provider(),
        status: error.status(),
        code: error.code(),
        request_id: error.request_id(),
        phase: error.phase().map(crate::error::Phase::as_str),
        merged_phases: error.merged_phases().iter().map(|phase| phase.as_str()).collect(),
        limit: error.limit().map(|limit| limit.as_secs_f64()),
        attempts: error.attempts(),
        elapsed: error.elapsed().as_secs_f64(),
        bytes_sent: error.bytes_sent(),
        bytes_received: error.bytes_received(),
        retry_after: error.retry_after().map(|wait| wait.as_secs_f64()),
        replay: error.replay().as_str(),
        used: error.used(),
    });
    let cause = match error.last() {
        Some(last) => Some(raw(last)),
        None => error.cause().map(|cause| cause.value().clone()),
    };
    if let Some(cause) = cause {
        // A plain object takes every property.
        let _ = Reflect::set(&object, &"cause".into(), &cause);
    }
    object
}

/// The call was aborted; the JavaScript layer knows by whom.
pub(super) fn aborted() -> JsValue {
    raw(&Error::new(ErrorKind::Aborted, "the call was aborted"))
}

/// Not an error: there is to be another attempt.
pub(super) fn again() -> JsValue {
    #[derive(Serialize)]
    struct Again {
        kind: &'static str,
    }
    to_plain(&Again { kind: "again" })
}

fn class(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Config => "ConfigError",
        ErrorKind::BadRequest => "BadRequestError",
        ErrorKind::Authentication => "AuthenticationError",
        ErrorKind::Permission => "PermissionError",
        ErrorKind::NotFound => "NotFoundError",
        ErrorKind::RateLimit => "RateLimitError",
        ErrorKind::Provider => "ProviderError",
        ErrorKind::Network => "NetworkError",
        ErrorKind::Stream => "StreamError",
        ErrorKind::Aborted => "AbortError",
        ErrorKind::RetryExhausted => "RetryExhaustedError",
        ErrorKind::Timeout(kind) => match kind {
            TimeoutKind::Pool => "PoolTimeout",
            TimeoutKind::Connect => "ConnectTimeout",
            TimeoutKind::Write => "WriteTimeout",
            TimeoutKind::Read => "ReadTimeout",
            TimeoutKind::Total => "TotalTimeout",
            TimeoutKind::FirstToken => "FirstTokenTimeout",
            TimeoutKind::Idle => "IdleTimeout",
        },
    }
}
