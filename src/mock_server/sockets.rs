//! The ledger: exact counts of sockets and requests. No input or output here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the server has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// Sockets that are open now. A new socket that has not sent anything yet is counted after 20 ms.
    pub open: u64,
    /// The most that were open at the same time.
    pub most_open: u64,
    /// Sockets that were opened.
    pub total: u64,
    /// Requests, without CORS preflights and control paths.
    pub requests: u64,
    /// Requests whose answer has not been written to its end.
    pub in_flight: u64,
    /// Requests whose client went away before the end of the answer.
    pub aborted: u64,
}

/// The counts, and the sockets that may turn out to be control sockets.
///
/// Such a socket is either counted from its accept or not at all, but which of the two is known only later. So for each
/// of them the ledger keeps the most counted sockets that were open since its accept: if it counts, there was one more.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    stats: Stats,
    /// By order of accept: the most counted sockets that were open since then.
    undecided: BTreeMap<u64, u64>,
    accepted: u64,
    /// Sockets before this one were accepted before the last reset: they are no part of `total`.
    reset_at: u64,
}

impl Ledger {
    pub(super) fn stats(&self) -> Stats {
        self.stats
    }

    pub(super) fn reset(&mut self) {
        self.stats = Stats {
            open: self.stats.open,
            most_open: self.stats.open,
            in_flight: self.stats.in_flight,
            ..Stats::default()
        };
        self.reset_at = self.accepted;
        for most in self.undecided.values_mut() {
            *most = self.stats.open;
        }
    }

    /// A socket was accepted. Returns its number.
    pub(super) fn accept(&mut self) -> u64 {
        let number = self.accepted;
        self.accepted += 1;
        self.undecided.insert(number, self.stats.open);
        number
    }

    /// It is a control socket: it never was here.
    pub(super) fn forget(&mut self, number: u64) {
        self.undecided.remove(&number);
    }

    /// It is no control socket: it has been open since its accept.
    pub(super) fn count(&mut self, number: u64) {
        let Some(most) = self.undecided.remove(&number) else {
            return;
        };
        let most = most + 1;
        self.stats.open += 1;
        self.stats.most_open = self.stats.most_open.max(most);
        if number >= self.reset_at {
            self.stats.total += 1;
        }
        for (other, seen) in &mut self.undecided {
            // A later one had this one beside it all its life, an earlier one since this one's accept.
            *seen = if *other > number { *seen + 1 } else { most.max(*seen) };
        }
    }

    pub(super) fn close(&mut self) {
        self.stats.open = self.stats.open.saturating_sub(1);
    }

    pub(super) fn begin_request(&mut self) {
        self.stats.requests += 1;
        self.stats.in_flight += 1;
    }

    pub(super) fn end_request(&mut self, aborted: bool) {
        self.stats.in_flight = self.stats.in_flight.saturating_sub(1);
        self.stats.aborted += u64::from(aborted);
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;

    #[test]
    fn a_control_socket_leaves_no_trace() {
        let mut ledger = Ledger::default();
        let first = ledger.accept();
        let control = ledger.accept();
        ledger.count(first);
        ledger.forget(control);
        let stats = ledger.stats();
        assert_eq!((stats.open, stats.most_open, stats.total), (1, 1, 1));
    }

    #[test]
    fn late_decisions_count_from_the_accept() {
        let mut ledger = Ledger::default();
        // The first is decided after the second has come and gone: two were open at once all the same.
        let first = ledger.accept();
        let second = ledger.accept();
        ledger.count(second);
        ledger.close();
        ledger.count(first);
        let stats = ledger.stats();
        assert_eq!((stats.open, stats.most_open, stats.total), (1, 2, 2));
    }

    #[test]
    fn sockets_that_did_not_overlap_are_not_added() {
        let mut ledger = Ledger::default();
        let first = ledger.accept();
        ledger.count(first);
        ledger.close();
        let second = ledger.accept();
        let third = ledger.accept();
        ledger.count(third);
        ledger.count(second);
        assert_eq!(ledger.stats().most_open, 2);
    }

    #[test]
    fn agrees_with_a_full_record_in_every_order_of_events() {
        // Four sockets, each accepted, decided (counted or control) and closed, in many interleavings. The model keeps
        // the whole history: who was open at each step.
        let mut seed = 1_u64;
        for _ in 0..2_000 {
            let mut ledger = Ledger::default();
            let mut steps = [0_u8; 4];
            let mut numbers = [0_u64; 4];
            let control = [seed & 1 == 0, seed & 2 == 0, false, seed & 4 == 0];
            let mut history: Vec<[bool; 4]> = Vec::new();
            while steps.iter().any(|step| *step < 3) {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let which = (seed >> 40) as usize % 4;
                match (steps[which], control[which]) {
                    (0, _) => numbers[which] = ledger.accept(),
                    (1, true) => ledger.forget(numbers[which]),
                    (1, false) => ledger.count(numbers[which]),
                    (2, false) => ledger.close(),
                    _ => {}
                }
                steps[which] = (steps[which] + 1).min(3);
                history.push(std::array::from_fn(|i| !control[i] && matches!(steps[i], 1 | 2)));
            }
            let most = history.iter().map(|open| open.iter().filter(|o| **o).count()).max();
            assert_eq!(Some(ledger.stats().most_open as usize), most);
            assert_eq!(ledger.stats().open, 0);
        }
    }

    #[test]
    fn a_reset_keeps_what_is_open() {
        let mut ledger = Ledger::default();
        let old = ledger.accept();
        ledger.count(old);
        ledger.begin_request();
        let undecided = ledger.accept();
        ledger.reset();
        ledger.count(undecided);
        ledger.end_request(true);
        let stats = ledger.stats();
        assert_eq!((stats.open, stats.most_open, stats.total), (2, 2, 0));
        assert_eq!((stats.requests, stats.in_flight, stats.aborted), (0, 0, 1));
    }
}
