//! Aborts a fetch when whoever waits for it is gone.

use std::cell::{Cell, RefCell};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

use super::answer;
use crate::rt;

/// One controller per request; dropping it aborts, unless the request has ended by itself.
pub(crate) struct Abort {
    controller: AbortController,
    armed: Cell<bool>,
    /// The answer that is still awaited.
    pending: RefCell<Option<Promise>>,
}

impl Abort {
    pub(super) fn new() -> Result<Self, JsValue> {
        Ok(Self {
            controller: AbortController::new()?,
            armed: Cell::new(true),
            pending: RefCell::default(),
        })
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// Waits for what fetch promised.
    pub(super) async fn answer(&self, promise: Promise) -> Result<JsValue, JsValue> {
        self.pending.replace(Some(promise.clone()));
        let outcome = JsFuture::from(promise).await;
        self.pending.take();
        if outcome.is_err() {
            self.defuse();
        }
        outcome
    }

    /// The request has ended: there is nothing to abort.
    pub(super) fn defuse(&self) {
        self.armed.set(false);
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if !self.armed.get() {
            return;
        }
        self.controller.abort();
        // A replacement for fetch may not listen to the signal, and answer all the same.
        if let Some(promise) = self.pending.take() {
            rt::spawn(async {
                if let Ok(late) = JsFuture::from(promise).await {
                    answer::drop_late(&late);
                }
            });
        }
    }
}
