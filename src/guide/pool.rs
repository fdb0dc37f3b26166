//! Pool sizing: [`ConnectionPoolConfig`](crate::ConnectionPoolConfig).
//!
//! A client has one pool, whatever it calls; so **make one client and share it** (clones share the pool). A client per
//! call opens a socket per call: DNS, TCP and TLS before the first byte.
//!
//! [`Client::diagnose`](crate::Client::diagnose) looks at the figures below by itself, and names the value to try.
//!
//! # `max_connections`: the most sockets at any moment (default 100)
//!
//! Over HTTP/1.1 one socket carries one call, and a stream keeps its socket to its end. So set it to the calls that you
//! want in flight at the peak; 100 is a good start. More calls wait in line, first come first served, for at most
//! `timeout_config.pool`.
//!
//! Look at [`PoolStats`](crate::PoolStats):
//!
//! - `pool_timeouts` grows, or `longest_wait` comes near `timeout_config.pool`: too small for your peak, or streams are
//!   kept open without being read. Raise it, or find the streams: `in_use` stays high while nothing is called.
//! - `waited` is 0 and `peak` stays far below the limit: large enough. The limit itself costs nothing;
//!   only sockets that exist do.
//! - The provider answers 429: a smaller `max_connections` is a limit on parallel calls that needs no code.
//!
//! # `max_keepalive_connections`: idle sockets that are kept (default 20)
//!
//! Set it to the sockets that your traffic needs again soon: 10 to 30 % of `max_connections` for most programs, and as
//! many as your bursts use where bursts follow each other. It may not exceed `max_connections`.
//!
//! Look at [`SocketStats`](crate::SocketStats):
//!
//! - `reopened_after_surplus` grows: sockets are closed and opened again within seconds. Raise it.
//! - `reused` is by far the most of all calls: right. For calls one after the other, it is all but the first.
//! - `idle` is always at the limit and `reused` is small: you keep sockets that nobody uses. Lower it.
//!
//! # `keepalive_expiry`: the age at which an idle socket is closed (default 300 s)
//!
//! 300 s fits most programs. 600 s to 3600 s for steady traffic, 60 s to 120 s for rare use. A server that says
//! `Keep-Alive: timeout=N` shortens it by itself.
//!
//! - `reopened_after_expiry` grows: sockets expire between your calls. Raise it.
//! - `stale` grows: the server gives up first. Set it below `stale_after`, so that no call meets a socket that is just
//!   being closed.
//!
//! # `stream_buffer_size`: what one answer may hold in memory (default 64 KiB)
//!
//! Bytes that are received and that you have not yet taken. When it is full, the network waits for you; nothing is
//! lost, and your pauses are not billed to `read` or `idle`. 128 KiB to 256 KiB for readers that take much at a time,
//! 32 KiB where memory is short: all buffers together take at most `max_connections` times this size. What lies below them
//! (hyper's read buffer, a browser's) has no setting; `capabilities()` tells how large it becomes.
//!
//! # Before traffic comes
//!
//! [`Client::warm`](crate::Client::warm) opens sockets ahead, so that the first calls find them.
//!
//! # Presets
//!
//! [`Preset`](crate::Preset) has the values for four situations; what you set beside it wins.
//!
//! ```
//! use std::time::Duration;
//! use llm_api_router::{Client, ConnectionPoolConfig, Preset, ProviderConfig};
//!
//! // A batch job with 40 workers, whose calls follow each other at once.
//! let pool = ConnectionPoolConfig {
//!     max_connections: 40,
//!     max_keepalive_connections: 40,
//!     keepalive_expiry: Duration::from_secs(600),
//!     ..Preset::HighConcurrency.connection_pool_config()
//! };
//! let client = Client::new(ProviderConfig::new("openai", "sk-example").connection_pool_config(pool))?;
//! assert_eq!(client.pool_stats().max_connections, 40);
//! # Ok::<(), llm_api_router::Error>(())
//! ```
//!
//! `cargo run --example connection_pool_optimization --features mock-server` shows seven set-ups by what their sockets
//! do; `llm-api-router benchmark --compare-cold` shows what reuse saves with your provider.
