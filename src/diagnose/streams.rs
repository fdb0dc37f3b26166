//! Streams that wait for their consumers.

use super::{AT_LEAST, Facts, Finding, Severity, evidence, is_share, number, seconds, size};

/// In a tenth or more of the streams, bytes waited for the consumer during half of the time, and 100 ms at least.
pub(super) fn slow(facts: &Facts) -> Option<Finding> {
    let streams = &facts.streams;
    if streams.slow < AT_LEAST || !is_share(streams.slow, streams.all, 10) {
        return None;
    }
    let pool = &facts.pool_config;
    let (setting, current, suggested, meanwhile) = if facts.reads_ahead {
        let (current, suggested) = (pool.stream_buffer_size, pool.stream_buffer_size.saturating_mul(4));
        let why = "a larger stream_buffer_size lets the network finish without it";
        ("connection_pool_config.stream_buffer_size", current, suggested, why)
    } else {
        let (current, suggested) = (pool.max_connections, pool.max_connections.saturating_mul(2));
        let why = "more max_connections make up for the places that it holds";
        ("connection_pool_config.max_connections", current, suggested, why)
    };
    Some(Finding {
        id: "slow_consumer",
        severity: Severity::Warning,
        message: format!(
            "in {} of {} streams, what had arrived waited for the consumer for half of the time or more: do less between two chunks, or do it elsewhere; until then, {meanwhile}",
            streams.slow, streams.all
        ),
        evidence: evidence(&[
            ("slow_streams", number(streams.slow)),
            ("streams", number(streams.all)),
            ("held", seconds(streams.held)),
            ("streaming", seconds(streams.took)),
        ]),
        setting,
        current: size(current),
        suggested: size(suggested),
    })
}

/// The buffer was full in half of the streams or more.
pub(super) fn full(facts: &Facts) -> Option<Finding> {
    let streams = &facts.streams;
    if !facts.reads_ahead || streams.full < AT_LEAST || !is_share(streams.full, streams.all, 50) {
        return None;
    }
    let current = facts.pool_config.stream_buffer_size;
    let suggested = current.saturating_mul(2);
    Some(Finding {
        id: "buffer_full",
        severity: Severity::Warning,
        message: format!(
            "reading stopped in {} of {} streams because the buffer of {current} bytes was full: raise stream_buffer_size to {suggested}, or consume faster",
            streams.full, streams.all
        ),
        evidence: evidence(&[
            ("full_streams", number(streams.full)),
            ("streams", number(streams.all)),
            ("held", seconds(streams.held)),
            ("streaming", seconds(streams.took)),
        ]),
        setting: "connection_pool_config.stream_buffer_size",
        current: size(current),
        suggested: size(suggested),
    })
}
