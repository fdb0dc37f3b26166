//! What is kept over a host's fetch, and what is the host's business.

use crate::capabilities::{Capabilities, Level};

const MERGED: &str = "the host shows nothing between the start of its fetch and the response head: the limit until the head is connect + write + read";

type Promise = (Level, &'static str);

/// Connect, write, read and first token where the host shows nothing until the head.
const UNTOLD: [Promise; 4] = [
    (Level::Merged, MERGED),
    (Level::Merged, MERGED),
    (
        Level::Enforced,
        "between the chunks of a body by itself; until the response head together with connect and write",
    ),
    (
        Level::Enforced,
        "counts from the start of the fetch, because the host does not show the end of the upload",
    ),
];

/// The same where it tells of its phases.
const TRACED: [Promise; 4] = [
    (
        Level::Enforced,
        "the host's diagnostics channels show when a connection is awaited and when it is there; the host itself gives up after 10 s",
    ),
    (
        Level::Enforced,
        "the host's diagnostics channels show when sending begins and ends, and its socket how much is left",
    ),
    (
        Level::Enforced,
        "the clock runs from the end of the upload and is reset by every chunk",
    ),
    (
        Level::Enforced,
        "the clock runs from the end of the upload to the first content",
    ),
];

/// What a host holds beside our buffer, of an answer of 400 MB whose reader stops, was measured: what it had taken from
/// its socket then.
fn buffer(host: &str, takes_all_in: bool) -> Promise {
    match host {
        _ if takes_all_in => (
            Level::Delegated,
            "this browser takes an answer in as fast as it comes, whoever reads it: only our reading stops while so many bytes wait for the consumer",
        ),
        "deno" | "workerd" => (
            Level::Enforced,
            "reading stops while so many bytes wait for the consumer",
        ),
        "node" | "bun" => (
            Level::Merged,
            "reading stops while so many bytes wait for the consumer; the host's own buffers, which have no setting, take up to 1 MB more",
        ),
        _ => (
            Level::Merged,
            "reading stops while so many bytes wait for the consumer; the browser's own buffers, which have no setting, take more (Chromium's about 60 MB)",
        ),
    }
}

/// The promises over the fetch of this host; `traced`: it tells when it connects and sends; `takes_all_in`: it reads its
/// answers whether or not somebody asks for them.
pub(super) fn of(host: &'static str, traced: bool, takes_all_in: bool) -> Capabilities {
    let [connect, write, read, first_token] = if traced { TRACED } else { UNTOLD };
    let buffer = buffer(host, takes_all_in);
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
            ("connection_pool_config.stream_buffer_size", buffer.0, buffer.1),
            ("timeout_config.pool", Level::Enforced, "the line is kept here"),
            ("timeout_config.connect", connect.0, connect.1),
            ("timeout_config.write", write.0, write.1),
            ("timeout_config.read", read.0, read.1),
            ("timeout_config.total", Level::Enforced, "the fetch is aborted"),
            ("timeout_config.first_token", first_token.0, first_token.1),
            (
                "timeout_config.idle",
                Level::Enforced,
                "comments and pings are told from content here",
            ),
        ],
    )
}
