//! A lease: the right of one request to one slot, from its permit to the end of its body.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::closing;
use super::counters::Closed;
use super::pool::Pool;
use super::slot::Slot;
use crate::gate::Permit;

/// A request on its way.
pub(super) type Pending = Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send>>;

/// A slot that carries a request, with the request's place in the pool. Dropping it closes the socket.
pub(super) struct Lease {
    slot: Option<Slot>,
    reused: bool,
    fate: Closed,
    pool: Arc<Pool>,
    permit: Option<Permit>,
    /// The request until its head, then the body: what keeps the connection alive besides the slot.
    pub(super) pending: Option<Pending>,
    pub(super) body: Option<reqwest::Body>,
}

impl Lease {
    /// A lease whose request is counted as active, without a slot as yet.
    pub(super) fn new(pool: Arc<Pool>, permit: Permit, reused: bool) -> Self {
        Self {
            slot: None,
            reused,
            fate: Closed::Cancelled,
            pool,
            permit: Some(permit),
            pending: None,
            body: None,
        }
    }

    pub(super) fn carry(&mut self, slot: Slot) {
        self.slot = Some(slot);
    }

    pub(super) fn slot(&self) -> Option<&Slot> {
        self.slot.as_ref()
    }

    /// Whether the slot has served before.
    pub(super) fn is_reused(&self) -> bool {
        self.reused
    }

    /// Why the socket will have been closed, when it is.
    pub(super) fn set_fate(&mut self, fate: Closed) {
        self.fate = fate;
    }

    /// Gives the slot back for reuse, then frees the place. `hint`: how long the server keeps the connection.
    pub(super) fn give_back(mut self, hint: Option<Duration>) {
        (self.pending, self.body) = (None, None);
        if let Some(slot) = self.slot.take() {
            slot.dials.ends();
            self.pool.put(slot, hint);
            self.permit = None;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A lease that was given back has no permit any more.
        let Some(permit) = self.permit.take() else { return };
        let slot = self.slot.take();
        if slot.as_ref().is_some_and(|slot| slot.dials.is_open()) {
            self.pool.counters.closed(self.fate);
        }
        self.pool.lose();
        closing::bury(&self.pool, (self.pending.take(), self.body.take(), slot));
        drop(permit);
    }
}
