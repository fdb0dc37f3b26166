//! What a call's clocks notice beside its limits: which of them were nearly reached, and what the consumer held up.

use std::time::Duration;

use crate::error::{Spent, TimeoutKind};

/// A limit counts as nearly reached from this many fifths of it.
const NEARLY_FIFTHS: u32 = 4;

/// The limits, in the order in which they are noted.
pub(crate) const LIMITS: [TimeoutKind; 7] = [
    TimeoutKind::Pool,
    TimeoutKind::Connect,
    TimeoutKind::Write,
    TimeoutKind::Read,
    TimeoutKind::Total,
    TimeoutKind::FirstToken,
    TimeoutKind::Idle,
];

/// What was noticed of one call so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Strain {
    /// The limits that were nearly reached, as bits in the order of [`LIMITS`].
    near: u8,
    /// How long the consumer kept bytes waiting.
    pub(crate) held: Duration,
    /// How often reading stopped because the buffer was full.
    pub(crate) full: u32,
    /// It is full now.
    pub(crate) is_full: bool,
}

impl Strain {
    /// Something took so much of what its limit allows.
    pub(crate) fn note(&mut self, kind: TimeoutKind, took: Duration, limit: Duration) {
        // Most waits are far from their limits, which whole seconds tell; they are noted several times for every event.
        let far = |took: u64, limit: u64| took.saturating_add(1).saturating_mul(5) <= limit.saturating_mul(4);
        if far(took.as_secs(), limit.as_secs()) {
            return;
        }
        // A wait of nothing is not near a limit of nothing.
        if !took.is_zero() && took.saturating_mul(5) >= limit.saturating_mul(NEARLY_FIFTHS) {
            self.near |= 1 << index(kind);
        }
    }

    /// Whether this limit was nearly reached.
    pub(crate) fn was_near(&self, kind: TimeoutKind) -> bool {
        self.near & 1 << index(kind) != 0
    }

    /// The consumer took so long, although bytes were there.
    pub(crate) fn holds(&mut self, pause: Duration) {
        self.held += pause;
        self.is_full = false;
    }
}

/// How long content was awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// From the start of the call.
    First(Duration),
    /// From the content before it.
    Next(Duration),
}

/// What the clocks tell about a call, at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Since the start.
    pub(crate) elapsed: Duration,
    /// Since the head of a streamed answer; zero when none came.
    pub(crate) streaming: Duration,
    pub(crate) spent: Spent,
    pub(crate) strain: Strain,
}

/// The limit's place in [`LIMITS`].
fn index(kind: TimeoutKind) -> usize {
    LIMITS.iter().position(|limit| *limit == kind).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_fifths_of_a_limit_are_near_it() {
        let mut strain = Strain::default();
        let limit = Duration::from_secs(10);
        strain.note(TimeoutKind::Read, Duration::from_millis(7_999), limit);
        strain.note(TimeoutKind::Idle, Duration::from_secs(8), limit);
        strain.note(TimeoutKind::Pool, Duration::ZERO, Duration::ZERO);
        let near = LIMITS.map(|kind| strain.was_near(kind));
        assert_eq!(near, [false, false, false, false, false, false, true]);
    }
}
