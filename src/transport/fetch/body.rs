//! The body of an answer: read from Rust, or handed to JavaScript's loop with what holds its request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::abort::Abort;
use super::failure;
use crate::gate::Permit;
use crate::transport::Failure;

/// A body that is being received. Dropped before its end, it aborts the fetch.
pub(crate) struct Body {
    stream: Option<ReadableStream>,
    reader: Option<ReadableStreamDefaultReader>,
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
    pub(super) fn new(stream: Option<ReadableStream>, abort: Abort, permit: Permit) -> Self {
        Self {
            stream,
            reader: None,
            read: None,
            hold: Some(Hold { abort, _permit: permit }),
        }
    }

    /// The stream for JavaScript to read, and what has to be kept until it has.
    pub(crate) fn into_web(mut self) -> (Option<ReadableStream>, Option<Hold>) {
        (self.stream.take(), self.hold.take())
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        if self.hold.is_none() {
            return Poll::Ready(None);
        }
        if self.reader.is_none() {
            let Some(stream) = &self.stream else {
                self.end();
                return Poll::Ready(None);
            };
            match stream.get_reader().dyn_into() {
                Ok(reader) => self.reader = Some(reader),
                Err(other) => return Poll::Ready(Some(Err(failure::of(&other)))),
            }
        }
        let Some(reader) = &self.reader else {
            return Poll::Ready(None);
        };
        let read = self.read.get_or_insert_with(|| JsFuture::from(reader.read()));
        let Poll::Ready(outcome) = Pin::new(read).poll(context) else {
            return Poll::Pending;
        };
        self.read = None;
        match outcome {
            Err(reason) => {
                self.end();
                Poll::Ready(Some(Err(failure::of(&reason))))
            }
            Ok(result) => {
                let value = Reflect::get(&result, &"value".into()).ok();
                match value.and_then(|value| value.dyn_into::<Uint8Array>().ok()) {
                    Some(chunk) => Poll::Ready(Some(Ok(Bytes::from(chunk.to_vec())))),
                    None => {
                        self.end();
                        Poll::Ready(None)
                    }
                }
            }
        }
    }

    fn end(&mut self) {
        self.hold.take().into_iter().for_each(Hold::release);
    }
}
