//! Too few places: calls wait for one another.

use std::time::Duration;

use super::{Facts, Finding, Severity, evidence, is_share, number, seconds, size};
use crate::error::TimeoutKind;

/// Waits of this length are noticed.
const LONG: Duration = Duration::from_secs(1);

/// Calls gave up waiting for a place; or one in a hundred nearly did; or one in ten waited, and some a second or more.
pub(super) fn exhausted(facts: &Facts) -> Option<Finding> {
    let pool = &facts.pool;
    let near = facts.near(TimeoutKind::Pool).calls;
    let waits = pool.longest_wait >= LONG && is_share(pool.waited, facts.requests, 10);
    let severity = match pool.pool_timeouts {
        0 if waits || is_share(near, facts.requests, 1) => Severity::Warning,
        0 => return None,
        _ => Severity::Critical,
    };
    let (max, peak) = (pool.max_connections, facts.sockets(pool.peak));
    let suggested = if peak > max { peak } else { max.saturating_mul(2) };
    Some(Finding {
        id: "pool_exhausted",
        severity,
        message: format!(
            "the pool is exhausted: {} calls gave up waiting for a place and {} had to wait, up to {} at once for {max} sockets; raise max_connections to {suggested}, and make sure that streams are read to their end or dropped",
            pool.pool_timeouts, pool.waited, pool.peak
        ),
        evidence: evidence(&[
            ("pool_timeouts", number(pool.pool_timeouts)),
            ("waited", number(pool.waited)),
            ("nearly_timed_out", number(near)),
            ("longest_wait", seconds(pool.longest_wait)),
            ("peak", size(pool.peak)),
            ("in_use", size(pool.in_use)),
            ("waiting", size(pool.waiting)),
        ]),
        setting: "connection_pool_config.max_connections",
        current: size(max),
        suggested: size(suggested),
    })
}
