//! The queue in front of the sockets: a first-in, first-out limit on requests in flight, shared by both targets.
//!
//! The waiting itself is tokio's semaphore, which is fair, loses no permit when a waiter is cancelled, and needs no
//! runtime; this file adds what operators ask for: who waits, for how long, and how often it was too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::rt::Instant;

/// The limit and what is known about those who wait.
#[derive(Debug)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    limit: usize,
    waiting: AtomicUsize,
    longest_wait_micros: AtomicU64,
    waited: AtomicU64,
    refused: AtomicU64,
    on_close: Notify,
    /// The most that had a place or waited for one at the same time.
    peak: AtomicUsize,
}

/// The right to one place; dropping it wakes the next in line.
#[derive(Debug)]
pub(crate) struct Permit {
    _place: OwnedSemaphorePermit,
}

/// The gate was closed because its client was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// Counts one waiter for as long as it waits, however the waiting ends.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The gate's figures at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GateStats {
    pub(crate) limit: usize,
    pub(crate) in_use: usize,
    pub(crate) waiting: usize,
    pub(crate) longest_wait: Duration,
    pub(crate) waited: u64,
    pub(crate) timeouts: u64,
    pub(crate) peak: usize,
}

impl Gate {
    /// A gate with `limit` places.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limit)),
            limit,
            waiting: AtomicUsize::new(0),
            longest_wait_micros: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            on_close: Notify::new(),
            peak: AtomicUsize::new(0),
        }
    }

    /// A place if one is free now and nobody waits for it.
    pub(crate) fn try_acquire(&self) -> Option<Permit> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        self.climbs(self.in_use());
        Some(Permit { _place: place })
    }

    /// Waits in line for a place.
    pub(crate) async fn acquire(&self) -> Result<Permit, Closed> {
        if let Some(permit) = self.try_acquire() {
            return Ok(permit);
        }
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        self.waited.fetch_add(1, Ordering::Relaxed);
        self.climbs(self.in_use() + waiting);
        let _waiting = Waiting(&self.waiting);
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Closed)?;
        Ok(Permit { _place: place })
    }

    fn in_use(&self) -> usize {
        self.limit.saturating_sub(self.places.available_permits())
    }

    /// Notes how many want a place at this moment.
    fn climbs(&self, wanted: usize) {
        self.peak.fetch_max(wanted, Ordering::Relaxed);
    }

    /// Notes how long a request has waited, whether it got its place or gave up.
    pub(crate) fn waited(&self, from: Instant, to: Instant) {
        let micros = u64::try_from(to.since(from).as_micros()).unwrap_or(u64::MAX);
        self.longest_wait_micros.fetch_max(micros, Ordering::Relaxed);
    }

    /// Notes that a request gave up waiting.
    pub(crate) fn timed_out(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets nobody in any more; those who wait get [`Closed`].
    pub(crate) fn close(&self) {
        self.places.close();
        self.on_close.notify_waiters();
    }

    /// Ready when the gate is closed.
    pub(crate) async fn closed(&self) {
        let closing = self.on_close.notified();
        if !self.is_closed() {
            closing.await;
        }
    }

    /// Whether the gate was closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.places.is_closed()
    }

    /// The figures of this moment.
    pub(crate) fn stats(&self) -> GateStats {
        GateStats {
            limit: self.limit,
            in_use: self.in_use(),
            waiting: self.waiting.load(Ordering::Relaxed),
            longest_wait: Duration::from_micros(self.longest_wait_micros.load(Ordering::Relaxed)),
            waited: self.waited.load(Ordering::Relaxed),
            timeouts: self.refused.load(Ordering::Relaxed),
            peak: self.peak.load(Ordering::Relaxed),
        }
    }
}
