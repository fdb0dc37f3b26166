//! Sockets that are closed too early or kept too long.

use std::time::Duration;

use super::{AT_LEAST, Facts, Finding, Severity, evidence, is_share, number, seconds, size};
use crate::transport::REOPENED_WITHIN;

/// Idle sockets are closed as surplus, and a tenth or more of all sockets are opened to take their place soon after.
pub(super) fn surplus(facts: &Facts) -> Option<Finding> {
    let sockets = facts.pool.sockets.as_ref()?;
    let reopened = sockets.reopened_after_surplus;
    if reopened < AT_LEAST || !is_share(reopened, sockets.opened, 10) {
        return None;
    }
    let (max, kept) = (
        facts.pool_config.max_connections,
        facts.pool_config.max_keepalive_connections,
    );
    let suggested = facts.sockets(facts.pool.peak).max(kept + 1).min(max);
    Some(Finding {
        id: "keepalive_surplus_churn",
        severity: Severity::Warning,
        message: format!(
            "{} idle sockets were closed as surplus, and {reopened} were opened again within {} s: raise max_keepalive_connections from {kept} to {suggested}",
            sockets.closed.surplus,
            REOPENED_WITHIN.as_secs()
        ),
        evidence: evidence(&[
            ("reopened", number(reopened)),
            ("closed_as_surplus", number(sockets.closed.surplus)),
            ("opened", number(sockets.opened)),
            ("reused", number(sockets.reused)),
            ("peak", size(facts.pool.peak)),
        ]),
        setting: "connection_pool_config.max_keepalive_connections",
        current: size(kept),
        suggested: size(suggested),
    })
}

/// Idle sockets expire, and a tenth or more of all sockets are opened to take their place soon after.
pub(super) fn expiry(facts: &Facts) -> Option<Finding> {
    let sockets = facts.pool.sockets.as_ref()?;
    let reopened = sockets.reopened_after_expiry;
    if reopened < AT_LEAST || !is_share(reopened, sockets.opened, 10) {
        return None;
    }
    let expiry = facts.pool_config.keepalive_expiry;
    let suggested = seconds((expiry * 2).max(expiry + REOPENED_WITHIN));
    let current = seconds(expiry);
    Some(Finding {
        id: "keepalive_expiry_churn",
        severity: Severity::Warning,
        message: format!(
            "{} idle sockets expired after {current} s, and {reopened} were opened again within {} s: raise keepalive_expiry to {suggested} s",
            sockets.closed.expiry,
            REOPENED_WITHIN.as_secs()
        ),
        evidence: evidence(&[
            ("reopened", number(reopened)),
            ("expired", number(sockets.closed.expiry)),
            ("opened", number(sockets.opened)),
            ("reused", number(sockets.reused)),
        ]),
        setting: "connection_pool_config.keepalive_expiry",
        current,
        suggested,
    })
}

/// One in twenty requests or more is given an idle socket that the server has closed.
pub(super) fn stale(facts: &Facts) -> Option<Finding> {
    let sockets = facts.pool.sockets.as_ref()?;
    if sockets.stale < AT_LEAST || !is_share(sockets.stale, sockets.reused, 5) {
        return None;
    }
    let expiry = facts.pool_config.keepalive_expiry;
    let age = sockets.stale_after.unwrap_or(expiry / 2).min(expiry);
    let suggested = seconds(age.mul_f64(0.8).max(Duration::from_millis(1)));
    Some(Finding {
        id: "stale_sockets",
        severity: Severity::Warning,
        message: format!(
            "the server had closed {} idle sockets before they were used again, the first after {} s at the latest: lower keepalive_expiry from {} s to {suggested} s",
            sockets.stale,
            seconds(age),
            seconds(expiry)
        ),
        evidence: evidence(&[
            ("stale", number(sockets.stale)),
            ("stale_after", seconds(age)),
            ("reused", number(sockets.reused)),
            ("closed_by_server", number(sockets.closed.server)),
        ]),
        setting: "connection_pool_config.keepalive_expiry",
        current: seconds(expiry),
        suggested,
    })
}
