//! One call, driven by JavaScript's loop: it reads, this decodes, watches the clocks and says when to stop.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use js_sys::{Promise, Uint8Array};
use tokio::sync::Notify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use super::error::{aborted, again, raw};
use super::places::{Places, Told};
use crate::call::{self, Call, Prepared};
use crate::client::Inner;
use crate::deadline::{Clocks, SharedClocks};
use crate::error::Error;
use crate::gate::Permit;
use crate::rt::{self, Instant};
use crate::stream::{JsonText, Machine};
use crate::transport::{Request, described, failure_of_fetch, failure_of_read, head_of};

/// A call.
#[wasm_bindgen]
pub struct CoreCall {
    client: Arc<Inner>,
    told: Rc<Told>,
    shared: Rc<Shared>,
}

/// What a waiting future and JavaScript's loop have in common. No borrow is held across an await or a call into
/// JavaScript.
struct Shared {
    state: RefCell<State>,
    /// Of the attempt under way, until its head has come.
    places: RefCell<Option<Places>>,
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
    place: Option<Permit>,
    /// An error that waits behind the chunks that were complete before it.
    failure: Option<Error>,
}

impl CoreCall {
    pub(super) fn new(client: Arc<Inner>, told: Rc<Told>, prepared: Prepared) -> Self {
        Self {
            client,
            told,
            shared: Rc::new(Shared {
                state: RefCell::new(State::Prepared(Box::new(prepared))),
                places: RefCell::default(),
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
            let outcome = match answer.failure.take() {
                Some(error) => Err(error),
                None => act(answer),
            };
            // JavaScript aborts the fetch before anybody who waits for the place has a turn.
            outcome.inspect_err(|_| drop(answer.place.take()))
        };
        outcome.map_err(|error| self.judge(error))
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
            (State::Started(call), None) => match call.failed(&self.client, error) {
                Ok(()) => again(),
                Err(error) => raw(&error),
            },
            (_, Some(Answer { machine, .. })) => {
                machine.fails(rt::now(), &error);
                raw(&error)
            }
            _ => raw(&error),
        }
    }

    /// The error for an attempt that failed before its head came.
    fn attempt_fails(&self, error: impl FnOnce(&SharedClocks) -> Error) -> JsValue {
        drop(self.shared.places.take());
        let clocks = self.clocks();
        clocks.map_or_else(aborted, |clocks| self.judge(error(&clocks)))
    }

    /// Those of the attempt under way.
    fn clocks(&self) -> Option<SharedClocks> {
        match &*self.shared.state.borrow() {
            State::Started(call) => Some(call.clocks.clone()),
            _ => None,
        }
    }

    /// Moves the clocks on; gives the milliseconds to the nearest deadline, -1: there is none.
    fn moves(&self, act: impl FnOnce(&mut Clocks, Instant)) -> f64 {
        self.clocks().map_or(-1.0, |clocks| {
            let (now, mut clocks) = (rt::now(), clocks.lock());
            act(&mut clocks, now);
            milliseconds_left(&clocks, now)
        })
    }

    fn request<T>(&self, look: impl FnOnce(&Request) -> T) -> Option<T> {
        match &*self.shared.state.borrow() {
            State::Started(call) => Some(look(&call.request)),
            _ => None,
        }
    }

    fn of<T: Default>(&self, look: impl FnOnce(&Answer) -> T) -> T {
        self.shared.answer.borrow().as_ref().map(look).unwrap_or_default()
    }
}

#[wasm_bindgen]
impl CoreCall {
    /// Starts the call. Gives what fetch is to be given besides the body and a signal, as the text of a JSON object,
    /// if it may be sent at once; an empty text: the same as the last time. If not, `wait` waits for that.
    pub fn begin(&self) -> Result<Option<String>, JsValue> {
        let state = self.shared.state.take();
        let State::Prepared(prepared) = state else {
            self.shared.state.replace(state);
            return Ok(None);
        };
        let call = Call::start(&self.client, *prepared).map_err(|error| raw(&error))?;
        self.shared.state.replace(State::Started(Box::new(call)));
        let Some(pool) = self.client.gate.try_acquire() else {
            return Ok(None);
        };
        let Ok(head) = self.client.transport.try_place() else {
            return Ok(None);
        };
        *self.shared.places.borrow_mut() = Some(Places::new(pool, head));
        Ok(self.request(|request| self.told.tell(request)))
    }

    /// Waits for the time of the next attempt, if one has failed, and for a place in the pool; resolves with what
    /// fetch is to be given.
    pub fn wait(&self) -> Promise {
        let (client, shared) = (self.client.clone(), self.shared.clone());
        future_to_promise(rt::until_stopped(async move {
            let State::Started(mut call) = shared.state.take() else {
                return Err(aborted());
            };
            drop(shared.answer.take());
            let Some(places) = unless_aborted(&shared, Places::wait(&client, &mut call)).await else {
                return Err(aborted());
            };
            let request = described(&call.request);
            shared.state.replace(State::Started(call));
            *shared.places.borrow_mut() = Some(places.map_err(|error| raw(&error))?);
            Ok(request.into())
        }))
    }

    /// The body of the request, where it has one.
    pub fn body(&self) -> Option<Uint8Array> {
        self.request(|request| (!request.body.is_empty()).then(|| Uint8Array::from(request.body.as_ref())))?
    }

    /// The host tells of the request under way: it dials (0), uploads (1), has sent so many more bytes (2), has sent
    /// all (3). Gives the milliseconds to the nearest deadline; -1: there is none.
    pub fn phase(&self, phase: u8, bytes: f64) -> f64 {
        self.moves(|clocks, now| match phase {
            0 => clocks.dials(now),
            1 => clocks.uploads(now),
            // The cast saturates.
            2 => clocks.sends(now, bytes as u64),
            _ => clocks.uploaded(now),
        })
    }

    /// Fetch was called; unless the host has told of phases by now, it will not. Gives what `phase` does.
    pub fn sent(&self) -> f64 {
        let bytes = self.request(|request| request.body.len()).unwrap_or_default();
        self.moves(|clocks, now| {
            if clocks.is_queued() {
                clocks.exchanges(now, bytes as u64);
            }
        })
    }

    /// Fetch threw or rejected: throws the error.
    #[wasm_bindgen(js_name = onFetchError)]
    pub fn on_fetch_error(&self, reason: &JsValue) -> Result<(), JsValue> {
        let failure = failure_of_fetch(reason);
        Err(self.attempt_fails(|clocks| call::failed(clocks, failure)))
    }

    /// The head of the answer: its status, and its headers' names and values, each on a line. An answer that is not
    /// streamed is read from now on: gives the milliseconds to the nearest deadline; -1: there is none.
    #[wasm_bindgen(js_name = onHead)]
    pub fn on_head(&self, status: Option<f64>, headers: &str) -> Result<f64, JsValue> {
        let head = match head_of(status, headers) {
            Ok(head) => head,
            Err(failure) => return Err(self.attempt_fails(|clocks| call::failed(clocks, failure))),
        };
        let now = rt::now();
        let mut state = self.shared.state.borrow_mut();
        let (State::Started(call), Some(places)) = (&mut *state, self.shared.places.take()) else {
            return Err(aborted());
        };
        call.clocks.lock().head_arrives(now);
        let machine = call.answered::<JsonText>(&self.client, head);
        let left = {
            let mut clocks = machine.clocks.lock();
            if !machine.is_streaming() {
                clocks.reads(now);
            }
            milliseconds_left(&clocks, now)
        };
        *self.shared.answer.borrow_mut() = Some(Answer {
            machine,
            place: Some(places.pool),
            failure: None,
        });
        Ok(left)
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
            let mut clocks = answer.machine.clocks.lock();
            clocks.reads(now);
            Ok(milliseconds_left(&clocks, now))
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

    /// Takes what a read brought; gives the chunks that it completes as the JSON text of an array. Without a text it
    /// has completed nothing, and the next read is pending at once; with one, `finished` and `readStarts` tell more.
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
        let failure = failure_of_read(reason);
        self.with(|answer| answer.machine.on_failure(rt::now(), failure))
    }

    /// The timer has gone off: throws if a limit ran out, else tells when to look again; minus infinity: an answer
    /// that is complete need not be read any longer. `since`: when the consumer began to wait, on the clock of
    /// `performance.now()`. Reading goes on ahead of it, but what nobody waits for is not billed.
    #[wasm_bindgen(js_name = onDeadline)]
    pub fn on_deadline(&self, since: f64) -> Result<f64, JsValue> {
        let now = rt::now();
        if self.shared.answer.borrow().is_none() {
            return self.on_head_deadline(now);
        }
        self.with(|answer| {
            let since = Instant::at(Duration::try_from_secs_f64(since / 1e3).unwrap_or_default());
            answer.machine.clocks.lock().awaited(since);
            match answer.machine.expired(now) {
                Some(_) if answer.machine.is_complete() => Ok(f64::NEG_INFINITY),
                Some(error) => Err(error),
                None => Ok(milliseconds_left(&answer.machine.clocks.lock(), now)),
            }
        })
    }

    /// Cancels the call wherever it is.
    pub fn abort(&self) {
        self.shared.aborted.set(true);
        self.shared.on_abort.notify_one();
        drop(self.shared.state.take());
        drop(self.shared.places.take());
        drop(self.shared.answer.take());
    }

    /// The body has been read to its end: the place in the pool is free, and this object is of no use any more.
    pub fn finish(self) {}
}

impl CoreCall {
    fn on_head_deadline(&self, now: Instant) -> Result<f64, JsValue> {
        let Some(clocks) = self.clocks() else {
            return Err(aborted());
        };
        let expired = clocks.lock().expired(now);
        match expired {
            Some(expired) => Err(self.attempt_fails(|clocks| clocks.lock().timeout(now, expired))),
            None => Ok(milliseconds_left(&clocks.lock(), now)),
        }
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
                // The terminal event may bring no chunk.
                Ok(chunks.or_else(|| self.machine.is_finished().then(|| "[]".to_owned())))
            }
        }
    }
}

fn milliseconds_left(clocks: &Clocks, now: Instant) -> f64 {
    let next = clocks.next();
    next.map_or(-1.0, |(at, _)| (at.since(now).as_secs_f64() * 1e3).ceil())
}
