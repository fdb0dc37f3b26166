//! What the native target promises: everything.

use crate::capabilities::{Capabilities, Level};

/// Every limit is kept by this crate itself.
pub(super) fn native() -> Capabilities {
    const KNOBS: &[(&str, Level, &str)] = &[
        (
            "connection_pool_config.max_connections",
            Level::Enforced,
            "sockets are counted from the dial to the close, over all origins",
        ),
        (
            "connection_pool_config.max_keepalive_connections",
            Level::Enforced,
            "surplus idle sockets are closed, the longest idle first",
        ),
        (
            "connection_pool_config.keepalive_expiry",
            Level::Enforced,
            "a timer closes an idle socket at this age",
        ),
        (
            "connection_pool_config.stream_buffer_size",
            Level::Merged,
            "nothing is read ahead of the consumer but what hyper's read buffer takes, up to about 400 KiB, which has no setting",
        ),
        (
            "timeout_config.pool",
            Level::Enforced,
            "the queue for a place in the pool is this crate's own",
        ),
        (
            "timeout_config.connect",
            Level::Enforced,
            "the clock runs while DNS, TCP and TLS do",
        ),
        (
            "timeout_config.write",
            Level::Enforced,
            "the clock is reset whenever the network takes a piece of the request",
        ),
        (
            "timeout_config.read",
            Level::Enforced,
            "the clock is reset by every byte received",
        ),
        ("timeout_config.total", Level::Enforced, "one clock over the whole call"),
        (
            "timeout_config.first_token",
            Level::Enforced,
            "the clock runs from the end of the upload to the first content",
        ),
        (
            "timeout_config.idle",
            Level::Enforced,
            "the clock is reset by content alone",
        ),
    ];
    Capabilities::new("native", KNOBS)
}
