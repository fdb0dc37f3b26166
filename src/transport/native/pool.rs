//! The pool: which slots are out, which idle sockets wait, which are just being closed.
//!
//! `active + idle <= max_connections` holds at every moment: a request that finds no idle slot of its origin makes a
//! new one, and closes the longest idle of the others when there would be too many.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::counters::{Closed, Counters};
use super::expiry;
use super::slot::{Kernel, Maker, Origin, Slot};
use crate::config::ConnectionPoolConfig;
use crate::gate::Permit;
use crate::rt::{self, Instant};
use crate::transport::SocketStats;

/// How long a dropped socket is counted, so that hyper's task has closed it when the next one opens.
const CLOSING: Duration = Duration::from_millis(5);

/// The slots of one client.
pub(super) struct Pool {
    max_connections: usize,
    max_idle: usize,
    expiry: Duration,
    maker: Maker,
    state: Mutex<State>,
    /// Tells the expiry task that there is an earlier expiry, or that the pool is gone.
    pub(super) changed: Arc<Notify>,
    pub(super) counters: Arc<Counters>,
}

#[derive(Default)]
struct State {
    active: usize,
    /// The longest idle first.
    idle: VecDeque<Idle>,
    /// When sockets were dropped that may not be closed yet.
    closing: VecDeque<Instant>,
    /// When the expiry task wakes up; `None`: there is no such task, or it waits to be told.
    armed: Option<Instant>,
    watched: bool,
    closed: bool,
}

struct Idle {
    slot: Slot,
    expires: Instant,
}

impl Pool {
    pub(super) fn new(config: &ConnectionPoolConfig, maker: Maker) -> Arc<Self> {
        Arc::new(Self {
            max_connections: config.max_connections,
            max_idle: config.max_keepalive_connections,
            expiry: config.keepalive_expiry,
            maker,
            state: Mutex::default(),
            changed: Arc::default(),
            counters: Arc::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot for a request that has its permit: the one of this origin that was used last, else a new one.
    pub(super) fn lease(self: &Arc<Self>, origin: &Origin, kernel: Kernel, permit: Permit) -> Result<Lease, String> {
        let now = rt::now();
        let mut state = self.lock();
        let fits = |idle: &Idle| idle.slot.origin == *origin && idle.slot.kernel.covers(kernel) && idle.expires > now;
        let index = state.idle.iter().rposition(fits);
        let found = index.and_then(|index| state.idle.remove(index));
        self.take(state, found, origin, kernel, permit)
    }

    /// A new slot for a request that has its permit, although others may be idle.
    pub(super) fn fresh(self: &Arc<Self>, origin: &Origin, kernel: Kernel, permit: Permit) -> Result<Lease, String> {
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
        let mut lease = Lease {
            slot: None,
            reused: found.is_some(),
            fate: Closed::Cancelled,
            pool: Arc::clone(self),
            permit: Some(permit),
        };
        while state.active + state.idle.len() > self.max_connections {
            match state.idle.pop_front() {
                Some(idle) => gone.push((idle, Closed::Evicted)),
                None => break,
            }
        }
        self.close(&mut state, &mut gone, rt::now());
        drop(state);
        drop(gone);
        lease.slot = Some(match found {
            Some(idle) => idle.slot,
            None => self.maker.slot(origin.clone(), kernel, &self.counters)?,
        });
        Ok(lease)
    }

    /// Books sockets that the caller drops once the lock is free.
    fn close(&self, state: &mut State, gone: &mut [(Idle, Closed)], now: Instant) {
        for (idle, reason) in gone {
            if idle.slot.dials.is_open() {
                self.counters.closed(*reason);
                state.closing.push_back(now);
            }
        }
    }

    /// Waits until a new socket would not exist beside too many that are still being closed.
    pub(super) async fn settle(&self) {
        loop {
            let now = rt::now();
            let wait = {
                let mut state = self.lock();
                while state.closing.front().is_some_and(|since| now.since(*since) >= CLOSING) {
                    state.closing.pop_front();
                }
                let excess =
                    (state.active + state.idle.len() + state.closing.len()).saturating_sub(self.max_connections);
                match excess.checked_sub(1).and_then(|last| state.closing.get(last)) {
                    Some(since) => (*since + CLOSING).since(now),
                    None => return,
                }
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes a slot back whose connection is fit for another request.
    fn put(self: &Arc<Self>, slot: Slot, hint: Option<Duration>) {
        let now = rt::now();
        let mut gone = Vec::new();
        let mut state = self.lock();
        state.active = state.active.saturating_sub(1);
        let expires = now + hint.map_or(self.expiry, |hint| hint.min(self.expiry));
        state.idle.push_back(Idle { slot, expires });
        let most = if state.closed { 0 } else { self.max_idle };
        while state.idle.len() > most {
            gone.extend(state.idle.pop_front().map(|idle| (idle, Closed::Surplus)));
        }
        self.close(&mut state, &mut gone, now);
        let kept = !state.idle.is_empty();
        let sooner = state.armed.is_none_or(|armed| expires < armed);
        let start = kept && !state.watched;
        state.watched |= kept;
        drop(state);
        drop(gone);
        if start {
            expiry::watch(self);
        } else if kept && sooner {
            self.changed.notify_one();
        }
    }

    /// Closes what has expired and tells when to look again; `None`: when told.
    pub(super) fn expire(&self) -> Option<Instant> {
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
        self.close(&mut state, &mut gone, now);
        state.armed = state.idle.iter().map(|idle| idle.expires).min();
        state.armed
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
    pub(super) fn shut(&self) {
        let mut state = self.lock();
        state.closed = true;
        let mut gone: Vec<_> = state.idle.drain(..).map(|idle| (idle, Closed::Surplus)).collect();
        self.close(&mut state, &mut gone, rt::now());
        drop(state);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

/// A slot that carries a request, with the request's place in the pool. Dropping it closes the socket and then frees
/// the place.
pub(super) struct Lease {
    slot: Option<Slot>,
    reused: bool,
    fate: Closed,
    pool: Arc<Pool>,
    permit: Option<Permit>,
}

impl Lease {
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
        if let Some(slot) = self.slot.take() {
            slot.dials.ends();
            self.pool.put(slot, hint);
        } else {
            self.pool.lock().active -= 1;
        }
        self.permit = None;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A lease that was given back has no permit any more.
        if let Some(permit) = self.permit.take() {
            let open = self.slot.as_ref().is_some_and(|slot| slot.dials.is_open());
            self.slot = None;
            let mut state = self.pool.lock();
            state.active = state.active.saturating_sub(1);
            if open {
                state.closing.push_back(rt::now());
                self.pool.counters.closed(self.fate);
            }
            drop(state);
            drop(permit);
        }
    }
}
