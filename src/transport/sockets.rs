//! What is known about a client's sockets, where the target shows them.

use serde::Serialize;

/// A client's sockets at one moment, and what happened to them so far. Known on native targets alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SocketStats {
    /// Open, and waiting to be used again.
    pub idle: usize,
    /// Being opened.
    pub dialling: usize,
    /// Opened so far.
    pub opened: u64,
    /// Requests so far that were given a socket that had served before.
    pub reused: u64,
    /// Closed so far, by reason.
    pub closed: ClosedSockets,
}

/// Why sockets were closed, and how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClosedSockets {
    /// Idle for `keepalive_expiry`, or as long as the server allows.
    pub expiry: u64,
    /// More idle ones than `max_keepalive_connections`, or the client was closed.
    pub surplus: u64,
    /// Idle at the cap, when a request to another origin needed the place.
    pub evicted: u64,
    /// By the server, or because it said that it would.
    pub server: u64,
    /// After an error.
    pub error: u64,
    /// With a call that was dropped, or that a time limit ended.
    pub cancelled: u64,
}

impl ClosedSockets {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.expiry + self.surplus + self.evicted + self.server + self.error + self.cancelled
    }
}
