//! Aborts a fetch when whoever waits for it is gone.

use std::cell::{Cell, RefCell};

use js_sys::{Promise, Set};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

use super::answer;
use crate::rt;

thread_local! {
    /// What can be aborted at this moment.
    static ARMED: Set = Set::default();
}

/// Aborts every fetch under way: nobody will be there for its answer any more, because the core panics.
pub(crate) fn abort_all() {
    ARMED.with(|armed| armed.for_each(&mut |controller, _, _| abort(&controller.unchecked_into())));
}

/// Aborting can throw in Workers: what belongs to another invocation may be out of reach, and ends with it.
fn abort(controller: &Controller) {
    let _ = controller.abort();
}

#[wasm_bindgen]
extern "C" {
    type Controller;

    #[wasm_bindgen(method, catch)]
    fn abort(this: &Controller) -> Result<(), JsValue>;
}

/// One controller per request; dropping it aborts, unless the request has ended by itself.
pub(crate) struct Abort {
    controller: AbortController,
    armed: Cell<bool>,
    /// The answer that is still awaited.
    pending: RefCell<Option<Promise>>,
}

impl Abort {
    pub(super) fn new() -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        ARMED.with(|armed| armed.add(&controller));
        Ok(Self {
            controller,
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
        ARMED.with(|armed| armed.delete(&self.controller));
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if !self.armed.get() {
            return;
        }
        ARMED.with(|armed| armed.delete(&self.controller));
        abort(self.controller.unchecked_ref());
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
