//! The request's body: of known size, in frames, reporting what hyper takes.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::dial::Dials;

/// Small enough that a slow peer shows as a pause between frames, large enough to cost nothing.
const FRAME: usize = 16 * 1024;

/// A body that tells the slot's gate when a connection takes it, and how far it got.
pub(super) struct Upload {
    rest: Bytes,
    begun: bool,
    dials: Arc<Dials>,
}

impl Upload {
    pub(super) fn new(body: Bytes, dials: Arc<Dials>) -> Self {
        Self {
            rest: body,
            begun: false,
            dials,
        }
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !self.begun {
            self.begun = true;
            self.dials.takes();
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let size = self.rest.len().min(FRAME);
        let frame = self.rest.split_to(size);
        self.dials.sends(size, self.rest.is_empty());
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        // An empty body is never polled: a connection asks this when it takes the request.
        if self.rest.is_empty() && !self.begun {
            self.dials.takes();
            self.dials.sends(0, true);
        }
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
