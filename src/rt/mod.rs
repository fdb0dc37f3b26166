//! What the target provides besides the network: clocks, a timer, chance, background tasks, and spans for
//! whoever traces calls.
//!
//! Shared code takes an [`Instant`] as an argument; only drivers ask [`now`] for one, so that every rule about
//! time is tested with a made-up clock.

#[cfg(target_arch = "wasm32")]
pub(crate) mod detect;
#[cfg(not(target_arch = "wasm32"))]
#[path = "tokio.rs"]
mod host;
#[cfg(target_arch = "wasm32")]
#[path = "web.rs"]
mod host;

#[cfg(target_arch = "wasm32")]
#[path = "span_none.rs"]
mod span;
#[cfg(not(target_arch = "wasm32"))]
#[path = "span_tracing.rs"]
mod span;

use std::ops::Add;
use std::time::Duration;

pub(crate) use host::{Sleep, check, now, on_own_behalf, random, spawn, unix_time};
#[cfg(target_arch = "wasm32")]
pub(crate) use host::{stop, until_stopped};
pub(crate) use span::Span;

/// A random number from 0 to less than 1.
pub(crate) fn chance() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let bits = (random() >> 11) as f64;
    bits / 2f64.powi(53)
}

/// A point in time of the process's monotonic clock, as the time since an arbitrary start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(Duration);

impl Instant {
    /// The instant that lies `since_start` after the clock's start.
    pub(crate) const fn at(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// The time from `earlier` to this instant; zero when `earlier` is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}
