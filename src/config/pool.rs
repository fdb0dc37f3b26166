//! `ConnectionPoolConfig`: how many sockets there may be, for how long, and how much of an answer is held.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::raw::{Table, Value};
use super::timeouts::seconds;
use crate::error::Error;

const MOST_CONNECTIONS: usize = 1_000_000;
const MOST_BUFFER: usize = 1 << 30;
const PATH: &str = "connection_pool_config";

/// The connection pool's limits. They hold for one client, over all servers that it talks to.
///
/// In files and in JavaScript, durations are seconds and keys are `snake_case` or `camelCase`.
///
/// ```
/// use llm_api_router::ConnectionPoolConfig;
///
/// let pool = ConnectionPoolConfig { max_connections: 50, ..Default::default() };
/// assert_eq!(pool.max_keepalive_connections, 20);
/// let same: ConnectionPoolConfig = serde_json::from_str(r#"{"max_connections": 50}"#)?;
/// assert_eq!(pool, same);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ConnectionPoolConfig {
    /// Sockets that may exist at any moment; a request that would need one more waits. From 1 to 1,000,000. Default: 100.
    ///
    /// In JavaScript, where the host owns the sockets: requests in flight. With
    /// [`HttpVersion::Http2`](crate::HttpVersion::Http2), sockets too: each carries up to 100 requests.
    pub max_connections: usize,
    /// Idle sockets that are kept for reuse, at most `max_connections`. Default: 20; in files and in JavaScript the
    /// lesser of 20 and `max_connections`.
    pub max_keepalive_connections: usize,
    /// The age at which an idle socket is closed. Default: 300 s.
    #[serde(serialize_with = "as_seconds")]
    pub keepalive_expiry: Duration,
    /// Bytes of one answer that may be received and not yet consumed; when it is full, no more is read from the
    /// network until some are. From 1 to 1 GiB. Default: 65,536.
    pub stream_buffer_size: usize,
}

impl Default for ConnectionPoolConfig {
    fn default() -> Self {
        Self {
            max_connections: 100,
            max_keepalive_connections: 20,
            keepalive_expiry: Duration::from_secs(300),
            stream_buffer_size: 65_536,
        }
    }
}

/// A duration as files and JavaScript write it.
pub(crate) fn as_seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}

impl<'de> Deserialize<'de> for ConnectionPoolConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(value, Self::default()).map_err(serde::de::Error::custom)
    }
}

impl ConnectionPoolConfig {
    /// Reads what is written over `base`.
    pub(super) fn read(value: Value, base: Self) -> Result<Self, Error> {
        let mut table = Table::open(PATH, value)?;
        let max_connections =
            count(&mut table, "max_connections", 1, MOST_CONNECTIONS)?.unwrap_or(base.max_connections);
        let pool = Self {
            max_connections,
            // Who lowers the one limit alone means a small pool, not a contradiction.
            max_keepalive_connections: count(&mut table, "max_keepalive_connections", 0, MOST_CONNECTIONS)?
                .unwrap_or(base.max_keepalive_connections.min(max_connections)),
            keepalive_expiry: seconds(&mut table, "keepalive_expiry", 0.0)?.unwrap_or(base.keepalive_expiry),
            stream_buffer_size: count(&mut table, "stream_buffer_size", 1, MOST_BUFFER)?
                .unwrap_or(base.stream_buffer_size),
        };
        table.finish()?;
        pool.validate()?;
        Ok(pool)
    }

    /// Checks the ranges and that they fit each other.
    pub(super) fn validate(&self) -> Result<(), Error> {
        in_range(
            &format!("{PATH}.max_connections"),
            self.max_connections,
            1,
            MOST_CONNECTIONS,
        )?;
        in_range(
            &format!("{PATH}.stream_buffer_size"),
            self.stream_buffer_size,
            1,
            MOST_BUFFER,
        )?;
        if self.max_keepalive_connections > self.max_connections {
            return Err(Error::config(format!(
                "{PATH}.max_keepalive_connections must be a whole number from 0 to max_connections ({}), got {} (unless set, it is 20)",
                self.max_connections, self.max_keepalive_connections
            )));
        }
        Ok(())
    }
}

/// Checks a whole number's range; `name` is the field's full one.
pub(super) fn in_range(name: &str, value: usize, least: usize, most: usize) -> Result<(), Error> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::config(format!(
        "{name} must be a whole number from {least} to {most}, got {value}"
    )))
}

/// A whole number in a range, if one is written.
pub(super) fn count(table: &mut Table, field: &'static str, least: usize, most: usize) -> Result<Option<usize>, Error> {
    let allowed = format!("a whole number from {least} to {most}");
    let Some(number) = table.number(field, &allowed)? else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "compared with the original below"
    )]
    let whole = number as usize;
    #[expect(clippy::cast_precision_loss, reason = "the range ends far below 2^53")]
    if whole as f64 == number && (least..=most).contains(&whole) {
        return Ok(Some(whole));
    }
    Err(Error::config(format!(
        "{} must be {allowed}, got {number}",
        table.name(field)
    )))
}
