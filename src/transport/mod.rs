//! The seam to the network: send a request, get the head, then the body chunk by chunk.
//!
//! Both sides have the same names. A transport reports evidence (dialling, bytes sent) to the call's
//! [`SharedClocks`](crate::deadline::SharedClocks) and enforces no time limit itself; dropping its futures or a
//! [`Body`] cancels the work and gives the [`Permit`](crate::gate::Permit) back.
//!
//! ```text
//! Transport::new(&Settings, Host) -> Result<Transport, Error>
//! Transport::send(&self, &Request, Permit, SharedClocks) -> impl Future<Output = Result<Response, Failure>>
//! Transport::open(&self, url, Permit, SharedClocks) -> impl Future<Output = Result<(), Failure>>
//! Transport::close(&self)
//! Transport::capabilities(&self) -> Capabilities
//! Transport::sockets(&self) -> Option<SocketStats>
//! Body::poll_chunk(&mut self, &mut Context) -> Poll<Option<Result<Bytes, Failure>>>
//! ```

#[cfg(target_arch = "wasm32")]
#[path = "fetch/mod.rs"]
mod host;
#[cfg(not(target_arch = "wasm32"))]
#[path = "native/mod.rs"]
mod host;
mod sockets;

use bytes::Bytes;

pub(crate) use host::{Body, Cause, Host, Transport, check_url};
#[cfg(target_arch = "wasm32")]
pub(crate) use host::{Hold, failure_of};
pub(crate) use sockets::REOPENED_WITHIN;
pub use sockets::{ClosedSockets, SocketStats};

use crate::error::Replay;

/// What goes out.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// What comes back first.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
}

/// A head and the body behind it.
pub(crate) struct Response {
    pub(crate) head: Head,
    pub(crate) body: Body,
}

/// Header lines in order; names are compared without regard to case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers(pub(crate) Vec<(String, String)>);

impl Headers {
    /// The first value under this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Sets a header, in place of one of the same name.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.0.push((name.to_owned(), value.into()));
    }
}

/// Why a transport failed, without any judgement about time limits.
#[derive(Debug)]
pub(crate) struct Failure {
    /// In words for the user, without secrets: "connection refused", "the body was cut short".
    pub(crate) message: String,
    /// The system's or host's code for it, such as `ECONNREFUSED`.
    pub(crate) code: Option<String>,
    /// What the server may have seen of the request, where the transport knows better than the clocks do.
    pub(crate) replay: Option<Replay>,
    /// The underlying error.
    pub(crate) cause: Option<Cause>,
}
