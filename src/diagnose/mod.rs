//! The documented troubleshooting as code: what a client's numbers say about its configuration.
//!
//! Each rule is a function from [`Facts`] to a finding, without input or output. A rule speaks only of what the target
//! shows: where the host owns the sockets, nothing is said about them.

mod limits;
mod pool;
mod sockets;
mod streams;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::client::Inner;
use crate::client::PoolStats;
use crate::config::ConnectionPoolConfig;
use crate::deadline::Limits;
use crate::error::{ErrorKind, TimeoutKind};
use crate::metrics::Streams;
use crate::strain::LIMITS;

/// Something that a client's numbers say about its configuration: [`Client::diagnose`](crate::Client::diagnose).
///
/// ```no_run
/// use llm_api_router::Severity;
///
/// # let client = llm_api_router::Client::new(llm_api_router::ProviderConfig::new("openai", "sk-…"))?;
/// for finding in client.diagnose().iter().filter(|finding| finding.severity == Severity::Critical) {
///     eprintln!("{}: {} {:?}", finding.setting, finding.message, finding.evidence);
/// }
/// # Ok::<_, llm_api_router::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule, by its stable name, such as `pool_exhausted`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what to do, in words.
    pub message: String,
    /// The numbers that it was found in; times are in seconds.
    pub evidence: BTreeMap<&'static str, f64>,
    /// The setting to change, such as `connection_pool_config.max_connections`.
    pub setting: &'static str,
    /// Its value; a time is in seconds.
    pub current: f64,
    /// The value to try.
    pub suggested: f64,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// It costs time or sockets, or is close to failing.
    Warning,
    /// Calls fail because of it.
    Critical,
}

/// What the rules look at.
#[derive(Clone, Debug, Default)]
struct Facts {
    pool_config: ConnectionPoolConfig,
    limits: Limits,
    pool: PoolStats,
    /// How many requests one socket carries at once.
    requests_per_socket: usize,
    /// Calls that were begun.
    requests: u64,
    /// By limit: calls that used four fifths or more of it, and those of them that it ended.
    near: [Near; LIMITS.len()],
    streams: Streams,
    /// Whether answers are read ahead of their consumers, into the buffer.
    reads_ahead: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Near {
    calls: u64,
    timeouts: u64,
}

impl Facts {
    fn near(&self, kind: TimeoutKind) -> Near {
        let mut near = LIMITS.iter().zip(&self.near);
        near.find(|(limit, _)| **limit == kind)
            .map_or_else(Near::default, |(_, near)| *near)
    }

    /// So many requests at once, in sockets.
    fn sockets(&self, requests: usize) -> usize {
        requests.div_ceil(self.requests_per_socket.max(1))
    }
}

/// What a client's numbers say, the worst first.
pub(crate) fn diagnose(client: &Inner, pool: PoolStats) -> Vec<Finding> {
    let (requests, timeouts) = client.meter.totals();
    let pressure = client.meter.pressure();
    findings(&Facts {
        pool_config: client.settings.pool,
        limits: client.settings.limits,
        requests_per_socket: client.gate.stats().limit / pool.max_connections.max(1),
        pool,
        requests,
        near: LIMITS.map(|kind| Near {
            calls: pressure.near(kind),
            timeouts: timeouts(ErrorKind::Timeout(kind)),
        }),
        streams: pressure.streams(),
        // Natively nothing is read before somebody asks for it, and the buffer is the transport's.
        reads_ahead: client.transport.capabilities().host != "native",
    })
}

fn findings(facts: &Facts) -> Vec<Finding> {
    // What is worst comes first. Sorting would be 3 % of the wasm.
    let (mut findings, others): (Vec<Finding>, Vec<Finding>) = [pool::exhausted(facts)]
        .into_iter()
        .chain([sockets::surplus(facts), sockets::expiry(facts), sockets::stale(facts)])
        .chain(LIMITS.map(|kind| limits::tight(facts, kind)))
        .chain([streams::slow(facts), streams::full(facts)])
        .flatten()
        .partition(|finding| finding.severity == Severity::Critical);
    findings.extend(others);
    findings
}

/// At least so many of them before anything is said of a share.
const AT_LEAST: u64 = 3;

/// Whether there are some, and `part` is at least so many percent of `all`.
fn is_share(part: u64, all: u64, percent: u64) -> bool {
    part > 0 && part.saturating_mul(100) >= all.saturating_mul(percent)
}

#[expect(clippy::cast_precision_loss, reason = "evidence is for reading")]
fn number(number: u64) -> f64 {
    number as f64
}

fn size(size: usize) -> f64 {
    number(size as u64)
}

/// The same for any count of numbers, so that a page loads it once.
fn evidence(numbers: &[(&'static str, f64)]) -> BTreeMap<&'static str, f64> {
    numbers.iter().copied().collect()
}

/// In seconds, without digits that nobody would configure.
fn seconds(time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    let steps = if seconds < 10.0 { 1000.0 } else { 1.0 };
    (seconds * steps).round() / steps
}

#[cfg(test)]
mod tests;
