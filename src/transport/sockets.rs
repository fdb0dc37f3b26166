//! What is known about a client's sockets, where the target shows them.

use std::time::Duration;

use serde::Serialize;

/// A socket that is opened within this time after an idle one was closed could have been that one.
pub(crate) const REOPENED_WITHIN: Duration = Duration::from_secs(30);

/// A client's sockets at one moment, and what happened to them so far. Known on native targets alone.
///
/// ```
/// use llm_api_router::{Client, ProviderConfig};
///
/// let client = Client::new(ProviderConfig::new("openai", "sk-example"))?;
/// if let Some(sockets) = client.pool_stats().sockets {
///     println!("{} opened, used again {} times, {} closed", sockets.opened, sockets.reused, sockets.closed.total());
/// }
/// # Ok::<(), llm_api_router::Error>(())
/// ```
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
    /// Opened so far within 30 s after an idle one had expired: a longer `keepalive_expiry` would have kept that one.
    pub reopened_after_expiry: u64,
    /// Opened so far within 30 s after an idle one was closed as surplus: a larger `max_keepalive_connections` would
    /// have kept that one.
    pub reopened_after_surplus: u64,
    /// Idle ones so far that the server had closed by the time that a request wanted them.
    pub stale: u64,
    /// The shortest time after which one was found stale.
    #[serde(serialize_with = "as_seconds_or_none")]
    pub stale_after: Option<Duration>,
    /// Closed so far, by reason.
    pub closed: ClosedSockets,
}

fn as_seconds_or_none<S: serde::Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
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
