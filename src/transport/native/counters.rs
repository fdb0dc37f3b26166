//! What happened to the sockets so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::transport::{ClosedSockets, SocketStats};

/// Counters that a client's slots share.
#[derive(Debug, Default)]
pub(super) struct Counters {
    dialling: AtomicUsize,
    opened: AtomicU64,
    reused: AtomicU64,
    closed: [AtomicU64; 6],
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
    }

    pub(super) fn reused(&self) {
        self.reused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn closed(&self, reason: Closed) {
        if let Some(count) = self.closed.get(reason as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn closed_by_server(&self) {
        self.closed(Closed::Server);
    }

    /// The figures of this moment, beside so many idle sockets.
    pub(super) fn stats(&self, idle: usize) -> SocketStats {
        let closed = |reason: Closed| {
            self.closed
                .get(reason as usize)
                .map_or(0, |count| count.load(Ordering::Relaxed))
        };
        SocketStats {
            idle,
            dialling: self.dialling.load(Ordering::Relaxed),
            opened: self.opened.load(Ordering::Relaxed),
            reused: self.reused.load(Ordering::Relaxed),
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
