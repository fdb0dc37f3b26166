//! Which sockets were opened soon after idle ones had been closed: keeping those would have saved the dial.

use std::collections::VecDeque;

use super::counters::Closed;
use crate::rt::Instant;
use crate::transport::REOPENED_WITHIN;

/// So many closings are remembered at most.
const REMEMBERED: usize = 64;

/// The closings that a dial may still turn out to have been too early.
#[derive(Debug, Default)]
pub(super) struct Churn {
    closings: VecDeque<(Instant, Closed)>,
    pub(super) after_expiry: u64,
    pub(super) after_surplus: u64,
}

impl Churn {
    /// An idle socket was closed.
    pub(super) fn closed(&mut self, now: Instant, reason: Closed) {
        if matches!(reason, Closed::Expiry | Closed::Surplus) {
            if self.closings.len() == REMEMBERED {
                self.closings.pop_front();
            }
            self.closings.push_back((now, reason));
        }
    }

    /// A socket was opened.
    pub(super) fn opened(&mut self, now: Instant) {
        let Some((at, reason)) = self.closings.pop_back() else {
            return;
        };
        if now.since(at) > REOPENED_WITHIN {
            // The others are older still.
            self.closings.clear();
        } else if reason == Closed::Expiry {
            self.after_expiry += 1;
        } else {
            self.after_surplus += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::at(Duration::from_secs(seconds))
    }

    #[test]
    fn a_socket_that_is_opened_soon_takes_the_place_of_one_that_was_closed() {
        let mut churn = Churn::default();
        churn.closed(at(0), Closed::Expiry);
        churn.closed(at(1), Closed::Surplus);
        churn.closed(at(1), Closed::Server);
        for seconds in [2, 30, 30] {
            churn.opened(at(seconds));
        }
        assert_eq!((churn.after_surplus, churn.after_expiry), (1, 1));
        churn.closed(at(40), Closed::Surplus);
        churn.opened(at(71));
        assert_eq!((churn.after_surplus, churn.after_expiry), (1, 1));
    }

    #[test]
    fn no_more_is_remembered_than_is_useful() {
        let mut churn = Churn::default();
        (0..1000).for_each(|_| churn.closed(at(0), Closed::Surplus));
        (0..1000).for_each(|_| churn.opened(at(1)));
        assert_eq!(churn.after_surplus, 64);
    }
}
