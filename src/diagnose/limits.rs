//! Time limits that calls reach, or nearly do.

use super::{Facts, Finding, Near, Severity, evidence, is_share, number, seconds};
use crate::error::TimeoutKind;

/// One call in a hundred or more used four fifths of the limit, or was ended by it.
pub(super) fn tight(facts: &Facts, kind: TimeoutKind) -> Option<Finding> {
    let limits = &facts.limits;
    let (id, setting, limit, check) = match kind {
        // More time to wait is not what a full pool needs: it has a rule of its own.
        TimeoutKind::Pool => return None,
        TimeoutKind::Connect => (
            "connect_timeout_tight",
            "timeout_config.connect",
            limits.connect?,
            "opening a connection; check the network and base_url, or raise connect",
        ),
        TimeoutKind::Write => (
            "write_timeout_tight",
            "timeout_config.write",
            limits.write?,
            "a pause in sending; check the network, or raise write",
        ),
        TimeoutKind::Read => (
            "read_timeout_tight",
            "timeout_config.read",
            limits.read?,
            "the server's silence; stream the answers, or raise read",
        ),
        TimeoutKind::Total => (
            "total_timeout_tight",
            "timeout_config.total",
            limits.total?,
            "the whole call; ask for shorter answers, or raise total",
        ),
        TimeoutKind::FirstToken => (
            "first_token_timeout_tight",
            "timeout_config.first_token",
            limits.first_token?,
            "the first content; shorten the prompts, or raise first_token",
        ),
        TimeoutKind::Idle => (
            "idle_timeout_tight",
            "timeout_config.idle",
            limits.idle?,
            "a pause between content; raise idle",
        ),
    };
    let Near { calls, timeouts } = facts.near(kind);
    if !is_share(calls, facts.requests, 1) {
        return None;
    }
    let severity = match is_share(timeouts, facts.requests, 1) {
        true => Severity::Critical,
        false => Severity::Warning,
    };
    let (current, suggested) = (seconds(limit), seconds(limit * 2));
    Some(Finding {
        id,
        severity,
        message: format!(
            "{calls} of {} calls used four fifths or more of the {current} s for {check} to {suggested} s ({timeouts} of them timed out)",
            facts.requests
        ),
        evidence: evidence(&[
            ("near_limit", number(calls)),
            ("timeouts", number(timeouts)),
            ("requests", number(facts.requests)),
            ("limit", current),
        ]),
        setting,
        current,
        suggested,
    })
}
