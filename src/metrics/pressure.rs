//! How close a client's calls came to its limits, and how its consumers kept their streams waiting.

use std::time::Duration;

use super::series::Count;
use crate::error::TimeoutKind;
use crate::strain::{Account, LIMITS, Strain};

/// A consumer that held its stream up for at least this long, and for half of the stream's time, is slow.
const SLOW: Duration = Duration::from_millis(100);

/// The sums over all calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Pressure {
    near: [Count; LIMITS.len()],
    streams: Count,
    full: Count,
    slow: Count,
    held_nanoseconds: Count,
    streaming_nanoseconds: Count,
}

/// What became of streamed answers so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Streams {
    pub(crate) all: u64,
    /// Whose buffer was full at some time.
    pub(crate) full: u64,
    /// Whose consumer was slow.
    pub(crate) slow: u64,
    /// How long consumers kept bytes waiting.
    pub(crate) held: Duration,
    /// How long streams took, from the head to the end.
    pub(crate) took: Duration,
}

impl Pressure {
    /// A call has ended.
    pub(super) fn limits(&self, strain: &Strain) {
        for (kind, count) in LIMITS.iter().zip(&self.near) {
            if strain.was_near(*kind) {
                count.add(1);
            }
        }
    }

    /// A stream has ended.
    pub(super) fn stream(&self, account: &Account) {
        if account.streaming.is_zero() {
            return;
        }
        let Strain { held, full, .. } = account.strain;
        self.streams.add(1);
        self.full.add(u64::from(full > 0));
        self.slow.add(u64::from(held >= SLOW && held * 2 >= account.streaming));
        self.held_nanoseconds.add(nanoseconds(held));
        self.streaming_nanoseconds.add(nanoseconds(account.streaming));
    }

    /// How many calls used four fifths or more of this limit, those included that it ended.
    pub(crate) fn near(&self, kind: TimeoutKind) -> u64 {
        let counts = LIMITS.iter().zip(&self.near);
        counts
            .filter(|(limit, _)| **limit == kind)
            .map(|(_, count)| count.get())
            .sum()
    }

    /// The streams so far.
    pub(crate) fn streams(&self) -> Streams {
        Streams {
            all: self.streams.get(),
            full: self.full.get(),
            slow: self.slow.get(),
            held: Duration::from_nanos(self.held_nanoseconds.get()),
            took: Duration::from_nanos(self.streaming_nanoseconds.get()),
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
