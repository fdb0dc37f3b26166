//! Native: tokio's timer and tasks, the standard library's monotonic clock.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use super::Instant;

/// The present instant.
pub(crate) fn now() -> Instant {
    static START: OnceLock<std::time::Instant> = OnceLock::new();
    Instant::at(START.get_or_init(std::time::Instant::now).elapsed())
}

/// The time since 1970 by the system's clock, for dates that others name.
pub(crate) fn unix_time() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// 64 random bits; good against coincidence, not against enemies.
pub(crate) fn random() -> u64 {
    fastrand::u64(..)
}

/// Whether this thread can run a call at all; the error says what is missing.
pub(crate) fn check() -> Result<(), &'static str> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Ok(()),
        Err(_) => Err("there is no tokio runtime here; call this from inside one, for example under #[tokio::main]"),
    }
}

/// Runs a future in the background; without a runtime it is dropped, which cancels it.
pub(crate) fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(future);
    }
}

/// Waits for what other calls bring about. Tasks are independent here: nothing is to be done.
pub(crate) fn on_own_behalf<F: Future>(future: F) -> F {
    future
}

/// A timer that is ready at a chosen instant and can be set anew.
pub(crate) struct Sleep {
    timer: Pin<Box<tokio::time::Sleep>>,
    until: Instant,
    /// Who will be woken.
    waker: Option<Waker>,
}

impl Sleep {
    /// A timer that is ready at `until`.
    pub(crate) fn until(until: Instant) -> Self {
        Self {
            timer: Box::pin(tokio::time::sleep(until.since(now()))),
            until,
            waker: None,
        }
    }

    /// The instant at which the timer is ready.
    pub(crate) fn deadline(&self) -> Instant {
        self.until
    }

    /// Sets the timer to another instant.
    pub(crate) fn reset(&mut self, until: Instant) {
        self.until = until;
        // It may have gone off meanwhile, and then knows nobody any more.
        self.waker = None;
        self.timer
            .as_mut()
            .reset(tokio::time::Instant::now() + until.since(now()));
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // A stream looks at its timer with every event, long before it goes off: who is known needs no registration.
        let known = self
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(context.waker()));
        if known && !self.timer.is_elapsed() {
            return Poll::Pending;
        }
        let outcome = self.timer.as_mut().poll(context);
        self.waker = outcome.is_pending().then(|| context.waker().clone());
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_timer_that_went_off_unseen_and_was_set_anew_wakes_again() {
        let after = |millis| now() + Duration::from_millis(millis);
        let mut timer = Sleep::until(after(10));
        let first = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut timer).poll(context)));
        assert!(first.await.is_pending());
        tokio::time::sleep(Duration::from_millis(20)).await;
        timer.reset(after(30));
        let from = tokio::time::Instant::now();
        // Who is not woken by it is woken by this.
        let _ = tokio::time::timeout(Duration::from_secs(60), timer).await;
        assert!(from.elapsed() < Duration::from_secs(1), "{:?}", from.elapsed());
    }
}
