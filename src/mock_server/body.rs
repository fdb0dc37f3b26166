//! A response body that follows a list of steps: send, wait, stall, cut.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Sleep;

use super::counters::InFlight;

/// What a body does next.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Send(Bytes),
    Wait(Duration),
    /// Nothing more, ever.
    Stall,
    /// Close the socket without an end.
    Cut,
    /// Close it with a reset.
    Reset(Resets),
}

/// How a socket is closed: with a reset, once it was asked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Resets(Arc<AtomicBool>);

impl Resets {
    /// The socket will be reset when it closes.
    pub(super) fn on_close(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn are_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(super) struct Body {
    steps: Box<dyn Iterator<Item = Step> + Send>,
    /// Bytes that are still to come, where the length was announced.
    left: Option<u64>,
    /// Whether every piece goes out before the next one is made.
    flush: bool,
    flushing: bool,
    sleep: Option<Pin<Box<Sleep>>>,
    stalled: bool,
    request: Option<InFlight>,
}

impl Body {
    /// A body with a known length.
    pub(super) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let length = bytes.len() as u64;
        Self {
            left: Some(length),
            ..Self::steps([Step::Send(bytes)])
        }
    }

    /// A body that follows its steps, each piece flushed.
    pub(super) fn steps<I>(steps: I) -> Self
    where
        I: IntoIterator<Item = Step>,
        I::IntoIter: Send + 'static,
    {
        Self {
            steps: Box::new(steps.into_iter()),
            left: None,
            flush: true,
            flushing: false,
            sleep: None,
            stalled: false,
            request: None,
        }
    }

    /// Announces a length, whatever the steps do.
    pub(super) fn announce(mut self, length: usize) -> Self {
        self.left = Some(length as u64);
        self
    }

    /// Pieces may go out together: as fast as the client takes them.
    pub(super) fn unflushed(mut self) -> Self {
        self.flush = false;
        self
    }

    /// Ends the request when this body has ended.
    pub(super) fn for_request(mut self, request: InFlight) -> Self {
        self.request = Some(request);
        if self.left == Some(0) {
            self.finish();
        }
        self
    }

    fn finish(&mut self) {
        if let Some(request) = &mut self.request {
            request.finish();
        }
    }

    fn piece(&mut self, bytes: Bytes) -> Frame<Bytes> {
        if let Some(request) = &self.request {
            request.sends(bytes.len());
        }
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(bytes.len() as u64);
            if *left == 0 {
                self.finish();
            }
        }
        self.flushing = self.flush;
        Frame::data(bytes)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if this.flushing {
            // hyper writes out what it has when the body has nothing for it.
            this.flushing = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            if let Some(sleep) = &mut this.sleep {
                ready!(sleep.as_mut().poll(context));
                this.sleep = None;
            }
            if this.stalled {
                return Poll::Pending;
            }
            match this.steps.next() {
                Some(Step::Send(bytes)) => return Poll::Ready(Some(Ok(this.piece(bytes)))),
                Some(Step::Wait(time)) => this.sleep = Some(Box::pin(tokio::time::sleep(time))),
                Some(Step::Stall) => this.stalled = true,
                Some(step @ (Step::Cut | Step::Reset(_))) => {
                    if let Step::Reset(resets) = step {
                        resets.on_close();
                    }
                    this.finish();
                    return Poll::Ready(Some(Err(io::Error::other("the scenario cuts the answer here"))));
                }
                None => {
                    this.finish();
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Body")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
