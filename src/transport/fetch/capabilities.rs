//! What is kept over a host's fetch, and what is the host's business.

use crate::capabilities::{Capabilities, Level};

const MERGED: &str = "the host shows nothing between the start of its fetch and the response head: the limit until the head is connect + write + read";

/// The promises over the fetch of this host.
pub(super) fn of(host: &'static str) -> Capabilities {
    Capabilities::new(
        host,
        &[
            (
                "connection_pool_config.max_connections",
                Level::Enforced,
                "at most so many requests are in flight; the rest wait in line here, not in the host",
            ),
            (
                "connection_pool_config.max_keepalive_connections",
                Level::Delegated,
                "the host pools its sockets and takes no such limit",
            ),
            (
                "connection_pool_config.keepalive_expiry",
                Level::Delegated,
                "the host closes its idle sockets by its own rules",
            ),
            (
                "connection_pool_config.stream_buffer_size",
                Level::Enforced,
                "reading stops while so many bytes wait for the consumer",
            ),
            ("timeout_config.pool", Level::Enforced, "the line is kept here"),
            ("timeout_config.connect", Level::Merged, MERGED),
            ("timeout_config.write", Level::Merged, MERGED),
            (
                "timeout_config.read",
                Level::Enforced,
                "between the chunks of a body by itself; until the response head together with connect and write",
            ),
            ("timeout_config.total", Level::Enforced, "the fetch is aborted"),
            (
                "timeout_config.first_token",
                Level::Enforced,
                "counts from the start of the fetch, because the host does not show the end of the upload",
            ),
            (
                "timeout_config.idle",
                Level::Enforced,
                "comments and pings are told from content here",
            ),
        ],
    )
}
