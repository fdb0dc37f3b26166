//! Aborts a fetch when whoever waits for it is gone.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal};

/// One controller per request; dropping it aborts, unless the request has ended by itself.
pub(crate) struct Abort {
    controller: AbortController,
    armed: Cell<bool>,
}

impl Abort {
    pub(super) fn new() -> Result<Self, JsValue> {
        Ok(Self {
            controller: AbortController::new()?,
            armed: Cell::new(true),
        })
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// The request has ended: there is nothing to abort.
    pub(super) fn defuse(&self) {
        self.armed.set(false);
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if self.armed.get() {
            self.controller.abort();
        }
    }
}
