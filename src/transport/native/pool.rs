//! The pool: which slots are out, which idle sockets wait, which are just being closed.
//!
//! `active + idle <= max_connections` holds at every moment: a request that finds no idle slot of its origin makes a
//! new one, and closes the longest idle of the others when there would be too many.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::counters::{Closed, Counters};
use super::lease::Lease;
use super::shared::Busy;
use super::slot::{Kernel, Maker, Origin, Slot};
use super::{closing, expiry};
use crate::config::{HttpVersion, Settings};
use crate::gate::{Gate, Permit};
use crate::rt::{self, Instant};
use crate::transport::SocketStats;

/// The slots of one client.
pub(super) struct Pool {
    max_connections: usize,
    max_idle: usize,
    expiry: Duration,
    pub(super) maker: Maker,
    /// Whether a slot carries many requests: then [`shared`](super::shared) gives the slots out.
    shared: bool,
    /// The places of sockets that are shared.
    pub(super) sockets: Gate,
    state: Mutex<State>,
    /// Tells the expiry task that there is an earlier expiry, or that the pool is gone.
    pub(super) changed: Arc<Notify>,
    /// Tells those who wait to dial that sockets have been closed.
    settled: Notify,
    pub(super) counters: Arc<Counters>,
}

#[derive(Default)]
pub(super) struct State {
    /// Slots in use that carry one request each.
    active: usize,
    /// Slots in use that are shared.
    pub(super) busy: Vec<Busy>,
    /// How many wait for the place of a shared socket.
    pub(super) wanting: usize,
    /// The longest idle first.
    pub(super) idle: VecDeque<Idle>,
    /// Sockets that are being closed.
    pub(super) closing: usize,
    /// When the expiry task wakes up; `None`: there is no such task, or it waits to be told.
    armed: Option<Instant>,
    watched: bool,
    closed: bool,
}

pub(super) struct Idle {
    pub(super) slot: Arc<Slot>,
    pub(super) expires: Instant,
    /// The server keeps it for less than the pool would.
    pub(super) hinted: bool,
}

impl Pool {
    pub(super) fn new(settings: &Settings, maker: Maker) -> Arc<Self> {
        let config = &settings.pool;
        Arc::new(Self {
            shared: settings.http_version == Some(HttpVersion::Http2),
            sockets: Gate::new(config.max_connections),
            max_connections: config.max_connections,
            max_idle: config.max_keepalive_connections,
            expiry: config.keepalive_expiry,
            maker,
            state: Mutex::default(),
            changed: Arc::default(),
            settled: Notify::new(),
            counters: Arc::default(),
        })
    }

    /// Whether a slot carries many requests.
    pub(super) fn is_shared(&self) -> bool {
        self.shared
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot for a request that has its permit: the one of this origin that was used last, else a new one.
    pub(super) fn lease(self: &Arc<Self>, origin: &Origin, kernel: Kernel, permit: Permit) -> Result<Lease, String> {
        if self.shared {
            return self.stream(origin, kernel, permit, false);
        }
        let now = rt::now();
        let mut state = self.lock();
        let fits = |idle: &Idle| idle.slot.origin == *origin && idle.slot.kernel.covers(kernel) && idle.expires > now;
        let index = state.idle.iter().rposition(fits);
        let found = index.and_then(|index| state.idle.remove(index));
        self.take(state, found, origin, kernel, permit)
    }

    /// A new slot for a request that has its permit, although others may be idle.
    pub(super) fn fresh(self: &Arc<Self>, origin: &Origin, kernel: Kernel, permit: Permit) -> Result<Lease, String> {
        if self.shared {
            return self.stream(origin, kernel, permit, true);
        }
        self.take(self.lock(), None, origin, kernel, permit)
    }

    fn take(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
        found: Option<Idle>,
        origin: &Origin,
        kernel: Kernel,
        permit: Permit,
    ) -> Result<Lease, String> {
        let mut gone = Vec::new();
        state.active += 1;
        let mut lease = Lease::new(Arc::clone(self), permit, found.is_some());
        while state.active + state.idle.len() > self.max_connections {
            match state.idle.pop_front() {
                Some(idle) => gone.push((idle, Closed::Evicted)),
                None => break,
            }
        }
        self.close(state, gone);
        lease.carry(match found {
            Some(idle) => idle.slot,
            None => Arc::new(self.maker.slot(origin.clone(), kernel, &self.counters)?),
        });
        Ok(lease)
    }

    /// Books idle sockets that are no more to be kept, and closes them once the lock is free.
    pub(super) fn close(self: &Arc<Self>, mut state: MutexGuard<'_, State>, gone: Vec<(Idle, Closed)>) {
        state.closing += gone.len();
        drop(state);
        for (idle, reason) in gone {
            if idle.slot.dials.is_open() {
                self.counters.closed(reason);
                if !idle.hinted {
                    self.counters.closed_early(reason);
                }
            }
            closing::bury(self, idle.slot.place.clone(), idle.slot);
        }
    }

    /// A request has ended without giving its slot back, which is being closed.
    pub(super) fn lose(&self) {
        let mut state = self.lock();
        state.active = state.active.saturating_sub(1);
        state.closing += 1;
    }

    /// A socket that was being closed is closed.
    pub(super) fn closed(&self) {
        let mut state = self.lock();
        state.closing = state.closing.saturating_sub(1);
        drop(state);
        self.settled.notify_waiters();
    }

    /// Waits until a new socket would not exist beside too many that are still being closed.
    pub(super) async fn settle(&self) {
        loop {
            let settled = self.settled.notified();
            let mut settled = std::pin::pin!(settled);
            settled.as_mut().enable();
            if self.has_room() {
                return;
            }
            settled.await;
        }
    }

    fn has_room(&self) -> bool {
        let state = self.lock();
        state.active + state.idle.len() + state.closing <= self.max_connections
    }

    /// Takes a slot back whose connection is fit for another request.
    pub(super) fn put(self: &Arc<Self>, slot: Arc<Slot>, hint: Option<Duration>) {
        let mut state = self.lock();
        state.active = state.active.saturating_sub(1);
        self.keep(state, slot, hint);
    }

    /// Books a slot as idle that nobody uses any more.
    pub(super) fn keep(self: &Arc<Self>, mut state: MutexGuard<'_, State>, slot: Arc<Slot>, hint: Option<Duration>) {
        let mut gone = Vec::new();
        let hint = hint.filter(|hint| *hint < self.expiry);
        let expires = rt::now() + hint.unwrap_or(self.expiry);
        let hinted = hint.is_some();
        state.idle.push_back(Idle { slot, expires, hinted });
        let (most, reason) = match (state.closed, state.wanting) {
            (true, _) => (0, Closed::Surplus),
            (_, 0) => (self.max_idle, Closed::Surplus),
            _ => (0, Closed::Evicted),
        };
        while state.idle.len() > most {
            gone.extend(state.idle.pop_front().map(|idle| (idle, reason)));
        }
        let kept = !state.idle.is_empty();
        let sooner = state.armed.is_none_or(|armed| expires < armed);
        let start = kept && !state.watched;
        state.watched |= kept;
        self.close(state, gone);
        if start {
            expiry::watch(self);
        } else if kept && sooner {
            self.changed.notify_one();
        }
    }

    /// Closes what has expired and tells when to look again; `None`: when told.
    pub(super) fn expire(self: &Arc<Self>) -> Option<Instant> {
        let now = rt::now();
        let mut gone = Vec::new();
        let mut state = self.lock();
        let mut index = 0;
        while let Some(idle) = state.idle.get(index) {
            if idle.expires > now {
                index += 1;
            } else {
                gone.extend(state.idle.remove(index).map(|idle| (idle, Closed::Expiry)));
            }
        }
        let next = state.idle.iter().map(|idle| idle.expires).min();
        state.armed = next;
        self.close(state, gone);
        next
    }

    /// The figures of this moment. A socket that the server has closed counts as idle until somebody wants it.
    pub(super) fn stats(&self) -> SocketStats {
        let idle = self.lock().idle.len();
        self.counters.stats(idle)
    }

    /// The expiry task has ended, with its runtime or with the pool.
    pub(super) fn unwatched(&self) {
        let mut state = self.lock();
        (state.watched, state.armed) = (false, None);
    }

    /// Closes the idle sockets, and from now on every other one after its use.
    pub(super) fn shut(self: &Arc<Self>) {
        let mut state = self.lock();
        state.closed = true;
        let gone = state.idle.drain(..).map(|idle| (idle, Closed::Surplus)).collect();
        self.close(state, gone);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}
