//! A lease: the right of one request to one slot, from its permit to the end of its body.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::closing;
use super::counters::Closed;
use super::dial::Dials;
use super::pool::Pool;
use super::slot::Slot;
use crate::error::Replay;
use crate::gate::Permit;
use crate::transport::Failure;

/// A request on its way.
pub(super) type Pending = Pin<Box<dyn Future<Output = reqwest::Result<reqwest::Response>> + Send>>;

/// A slot that carries a request, with the request's place in the pool. Dropping it closes the socket.
pub(super) struct Lease {
    slot: Option<Arc<Slot>>,
    /// Who is told how far the request got: the slot's own, unless it is shared.
    dials: Option<Arc<Dials>>,
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
            dials: None,
            reused,
            fate: Closed::Cancelled,
            pool,
            permit: Some(permit),
            pending: None,
            body: None,
        }
    }

    pub(super) fn carry(&mut self, slot: Arc<Slot>) {
        self.dials = Some(match slot.place {
            Some(_) => slot.dials.of_stream(),
            None => Arc::clone(&slot.dials),
        });
        self.slot = Some(slot);
    }

    /// The slot, and who is told how far the request got.
    pub(super) fn parts(&self) -> Option<(Arc<Slot>, Arc<Dials>)> {
        self.slot.clone().zip(self.dials.clone())
    }

    /// Whether all of the request was handed over.
    pub(super) fn is_sent(&self) -> bool {
        self.dials.as_ref().is_some_and(|dials| dials.is_sent())
    }

    /// Whether the slot's only connection was gone before it took the request: another slot may serve it.
    pub(super) fn is_stale(&self) -> bool {
        self.slot.as_ref().is_some_and(|slot| slot.dials.is_spent())
            && self.dials.as_ref().is_some_and(|dials| !dials.is_taken())
    }

    /// Whether a connection took the request and its server did nothing with it. Over HTTP/2, the first requests of a
    /// connection may go out before the server has told how many it takes.
    pub(super) fn is_refused(&self, failure: &Failure) -> bool {
        let taken = self.dials.as_ref().is_some_and(|dials| dials.is_taken());
        taken && failure.replay == Some(Replay::NeverSent)
    }

    /// Gives the slot up, and the permit for another one.
    pub(super) fn give_up(mut self) -> Option<Permit> {
        let permit = self.permit.take();
        self.leave(false);
        permit
    }

    /// Leaves a shared slot, in a state that is fit for others or not.
    fn leave(&mut self, fit: bool) -> bool {
        (self.pending, self.body) = (None, None);
        let shared = self.slot.take_if(|slot| slot.place.is_some());
        let left = shared.is_some();
        if let Some(slot) = shared {
            self.pool.leave(slot, fit, self.fate);
        }
        left
    }

    /// Whether the slot has served before.
    pub(super) fn is_reused(&self) -> bool {
        self.reused
    }

    /// Why the socket will have been closed, when it is.
    pub(super) fn set_fate(&mut self, fate: Closed) {
        self.fate = fate;
    }

    /// Gives the slot back for reuse, then frees the place. `hint`: how long the server keeps the connection;
    /// `settled`: it is back in hyper's pool.
    pub(super) fn give_back(mut self, hint: Option<Duration>, settled: bool) {
        (self.pending, self.body) = (None, None);
        if self.leave(true) {
            self.permit = None;
        } else if let Some(slot) = self.slot.take() {
            slot.dials.ends(settled);
            self.pool.put(slot, hint);
            self.permit = None;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A lease that was given back has no permit any more.
        let Some(permit) = self.permit.take() else { return };
        if self.slot.as_ref().is_some_and(|slot| slot.place.is_some()) {
            let expired = self.dials.as_ref().is_some_and(|dials| dials.has_expired());
            self.leave(self.fate != Closed::Error && !expired);
            return;
        }
        let slot = self.slot.take();
        if slot.as_ref().is_some_and(|slot| slot.dials.is_open()) {
            self.pool.counters.closed(self.fate);
        }
        self.pool.lose();
        closing::bury(&self.pool, None, (self.pending.take(), self.body.take(), slot));
        drop(permit);
    }
}
