//! The ledger: exact counts of sockets and requests. No input or output here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the server has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// Sockets that are open now. A new socket that sends nothing is counted after 20 ms.
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
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    stats: Stats,
    /// By order of accept.
    undecided: BTreeMap<u64, Undecided>,
    accepted: u64,
    /// Sockets before this one were accepted before the last reset: they are no part of `total`.
    reset_at: u64,
}

#[derive(Debug, Clone)]
struct Undecided {
    /// The most counted sockets that were open since its accept.
    most: u64,
    /// It is taken for a counted one until it says what it is.
    silent: bool,
}

impl Ledger {
    pub(super) fn stats(&self) -> Stats {
        if !self.undecided.values().any(|socket| socket.silent) {
            return self.stats;
        }
        let mut if_all_count = self.clone();
        for (number, _) in self.undecided.iter().filter(|(_, socket)| socket.silent) {
            if_all_count.count(*number);
        }
        if_all_count.stats
    }

    pub(super) fn reset(&mut self) {
        self.stats = Stats {
            open: self.stats.open,
            most_open: self.stats.open,
            in_flight: self.stats.in_flight,
            ..Stats::default()
        };
        self.reset_at = self.accepted;
        for socket in self.undecided.values_mut() {
            socket.most = self.stats.open;
        }
    }

    /// A socket was accepted. Returns its number.
    pub(super) fn accept(&mut self) -> u64 {
        let number = self.accepted;
        self.accepted += 1;
        self.undecided.insert(
            number,
            Undecided {
                most: self.stats.open,
                silent: false,
            },
        );
        number
    }

    /// It has sent nothing for a while.
    pub(super) fn keeps_silent(&mut self, number: u64) {
        if let Some(socket) = self.undecided.get_mut(&number) {
            socket.silent = true;
        }
    }

    /// It is a control socket: it never was here.
    pub(super) fn forget(&mut self, number: u64) {
        self.undecided.remove(&number);
    }

    /// It is no control socket: it has been open since its accept.
    pub(super) fn count(&mut self, number: u64) {
        let Some(socket) = self.undecided.remove(&number) else {
            return;
        };
        let most = socket.most + 1;
        self.stats.open += 1;
        self.stats.most_open = self.stats.most_open.max(most);
        if number >= self.reset_at {
            self.stats.total += 1;
        }
        for (other, socket) in &mut self.undecided {
            // A later one had this one beside it all its life, an earlier one since this one's accept.
            socket.most = if *other > number {
                socket.most + 1
            } else {
                most.max(socket.most)
            };
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
        // Four sockets, each accepted, perhaps silent, decided (counted or control) and closed, in many interleavings.
        // The model keeps who was connected at each step, and looks back knowing who counts.
        let mut random = 1_u64;
        for _ in 0..2_000 {
            let mut ledger = Ledger::default();
            let mut steps = [0_u8; 4];
            let mut counts = [false; 4];
            let mut history: Vec<[bool; 4]> = Vec::new();
            let control = [
                random & (1 << 33) == 0,
                random & (1 << 34) == 0,
                false,
                random & (1 << 35) == 0,
            ];
            let mut numbers = [0_u64; 4];
            while steps.iter().any(|step| *step < 4) {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let which = (random >> 40) as usize % 4;
                let (number, silent) = (numbers[which], random & (1 << 50) == 0);
                match (steps[which], control[which]) {
                    (0, _) => numbers[which] = ledger.accept(),
                    (1, _) if silent => {
                        ledger.keeps_silent(number);
                        counts[which] = true;
                    }
                    (2, true) => {
                        ledger.forget(number);
                        counts[which] = false;
                    }
                    (2, false) => {
                        ledger.count(number);
                        counts[which] = true;
                    }
                    (3, false) => ledger.close(),
                    _ => {}
                }
                steps[which] = (steps[which] + 1).min(4);
                history.push(steps.map(|step| (1..=3).contains(&step)));

                let at_once = |connected: &[bool; 4]| (0..4).filter(|i| connected[*i] && counts[*i]).count() as u64;
                let stats = ledger.stats();
                assert_eq!(Some(stats.open), history.last().map(at_once));
                assert_eq!(Some(stats.most_open), history.iter().map(at_once).max());
                assert_eq!(stats.total, counts.iter().filter(|counts| **counts).count() as u64);
            }
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
