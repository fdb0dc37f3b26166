//! The four documented scenarios, by name.

use std::time::Duration;

use super::{ConnectionPoolConfig, TimeoutConfig};

/// Pool limits and timeouts that fit a scenario together.
///
/// ```
/// use llm_api_router::{Preset, ProviderConfig};
///
/// let config = ProviderConfig::new("openai", "sk-example").preset(Preset::HighConcurrency);
/// assert_eq!(Preset::HighConcurrency.connection_pool_config().max_connections, 200);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Many requests at once: 200 sockets, 50 kept for 600 s, 128 KiB buffers.
    HighConcurrency,
    /// Answers fast or fails fast: 50 sockets, 20 kept for 120 s; connect 5 s, read 30 s, write 5 s, pool 5 s.
    LowLatency,
    /// Little memory and few sockets: 20 sockets, 5 kept for 60 s, 32 KiB buffers.
    ResourceConstrained,
    /// Answers that take minutes: 50 sockets, 20 kept for 600 s, 128 KiB buffers; read 300 s.
    LongStreaming,
}

impl Preset {
    /// The names, as configuration files and JavaScript write them.
    pub(super) const NAMES: [(&str, Self); 4] = [
        ("high_concurrency", Self::HighConcurrency),
        ("low_latency", Self::LowLatency),
        ("resource_constrained", Self::ResourceConstrained),
        ("long_streaming", Self::LongStreaming),
    ];

    /// The preset's pool limits.
    #[must_use]
    pub fn connection_pool_config(self) -> ConnectionPoolConfig {
        let (max_connections, max_keepalive_connections, expiry, kib) = match self {
            Self::HighConcurrency => (200, 50, 600, 128),
            Self::LowLatency => (50, 20, 120, 64),
            Self::ResourceConstrained => (20, 5, 60, 32),
            Self::LongStreaming => (50, 20, 600, 128),
        };
        ConnectionPoolConfig {
            max_connections,
            max_keepalive_connections,
            keepalive_expiry: Duration::from_secs(expiry),
            stream_buffer_size: kib * 1024,
        }
    }

    /// The preset's time limits; the default ones where the scenario says nothing about time.
    #[must_use]
    pub fn timeout_config(self) -> TimeoutConfig {
        let default = TimeoutConfig::default();
        match self {
            Self::HighConcurrency | Self::ResourceConstrained => default,
            Self::LowLatency => default.connect(5.0).read(30.0).write(5.0).pool(5.0),
            Self::LongStreaming => default.connect(10.0).read(300.0).write(10.0).pool(10.0),
        }
    }
}
