//! The answer's body, and the way of its socket back into the pool.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::counters::Closed;
use super::failure::{self, Progress};
use super::lease::Lease;
use crate::transport::Failure;

/// What a dropped body may still hold, ready to be read, for its socket to be kept.
const LEFTOVER: usize = 64 * 1024;

/// Chunks as they arrive. At the end the socket is free for reuse; dropped earlier, it is closed.
pub(crate) struct Body {
    /// `None` once the body has ended or failed.
    lease: Option<Lease>,
    /// How long the server keeps the connection; `None` when it may not be used again.
    keep: Option<Keep>,
    /// The connection is back in hyper's pool at the end: nobody had to wait for a chunk, or hyper's tasks had their
    /// turn after that.
    settled: bool,
    /// The end was seen, and is told after that turn.
    over: bool,
}

/// The server's words about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keep {
    pub(super) at_most: Option<Duration>,
}

impl Body {
    /// The body that `lease` holds.
    pub(super) fn new(lease: Lease, keep: Option<Keep>) -> Self {
        Self {
            lease: Some(lease),
            keep,
            settled: true,
            over: false,
        }
    }

    /// The next chunk; `None` at the end, when the socket is already free again.
    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        loop {
            if self.over {
                self.ends();
                return Poll::Ready(None);
            }
            let Some(body) = self.lease.as_mut().and_then(|lease| lease.body.as_mut()) else {
                return Poll::Ready(None);
            };
            let Poll::Ready(frame) = http_body::Body::poll_frame(Pin::new(body), context) else {
                self.settled = false;
                return Poll::Pending;
            };
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) if !chunk.is_empty() => return Poll::Ready(Some(Ok(chunk))),
                    // Trailers.
                    _ => {}
                },
                Some(Err(error)) => {
                    self.closes(Closed::Error);
                    return Poll::Ready(Some(Err(failure::network(error, Progress::Answered))));
                }
                None => {
                    self.over = true;
                    if !self.settled && self.keep.is_some() {
                        self.settled = true;
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn ends(&mut self) {
        let sent = self.lease.as_ref().is_some_and(Lease::is_sent);
        match (self.keep, self.lease.take()) {
            (Some(keep), Some(lease)) if sent => lease.give_back(keep.at_most, self.settled),
            (_, lease) => {
                self.lease = lease;
                self.closes(Closed::Server);
            }
        }
    }

    fn closes(&mut self, fate: Closed) {
        if let Some(mut lease) = self.lease.take() {
            lease.set_fate(fate);
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // A body that was received to its end needs no reader for its socket to be kept.
        let mut context = Context::from_waker(Waker::noop());
        let mut left = LEFTOVER;
        while let Poll::Ready(Some(Ok(chunk))) = self.poll_chunk(&mut context) {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
        if self.over {
            // Nobody waits here for hyper's tasks to have their turn.
            self.settled = false;
            self.ends();
        }
    }
}
