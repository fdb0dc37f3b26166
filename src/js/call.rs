//! One call, driven by JavaScript's loop: it reads, this decodes, watches the clocks and says when to stop.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use js_sys::Promise;
use tokio::sync::Notify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use super::error::{aborted, again, raw};
use crate::call::{Call, Prepared};
use crate::client::Inner;
use crate::error::Error;
use crate::rt::{self, Instant};
use crate::stream::{JsonText, Machine, Reader};
use crate::transport::{Hold, failure_of};

/// A call.
#[wasm_bindgen]
pub struct CoreCall {
    client: Arc<Inner>,
    shared: Rc<Shared>,
}

/// What the head's future and JavaScript's loop have in common. No borrow is held across an await or a call into
/// JavaScript.
struct Shared {
    state: RefCell<State>,
    answer: RefCell<Option<Answer>>,
    aborted: Cell<bool>,
    on_abort: Notify,
}

/// The call itself, whenever no future works on it.
#[derive(Default)]
enum State {
    Prepared(Box<Prepared>),
    Started(Box<Call>),
    #[default]
    Elsewhere,
}

/// An answer whose head has arrived.
struct Answer {
    machine: Machine<JsonText>,
    hold: Option<Hold>,
    /// An error that waits behind the chunks that were complete before it.
    failure: Option<Error>,
}

impl CoreCall {
    pub(super) fn new(client: Arc<Inner>, prepared: Prepared) -> Self {
        Self {
            client,
            shared: Rc::new(Shared {
                state: RefCell::new(State::Prepared(Box::new(prepared))),
                answer: RefCell::default(),
                aborted: Cell::default(),
                on_abort: Notify::new(),
            }),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Answer) -> Result<T, Error>) -> Result<T, JsValue> {
        let outcome = {
            let mut answer = self.shared.answer.borrow_mut();
            let Some(answer) = answer.as_mut() else {
                return Err(aborted());
            };
            match answer.failure.take() {
                Some(error) => Err((error, answer.hold.take())),
                None => act(answer).map_err(|error| (error, answer.hold.take())),
            }
        };
        // Dropping the hold aborts the fetch, which may call back into JavaScript: no borrow is held any more.
        outcome.map_err(|(error, hold)| {
            drop(hold);
            self.judge(error)
        })
    }

    /// The error for JavaScript; before the answer has begun, that there is to be another attempt, perhaps.
    fn judge(&self, error: Error) -> JsValue {
        let mut answer = self.shared.answer.borrow_mut();
        match (&mut *self.shared.state.borrow_mut(), answer.as_mut()) {
            (State::Started(call), Some(Answer { machine, .. })) if !machine.has_begun() => {
                call.takes_back(machine);
                match call.failed(&self.client, error) {
                    Ok(()) => again(),
                    Err(error) => raw(&error),
                }
            }
            (_, Some(Answer { machine, .. })) => {
                machine.fails(rt::now(), &error);
                raw(&error)
            }
            _ => raw(&error),
        }
    }

    fn of<T: Default>(&self, look: impl FnOnce(&Answer) -> T) -> T {
        self.shared.answer.borrow().as_ref().map(look).unwrap_or_default()
    }
}

#[wasm_bindgen]
impl CoreCall {
    /// Waits for a place in the pool and for the response head, over as many attempts as that takes; resolves with the
    /// body's stream. After an error of kind `again` it is to be called once more: it waits for the next attempt.
    pub fn head(&self) -> Promise {
        let (client, shared) = (self.client.clone(), self.shared.clone());
        future_to_promise(rt::until_stopped(async move {
            if shared.aborted.get() {
                return Err(aborted());
            }
            drop(shared.answer.take());
            let state = shared.state.take();
            let mut call = match state {
                State::Prepared(prepared) => Call::start(&client, *prepared).map_err(|error| raw(&error))?,
                State::Started(call) => *call,
                State::Elsewhere => return Err(aborted()),
            };
            let Some(opened) = unless_aborted(&shared, call.head::<JsonText>(&client)).await else {
                return Err(aborted());
            };
            shared.state.replace(State::Started(Box::new(call)));
            let Reader { machine, body, .. } = opened.map_err(|error| raw(&error))?;
            let (stream, hold) = body.map_or((None, None), crate::transport::Body::into_web);
            *shared.answer.borrow_mut() = Some(Answer {
                machine: *machine,
                hold,
                failure: None,
            });
            Ok(stream.map_or(JsValue::UNDEFINED, JsValue::from))
        }))
    }

    /// Whether a failure from here on is the caller's: content has come, or there would be no other attempt anyway.
    #[wasm_bindgen(getter)]
    pub fn begun(&self) -> bool {
        let may_repeat = match &*self.shared.state.borrow() {
            State::Started(call) => call.may_repeat(),
            _ => false,
        };
        !may_repeat || self.of(|answer| answer.machine.has_begun())
    }

    /// Whether chunks will come, in contrast to one answer or an error.
    #[wasm_bindgen(getter)]
    pub fn streaming(&self) -> bool {
        self.of(|answer| answer.machine.is_streaming())
    }

    /// Whether the terminal event was seen.
    #[wasm_bindgen(getter)]
    pub fn finished(&self) -> bool {
        self.of(|answer| answer.machine.is_finished() && answer.failure.is_none())
    }

    /// `stream_buffer_size`.
    #[wasm_bindgen(getter, js_name = bufferSize)]
    pub fn buffer_size(&self) -> usize {
        self.client.settings.pool.stream_buffer_size
    }

    /// A read is pending from now on. Gives the milliseconds to the nearest deadline; -1: there is none.
    #[wasm_bindgen(js_name = readStarts)]
    pub fn read_starts(&self) -> Result<f64, JsValue> {
        self.with(|answer| {
            let now = rt::now();
            answer.machine.clocks.lock().reads(now);
            Ok(answer.milliseconds_left(now))
        })
    }

    /// The buffer is full: no read is pending until the consumer has taken some.
    #[wasm_bindgen(js_name = bufferFills)]
    pub fn buffer_fills(&self) {
        self.of(|answer| answer.machine.clocks.lock().fills(rt::now()));
    }

    /// No read is pending any more. Throws what stood behind the last chunks.
    #[wasm_bindgen(js_name = readPauses)]
    pub fn read_pauses(&self) -> Result<(), JsValue> {
        self.with(|answer| {
            answer.machine.clocks.lock().pauses(rt::now());
            Ok(())
        })
    }

    /// Takes what a read brought; gives the chunks that it completes as the JSON text of an array.
    #[wasm_bindgen(js_name = onBytes)]
    pub fn on_bytes(&self, bytes: &[u8]) -> Result<Option<String>, JsValue> {
        self.with(|answer| {
            let outcome = answer.machine.on_bytes(rt::now(), bytes);
            answer.deliver(outcome)
        })
    }

    /// The body has ended; gives the last chunks, or the JSON text of an answer that was not streamed.
    #[wasm_bindgen(js_name = onEof)]
    pub fn on_eof(&self) -> Result<Option<String>, JsValue> {
        self.with(|answer| match answer.machine.on_eof(rt::now()) {
            Ok(Some(json)) => Ok(Some(json)),
            outcome => answer.deliver(outcome.map(|_| ())),
        })
    }

    /// A read failed: throws the error, unless the answer was complete, of which that is the end.
    #[wasm_bindgen(js_name = onReadError)]
    pub fn on_read_error(&self, reason: &JsValue) -> Result<(), JsValue> {
        let failure = failure_of(reason);
        self.with(|answer| answer.machine.on_failure(rt::now(), failure))
    }

    /// The timer has gone off: throws if a limit ran out, else tells when to look again; minus infinity: an answer
    /// that is complete need not be read any longer. `since`: when the consumer began to wait, on the clock of
    /// `performance.now()`. Reading goes on ahead of it, but what nobody waits for is not billed.
    #[wasm_bindgen(js_name = onDeadline)]
    pub fn on_deadline(&self, since: f64) -> Result<f64, JsValue> {
        self.with(|answer| {
            let now = rt::now();
            let since = Instant::at(Duration::try_from_secs_f64(since / 1e3).unwrap_or_default());
            answer.machine.clocks.lock().awaited(since);
            match answer.machine.expired(now) {
                Some(_) if answer.machine.is_complete() => Ok(f64::NEG_INFINITY),
                Some(error) => Err(error),
                None => Ok(answer.milliseconds_left(now)),
            }
        })
    }

    /// Cancels the call wherever it is.
    pub fn abort(&self) {
        self.shared.aborted.set(true);
        self.shared.on_abort.notify_one();
        let answer = self.shared.answer.borrow_mut().take();
        drop(answer);
    }

    /// The body has been read to its end: frees the place in the pool.
    pub fn finish(&self) {
        let hold = self
            .shared
            .answer
            .borrow_mut()
            .as_mut()
            .and_then(|answer| answer.hold.take());
        hold.into_iter().for_each(Hold::release);
    }
}

/// Runs a future unless the call is aborted; then it is dropped, which cancels what it does.
async fn unless_aborted<F: Future>(shared: &Shared, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut abort = pin!(shared.on_abort.notified());
    poll_fn(|context| match abort.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => future.as_mut().poll(context).map(Some),
    })
    .await
}

impl Answer {
    /// The chunks of this read; an error behind them waits for the next call.
    fn deliver(&mut self, outcome: Result<(), Error>) -> Result<Option<String>, Error> {
        let chunks = self.machine.sink.take();
        match outcome {
            Err(error) if chunks.is_none() => Err(error),
            outcome => {
                self.failure = outcome.err();
                Ok(chunks)
            }
        }
    }

    fn milliseconds_left(&self, now: Instant) -> f64 {
        let next = self.machine.clocks.lock().next();
        next.map_or(-1.0, |(at, _)| (at.since(now).as_secs_f64() * 1e3).ceil())
    }
}
