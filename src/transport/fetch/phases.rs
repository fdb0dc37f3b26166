//! Evidence of the phases before the response head, where a host gives it: Node's diagnostics channels do.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Waker;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::deadline::SharedClocks;
use crate::rt;

/// Listens to what the host tells of one request. JavaScript calls it no more once the request has been aborted or
/// its promise is settled.
pub(super) struct Phases {
    told: Rc<Told>,
    listener: Closure<dyn FnMut(String, f64)>,
}

#[derive(Default)]
struct Told {
    anything: Cell<bool>,
    /// Another phase has another limit: who waits for the answer looks at the clocks again.
    waker: RefCell<Option<Waker>>,
}

impl Phases {
    /// Moves these clocks on.
    pub(super) fn of(clocks: &SharedClocks) -> Self {
        let told = Rc::<Told>::default();
        let listener = {
            let (told, clocks) = (Rc::clone(&told), clocks.clone());
            Closure::new(move |phase: String, bytes: f64| {
                told.anything.set(true);
                note(&clocks, &phase, bytes);
                let waker = told.waker.borrow_mut().take();
                waker.into_iter().for_each(Waker::wake);
            })
        };
        Self { told, listener }
    }

    pub(super) fn listener(&self) -> &JsValue {
        self.listener.as_ref()
    }

    /// Whether the host told anything so far: it does so in the call of fetch, or never.
    pub(super) fn are_told(&self) -> bool {
        self.told.anything.get()
    }

    /// The future, polled anew whenever the phase changes.
    pub(super) async fn during<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|context| {
            *self.told.waker.borrow_mut() = Some(context.waker().clone());
            future.as_mut().poll(context)
        })
        .await
    }
}

fn note(clocks: &SharedClocks, phase: &str, bytes: f64) {
    let (now, mut clocks) = (rt::now(), clocks.lock());
    match phase {
        "dials" => clocks.dials(now),
        "uploads" => clocks.uploads(now),
        // The cast saturates.
        "sends" => clocks.sends(now, bytes as u64),
        "uploaded" => clocks.uploaded(now),
        _ => {}
    }
}
