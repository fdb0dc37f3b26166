//! Web: the host's timers and tasks, and `performance.now()` for a clock.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use js_sys::Set;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::{Instant, detect};

/// Hosts keep the delay of a timer in 31 bits of milliseconds.
const LONGEST_DELAY: f64 = 2_147_483_647.0;

/// How often a Worker's call looks whether its turn has come.
const LOOK: Duration = Duration::from_millis(5);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    /// Browsers give a number, Node and Deno an object.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

thread_local! {
    /// The host's timers that are set at this moment.
    static TIMERS: Set = Set::default();
    /// The core has panicked: its memory cannot be trusted, so nothing of it may run again.
    static STOPPED: Cell<bool> = const { Cell::new(false) };
}

/// The core panics: futures go on no more, and all timers are cleared, because a program does not end before them.
pub(crate) fn stop() {
    STOPPED.set(true);
    TIMERS.with(|timers| timers.for_each(&mut |timer, _, _| clear_timeout(&timer)));
}

/// Runs a future for as long as the core has not panicked. The host may still have a turn of it in its queue by then.
pub(crate) async fn until_stopped<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        if STOPPED.get() {
            return Poll::Pending;
        }
        future.as_mut().poll(context)
    })
    .await
}

/// The present instant.
pub(crate) fn now() -> Instant {
    Instant::at(Duration::try_from_secs_f64(performance_now() / 1e3).unwrap_or_default())
}

/// The time since 1970 by the system's clock, for dates that others name.
pub(crate) fn unix_time() -> Duration {
    // The cast saturates. In seconds, a whole number of milliseconds would come out a little smaller now and then.
    Duration::from_millis(js_sys::Date::now() as u64)
}

/// 64 random bits; good against coincidence, not against enemies. Workers have none outside of a request.
pub(crate) fn random() -> u64 {
    let half = || js_sys::Math::random() * 2f64.powi(32);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to less than 2^32"
    )]
    let bits = |number: f64| u64::from(number as u32);
    bits(half()) << 32 | bits(half())
}

/// Whether this thread can run a call at all: every JavaScript host can.
#[expect(clippy::unnecessary_wraps, reason = "the seam's signature")]
pub(crate) fn check() -> Result<(), &'static str> {
    Ok(())
}

/// Runs a future in the background.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(until_stopped(future));
}

/// Waits for what other calls bring about.
///
/// Workers tie all work to the request that it is for. A wake-up from another request's call would let this call
/// send on that request's behalf, whereupon the host declares this one hung and cancels it. So there it is this
/// call's own timer that looks whether the wait is over.
pub(crate) async fn on_own_behalf<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    if detect::host() != "workerd" {
        return future.await;
    }
    let mut deaf = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut deaf) {
            return output;
        }
        Sleep::until(now() + LOOK).await;
    }
}

/// A timer that is ready at a chosen instant and can be set anew. Dropping it clears the host's timer.
pub(crate) struct Sleep {
    until: Instant,
    armed: RefCell<Option<Armed>>,
    waker: Rc<RefCell<Option<Waker>>>,
}

/// A timer of the host.
struct Armed {
    timer: JsValue,
    at: Instant,
    fired: Rc<Cell<bool>>,
    _callback: Closure<dyn FnMut()>,
}

impl Drop for Armed {
    fn drop(&mut self) {
        TIMERS.with(|timers| timers.delete(&self.timer));
        if !self.fired.get() {
            clear_timeout(&self.timer);
        }
    }
}

impl Sleep {
    /// A timer that is ready at `until`.
    pub(crate) fn until(until: Instant) -> Self {
        Self {
            until,
            armed: RefCell::default(),
            waker: Rc::default(),
        }
    }

    /// The instant at which the timer is ready.
    pub(crate) fn deadline(&self) -> Instant {
        self.until
    }

    /// Sets the timer to another instant. One that goes off too early for it is set anew only then.
    pub(crate) fn reset(&mut self, until: Instant) {
        self.until = until;
        let armed = self.armed.get_mut();
        if armed.as_ref().is_some_and(|armed| armed.at > until) {
            *armed = None;
        }
    }

    fn arm(&self, now: Instant) {
        let mut armed = self.armed.borrow_mut();
        if armed.as_ref().is_some_and(|armed| !armed.fired.get()) {
            return;
        }
        let fired = Rc::new(Cell::new(false));
        let callback = {
            let (fired, waker) = (Rc::clone(&fired), Rc::clone(&self.waker));
            Closure::<dyn FnMut()>::new(move || {
                fired.set(true);
                let waker = waker.borrow_mut().take();
                waker.into_iter().for_each(Waker::wake);
            })
        };
        // Rounded up, for hosts that cut fractions off.
        let delay = (self.until.since(now).as_secs_f64() * 1e3).ceil().min(LONGEST_DELAY);
        let timer = set_timeout(callback.as_ref().unchecked_ref(), delay);
        TIMERS.with(|timers| timers.add(&timer));
        *armed = Some(Armed {
            timer,
            at: self.until,
            fired,
            _callback: callback,
        });
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = now();
        // Timers may go off a little early, and long ones are made of several.
        if now >= self.until {
            return Poll::Ready(());
        }
        *self.waker.borrow_mut() = Some(context.waker().clone());
        self.arm(now);
        Poll::Pending
    }
}
