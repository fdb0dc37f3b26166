//! `HttpVersion`: which HTTP a client speaks, and how many requests one socket then carries at a time.

use super::raw::{Table, Value};
use crate::error::Error;

/// The version of HTTP that a client speaks. There is no falling back from one to the other. Default: HTTP/1.1.
///
/// ```
/// use llm_api_router::{Client, HttpVersion, ProviderConfig};
///
/// let client = Client::new(ProviderConfig::new("openai", "sk-example").http_version(HttpVersion::Http2))?;
/// # Ok::<(), llm_api_router::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpVersion {
    /// HTTP/1.1, `"1.1"` in files: one request at a time over each socket.
    #[default]
    Http1,
    /// HTTP/2, `"2"` in files: up to 100 requests at a time over each socket. `https` servers must agree to it in the
    /// TLS handshake; `http` servers must expect it. Calls with different limits share a socket, so the kernel's own
    /// limit on what stays unacknowledged is off there: a dead peer is found by the calls' clocks and by probes.
    Http2,
}

impl HttpVersion {
    const NAMES: [(&str, Self); 2] = [("1.1", Self::Http1), ("2", Self::Http2)];

    /// How many requests one socket carries at a time. Servers commonly allow 100 or more.
    pub(crate) fn streams(self) -> usize {
        match self {
            Self::Http1 => 1,
            Self::Http2 => 100,
        }
    }

    pub(super) fn read(table: &mut Table, field: &'static str) -> Result<Option<Self>, Error> {
        let written = match table.take(field) {
            None | Some(Value::Null) => return Ok(None),
            Some(written) => written,
        };
        let known = Self::NAMES
            .into_iter()
            .find(|(name, _)| matches!(&written, Value::Text(text) if text == name));
        let names = Self::NAMES.map(|(name, _)| format!("{name:?}")).join(", ");
        match known {
            Some((_, version)) => Ok(Some(version)),
            None => Err(Error::config(format!(
                "{} must be one of {names}, got {written}",
                table.name(field)
            ))),
        }
    }
}
