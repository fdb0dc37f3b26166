//! What happened to the sockets so far.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::churn::Churn;
use crate::rt;
use crate::transport::{ClosedSockets, SocketStats};

/// Counters that a client's slots share.
#[derive(Debug)]
pub(super) struct Counters {
    dialling: AtomicUsize,
    opened: AtomicU64,
    reused: AtomicU64,
    stale: AtomicU64,
    stale_after_micros: AtomicU64,
    closed: [AtomicU64; 6],
    churn: Mutex<Churn>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            dialling: AtomicUsize::default(),
            opened: AtomicU64::default(),
            reused: AtomicU64::default(),
            stale: AtomicU64::default(),
            stale_after_micros: AtomicU64::new(u64::MAX),
            closed: <[AtomicU64; 6]>::default(),
            churn: Mutex::default(),
        }
    }
}

/// Why a socket was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    /// It had been idle for `keepalive_expiry`, or as long as the server allows.
    Expiry,
    /// There were more idle ones than `max_keepalive_connections`, or the client was closed.
    Surplus,
    /// Its place was needed for another origin.
    Evicted,
    /// The server closed it, or said that it would.
    Server,
    /// An error or a time limit.
    Error,
    /// The call was dropped.
    Cancelled,
}

/// One dial in progress.
pub(super) struct Dialling(Arc<Counters>);

impl Drop for Dialling {
    fn drop(&mut self) {
        self.0.dialling.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counters {
    pub(super) fn dialling(self: &Arc<Self>) -> Dialling {
        self.dialling.fetch_add(1, Ordering::Relaxed);
        Dialling(Arc::clone(self))
    }

    pub(super) fn opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.churn().opened(rt::now());
    }

    pub(super) fn reused(&self) {
        self.reused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn closed(&self, reason: Closed) {
        if let Some(count) = self.closed.get(reason as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// An idle socket was closed although another might have been wanted soon.
    pub(super) fn closed_early(&self, reason: Closed) {
        self.churn().closed(rt::now(), reason);
    }

    /// A socket that had been idle for so long was found closed by the server.
    pub(super) fn stale(&self, idle: Option<Duration>) {
        self.closed(Closed::Server);
        self.stale.fetch_add(1, Ordering::Relaxed);
        let micros = idle.and_then(|idle| u64::try_from(idle.as_micros()).ok());
        self.stale_after_micros
            .fetch_min(micros.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn churn(&self) -> MutexGuard<'_, Churn> {
        self.churn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The figures of this moment, beside so many idle sockets.
    pub(super) fn stats(&self, idle: usize) -> SocketStats {
        let closed = |reason: Closed| {
            self.closed
                .get(reason as usize)
                .map_or(0, |count| count.load(Ordering::Relaxed))
        };
        let stale_after = match self.stale_after_micros.load(Ordering::Relaxed) {
            u64::MAX => None,
            micros => Some(Duration::from_micros(micros)),
        };
        let (reopened_after_expiry, reopened_after_surplus) = {
            let churn = self.churn();
            (churn.after_expiry, churn.after_surplus)
        };
        SocketStats {
            idle,
            dialling: self.dialling.load(Ordering::Relaxed),
            opened: self.opened.load(Ordering::Relaxed),
            reused: self.reused.load(Ordering::Relaxed),
            reopened_after_expiry,
            reopened_after_surplus,
            stale: self.stale.load(Ordering::Relaxed),
            stale_after,
            closed: ClosedSockets {
                expiry: closed(Closed::Expiry),
                surplus: closed(Closed::Surplus),
                evicted: closed(Closed::Evicted),
                server: closed(Closed::Server),
                error: closed(Closed::Error),
                cancelled: closed(Closed::Cancelled),
            },
        }
    }
}
