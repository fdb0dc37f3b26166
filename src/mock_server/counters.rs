//! The ledger, shared: guards that count by being dropped, and waiting for a change.

use std::sync::Arc;

use tokio::sync::watch;

use super::scripted::Entry;
use super::sockets::{Ledger, Stats};

#[derive(Debug, Default)]
pub(super) struct Counters(watch::Sender<Ledger>);

impl Counters {
    pub(super) fn stats(&self) -> Stats {
        self.0.borrow().stats()
    }

    pub(super) fn reset(&self) {
        self.0.send_modify(Ledger::reset);
    }

    pub(super) async fn wait_until(&self, mut condition: impl FnMut(&Stats) -> bool) -> Stats {
        let mut watching = self.0.subscribe();
        match watching.wait_for(|ledger| condition(&ledger.stats())).await {
            Ok(ledger) => ledger.stats(),
            // Not possible while `self` holds the sender.
            Err(_) => self.stats(),
        }
    }

    pub(super) fn accepted(self: &Arc<Self>) -> Accepted {
        let mut number = 0;
        self.0.send_modify(|ledger| number = ledger.accept());
        Accepted {
            counters: Some(self.clone()),
            number,
        }
    }

    pub(super) fn request(self: &Arc<Self>) -> InFlight {
        self.0.send_modify(Ledger::begin_request);
        InFlight {
            counters: Some(self.clone()),
            entry: None,
        }
    }
}

/// A socket of which is not known yet whether it counts.
#[derive(Debug)]
pub(super) struct Accepted {
    counters: Option<Arc<Counters>>,
    number: u64,
}

impl Accepted {
    /// Until it says what it is, it counts.
    pub(super) fn keeps_silent(&self) {
        if let Some(counters) = &self.counters {
            counters.0.send_modify(|ledger| ledger.keeps_silent(self.number));
        }
    }

    /// `None` for a control socket, which leaves no trace.
    pub(super) fn decide(mut self, control: bool) -> Option<Open> {
        if control {
            return None;
        }
        let counters = self.counters.take()?;
        counters.0.send_modify(|ledger| ledger.count(self.number));
        Some(Open(counters))
    }
}

impl Drop for Accepted {
    fn drop(&mut self) {
        if let Some(counters) = &self.counters {
            counters.0.send_modify(|ledger| ledger.forget(self.number));
        }
    }
}

/// A counted socket, open until this is dropped.
#[derive(Debug)]
pub(super) struct Open(Arc<Counters>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.send_modify(Ledger::close);
    }
}

/// A request whose answer is being made. Dropped before it is finished, its client has gone away.
#[derive(Debug)]
pub(super) struct InFlight {
    counters: Option<Arc<Counters>>,
    /// Its line in a scripted server's record.
    entry: Option<Entry>,
}

impl InFlight {
    /// Notes what happens in a record, too.
    pub(super) fn noted(mut self, entry: Entry) -> Self {
        self.entry = Some(entry);
        self
    }

    /// So many bytes of the answer's body go out.
    pub(super) fn sends(&self, bytes: usize) {
        self.entry.iter().for_each(|entry| entry.sends(bytes));
    }

    /// The answer has been handed over to its end.
    pub(super) fn finish(&mut self) {
        self.entry.iter().for_each(Entry::finish);
        self.end(false);
    }

    fn end(&mut self, aborted: bool) {
        if let Some(counters) = self.counters.take() {
            counters.0.send_modify(|ledger| ledger.end_request(aborted));
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.end(true);
    }
}
