//! The host's own error object, kept for who wants to look at it.

use std::fmt;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// What a host's function threw or rejected with.
#[derive(Debug)]
pub(crate) struct Cause(JsValue);

impl Cause {
    pub(super) fn new(value: &JsValue) -> Self {
        Self(value.clone())
    }

    /// The object itself.
    pub(crate) fn value(&self) -> &JsValue {
        &self.0
    }

    pub(crate) fn as_error(&self) -> &(dyn std::error::Error + 'static) {
        self
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&message(&self.0))
    }
}

impl std::error::Error for Cause {}

/// The message of an error object, or the value as a text.
pub(super) fn message(value: &JsValue) -> String {
    let message = Reflect::get(value, &"message".into())
        .ok()
        .and_then(|message| message.as_string());
    message
        .or_else(|| value.as_string())
        .unwrap_or_else(|| format!("{value:?}"))
}
