//! One timer per attempt, armed to the nearest deadline and re-armed only when it goes off.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::deadline::{Expired, SharedClocks};
use crate::rt::{self, Instant, Sleep};

/// The timer of an attempt, from its wait for a place to the end of its answer.
#[derive(Default)]
pub(crate) struct Alarm {
    timer: Option<Sleep>,
}

impl Alarm {
    /// Ready when a limit has run out. A deadline that moved away meanwhile costs nothing until the timer goes off.
    pub(crate) fn poll_expired(&mut self, clocks: &SharedClocks, context: &mut Context<'_>) -> Poll<Expired> {
        let next = clocks.lock().next();
        self.poll_after(next, clocks, context)
    }

    /// The same, when `next` is what the clocks have just told.
    pub(crate) fn poll_after(
        &mut self,
        mut next: Option<(Instant, Expired)>,
        clocks: &SharedClocks,
        context: &mut Context<'_>,
    ) -> Poll<Expired> {
        loop {
            let Some((at, _)) = next else {
                return Poll::Pending;
            };
            let timer = self.timer.get_or_insert_with(|| Sleep::until(at));
            if at < timer.deadline() {
                timer.reset(at);
            }
            match Pin::new(&mut *timer).poll(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => {
                    let clocks = clocks.lock();
                    if let Some(expired) = clocks.expired(rt::now()) {
                        return Poll::Ready(expired);
                    }
                    next = clocks.next();
                    timer.reset(next.map_or(at, |(at, _)| at));
                }
            }
        }
    }
}

/// Runs a future until it is done or a limit of the clocks runs out. It is pinned by the caller: what an `async fn` is
/// given to await lies in its memory twice.
pub(crate) async fn within<F: Future>(
    alarm: &mut Alarm,
    clocks: &SharedClocks,
    mut future: Pin<&mut F>,
) -> Result<F::Output, Expired> {
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => alarm.poll_expired(clocks, context).map(Err),
    })
    .await
}
