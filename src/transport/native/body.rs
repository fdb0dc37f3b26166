//! The answer's body, and the way of its socket back into the pool.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;

use super::counters::Closed;
use super::failure::{self, Progress};
use super::pool::Lease;
use crate::transport::Failure;

/// What a dropped body may still hold, ready to be read, for its socket to be kept.
const LEFTOVER: usize = 64 * 1024;

/// Chunks as they arrive. At the end the socket is free for reuse; dropped earlier, it is closed.
pub(crate) struct Body {
    inner: Option<reqwest::Body>,
    lease: Option<Lease>,
    /// How long the server keeps the connection; `None` when it may not be used again.
    keep: Option<Keep>,
}

/// The server's words about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keep {
    pub(super) at_most: Option<Duration>,
}

impl Body {
    pub(super) fn new(inner: reqwest::Body, lease: Lease, keep: Option<Keep>) -> Self {
        Self {
            inner: Some(inner),
            lease: Some(lease),
            keep,
        }
    }

    /// The next chunk; `None` at the end, when the socket is already free again.
    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        loop {
            let Some(inner) = &mut self.inner else {
                return Poll::Ready(None);
            };
            match std::task::ready!(http_body::Body::poll_frame(Pin::new(inner), context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(chunk) if !chunk.is_empty() => return Poll::Ready(Some(Ok(chunk))),
                    // Trailers.
                    _ => {}
                },
                Some(Err(error)) => {
                    self.inner = None;
                    if let Some(mut lease) = self.lease.take() {
                        lease.set_fate(Closed::Error);
                    }
                    return Poll::Ready(Some(Err(failure::network(error, Progress::Answered))));
                }
                None => {
                    self.ends();
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn ends(&mut self) {
        // hyper gets its connection back only after this.
        self.inner = None;
        let Some(mut lease) = self.lease.take() else { return };
        let sent = lease.slot().is_some_and(|slot| slot.dials.is_sent());
        match self.keep {
            Some(keep) if sent => lease.give_back(keep.at_most),
            _ => lease.set_fate(Closed::Server),
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // A body that was received to its end needs no reader for its socket to be kept.
        let mut context = Context::from_waker(Waker::noop());
        let mut left = LEFTOVER;
        while let Some(inner) = &mut self.inner {
            match http_body::Body::poll_frame(Pin::new(inner), &mut context) {
                Poll::Ready(None) => self.ends(),
                Poll::Ready(Some(Ok(frame))) => match frame
                    .data_ref()
                    .map_or(Some(left), |chunk| left.checked_sub(chunk.len()))
                {
                    Some(rest) => left = rest,
                    None => self.inner = None,
                },
                Poll::Ready(Some(Err(_))) | Poll::Pending => self.inner = None,
            }
        }
    }
}
