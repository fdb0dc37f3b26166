//! The host's own error object, kept for who wants to look at it.

use std::fmt;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// What a host's function threw or rejected with.
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

/// By hand, because it is searched for secrets, and the package is built without what a derive would show.
impl fmt::Debug for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
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
