//! Sockets of HTTP/2: one carries many requests.
//!
//! A slot in use stands in [`State::busy`](super::pool::State) with the number of its streams, and further requests to
//! its origin join it, even while it dials. It holds the place of one socket from before its dial until it is closed.
//! Who finds all places taken closes the longest idle socket and waits in line, and no socket is kept idle meanwhile.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::closing;
use super::counters::Closed;
use super::lease::Lease;
use super::pool::Pool;
use super::slot::{Kernel, Origin, Slot};
use crate::config::HttpVersion;
use crate::gate::{self, Permit};
use crate::rt;

/// The place of one socket. Whoever shares it waits for the same steps; when the one who takes a step is cancelled,
/// the next takes it.
#[derive(Default)]
pub(super) struct Place {
    /// The right to open a socket.
    pub(super) permit: OnceCell<Permit>,
    /// The connection was made.
    pub(super) opened: OnceCell<()>,
}

/// A slot that carries requests.
pub(super) struct Busy {
    slot: Arc<Slot>,
    streams: usize,
    /// No more requests are to join: one has timed out or failed on it.
    retired: bool,
}

impl Busy {
    fn has_room(&self, origin: &Origin) -> bool {
        self.streams < HttpVersion::Http2.streams()
            && !self.retired
            && self.slot.origin == *origin
            && !self.slot.dials.is_spent()
    }
}

/// Somebody waits for the place of a socket.
struct Wanting<'a>(&'a Pool);

impl Drop for Wanting<'_> {
    fn drop(&mut self) {
        self.0.lock().wanting -= 1;
    }
}

impl Pool {
    /// A stream for a request that has its permit: over a socket of this origin that has room, unless a `fresh` one is
    /// asked for, else over a new one.
    pub(super) fn stream(
        self: &Arc<Self>,
        origin: &Origin,
        kernel: Kernel,
        permit: Permit,
        fresh: bool,
    ) -> Result<Lease, String> {
        let now = rt::now();
        let mut state = self.lock();
        let joined = state.busy.iter_mut().find(|busy| !fresh && busy.has_room(origin));
        let slot = if let Some(busy) = joined {
            busy.streams += 1;
            Arc::clone(&busy.slot)
        } else {
            let fits = |idle: &super::pool::Idle| !fresh && idle.slot.origin == *origin && idle.expires > now;
            let index = state.idle.iter().rposition(fits);
            let slot = match index.and_then(|index| state.idle.remove(index)) {
                Some(idle) => idle.slot,
                None => Arc::new(self.maker.slot(origin.clone(), kernel, &self.counters)?),
            };
            state.busy.push(Busy {
                slot: Arc::clone(&slot),
                streams: 1,
                retired: false,
            });
            slot
        };
        drop(state);
        let is_open = slot.place.as_ref().is_some_and(|place| place.opened.initialized());
        let mut lease = Lease::new(Arc::clone(self), permit, is_open);
        lease.carry(slot);
        Ok(lease)
    }

    /// A request has left its slot. The last one to leave puts it back, or closes it when it is not `fit` any more.
    pub(super) fn leave(self: &Arc<Self>, slot: Arc<Slot>, fit: bool, fate: Closed) {
        let mut state = self.lock();
        let Some(index) = state.busy.iter().position(|busy| Arc::ptr_eq(&busy.slot, &slot)) else {
            return;
        };
        let Some(busy) = state.busy.get_mut(index) else { return };
        busy.retired |= !fit;
        busy.streams -= 1;
        if busy.streams > 0 {
            return;
        }
        let busy = state.busy.swap_remove(index);
        if !busy.retired && slot.dials.is_open() {
            drop(busy);
            return self.keep(state, slot, None);
        }
        state.closing += 1;
        drop(state);
        if slot.dials.is_open() {
            self.counters.closed(fate);
        }
        closing::bury(self, slot.place.clone(), (busy, slot));
    }

    /// Waits in line until there may be one more socket.
    pub(super) async fn place(self: &Arc<Self>) -> Result<Permit, gate::Closed> {
        if let Some(permit) = self.sockets.try_acquire() {
            return Ok(permit);
        }
        let _wanting = self.want();
        self.sockets.acquire().await
    }

    /// Closes the longest idle socket, and lets no other become idle while the answer lives.
    fn want(self: &Arc<Self>) -> Wanting<'_> {
        let mut state = self.lock();
        state.wanting += 1;
        let gone = state.idle.pop_front().map(|idle| (idle, Closed::Evicted));
        self.close(state, gone.into_iter().collect());
        Wanting(self)
    }
}
