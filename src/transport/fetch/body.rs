//! The body of an answer: read from Rust, or handed to JavaScript's loop with what holds its request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::abort::Abort;
use super::failure;
use crate::gate::Permit;
use crate::rt;
use crate::transport::Failure;

#[wasm_bindgen]
extern "C" {
    /// What is needed of a `ReadableStream`, or of what a replacement for fetch has in its place: so every method
    /// may be missing.
    pub(crate) type Readable;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Readable) -> Result<Reader, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Readable) -> Result<JsValue, JsValue>;

    type Reader;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = cancel)]
    fn cancel_read(this: &Reader) -> Result<JsValue, JsValue>;
}

/// A body that is being received. Dropped before its end, it aborts the fetch.
pub(crate) struct Body {
    stream: Option<Readable>,
    reader: Option<Reader>,
    read: Option<JsFuture>,
    hold: Option<Hold>,
}

/// What a request holds while its body arrives. Dropping it aborts the fetch, then frees the place in the pool.
pub(crate) struct Hold {
    abort: Abort,
    _permit: Permit,
}

impl Hold {
    /// The body has ended: frees the place without an abort.
    pub(crate) fn release(self) {
        self.abort.defuse();
    }
}

impl Body {
    pub(super) fn new(stream: Option<Readable>, abort: Abort, permit: Permit) -> Self {
        Self {
            stream,
            reader: None,
            read: None,
            hold: Some(Hold { abort, _permit: permit }),
        }
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        if self.hold.is_none() {
            return Poll::Ready(None);
        }
        let read = match self.reading() {
            Ok(Some(read)) => read,
            Ok(None) => return self.end(),
            Err(reason) => return Poll::Ready(Some(Err(failure::of_read(&reason)))),
        };
        let Poll::Ready(outcome) = Pin::new(read).poll(context) else {
            return Poll::Pending;
        };
        self.read = None;
        match outcome.map(|result| chunk(&result)) {
            Ok(Ok(Some(chunk))) => Poll::Ready(Some(Ok(chunk))),
            Ok(Ok(None)) => self.end(),
            Ok(Err(failure)) => Poll::Ready(Some(Err(failure))),
            Err(reason) => Poll::Ready(Some(Err(failure::of_read(&reason)))),
        }
    }

    /// The pending read, or a new one; `None` when there is no body.
    fn reading(&mut self) -> Result<Option<&mut JsFuture>, JsValue> {
        if self.read.is_none() {
            let Some(stream) = &self.stream else { return Ok(None) };
            let reader = match self.reader.take() {
                Some(reader) => reader,
                None => stream.get_reader()?,
            };
            let read = reader.read();
            self.reader = Some(reader);
            self.read = Some(JsFuture::from(Promise::resolve(&read?)));
        }
        Ok(self.read.as_mut())
    }

    fn end<T>(&mut self) -> Poll<Option<T>> {
        self.hold.take().into_iter().for_each(Hold::release);
        Poll::Ready(None)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let Some(hold) = self.hold.take() else { return };
        drop(hold);
        // A replacement for fetch may not have listened to the signal, so its body is cancelled too.
        match (&self.reader, &self.stream) {
            (Some(reader), _) => settle(reader.cancel_read()),
            (None, Some(stream)) => settle(stream.cancel()),
            (None, None) => {}
        }
    }
}

/// Cancels a body that came too late for anybody to read it.
pub(super) fn discard(stream: &Readable) {
    settle(stream.cancel());
}

/// Nobody waits for the outcome; a rejection must not count as unhandled.
fn settle(promise: Result<JsValue, JsValue>) {
    if let Ok(promise) = promise {
        let outcome = JsFuture::from(Promise::resolve(&promise));
        rt::spawn(async {
            outcome.await.ok();
        });
    }
}

/// What a read brought; `None` at the end.
fn chunk(result: &JsValue) -> Result<Option<Bytes>, Failure> {
    let field = |name: &str| Reflect::get(result, &name.into()).unwrap_or_default();
    if field("done").is_truthy() {
        return Ok(None);
    }
    match field("value").dyn_into::<Uint8Array>() {
        Ok(bytes) => Ok(Some(Bytes::from(bytes.to_vec()))),
        Err(_) => Err(failure::unexpected(
            "the body that fetch returned gave something other than bytes: enqueue Uint8Array in its stream",
        )),
    }
}
