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
//! Received::get(&self, name) -> Option<&str>, and from and into Headers
//! Body::poll_chunk(&mut self, &mut Context) -> Poll<Option<Result<Bytes, Failure>>>
//! ```

#[cfg(target_arch = "wasm32")]
#[path = "fetch/mod.rs"]
mod host;
#[cfg(not(target_arch = "wasm32"))]
#[path = "native/mod.rs"]
mod host;
mod sockets;

use std::sync::Arc;

use bytes::Bytes;

pub(crate) use host::{Body, Cause, Host, Received, Transport, check_url};
#[cfg(target_arch = "wasm32")]
pub(crate) use host::{described, failure_of_fetch, failure_of_read, head_of};
pub(crate) use sockets::REOPENED_WITHIN;
pub use sockets::{ClosedSockets, SocketStats};

use crate::error::Replay;

/// What goes out.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) to: Arc<Address>,
    /// A header of this request alone.
    pub(crate) own: Option<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// Where a request goes, and its headers: for most requests of a client the same.
#[derive(PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) url: String,
    pub(crate) headers: Headers,
}

/// What comes back first.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Received,
}

/// What errors tell of an answer's head.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    pub(crate) status: u16,
    /// The provider's own id of the request.
    pub(crate) request_id: Option<String>,
}

impl From<&Head> for Identity {
    fn from(head: &Head) -> Self {
        // The second is Anthropic's.
        let id = head
            .headers
            .get("x-request-id")
            .or_else(|| head.headers.get("request-id"));
        Self {
            status: head.status,
            request_id: id.map(str::to_owned),
        }
    }
}

/// A head and the body behind it.
pub(crate) struct Response {
    pub(crate) head: Head,
    pub(crate) body: Body,
}

/// Header lines in order; names are compared without regard to case. One text holds them all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    text: String,
    /// Where each name and each value ends in the text.
    ends: Vec<[usize; 2]>,
}

impl Headers {
    /// The first value under this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Room for so many lines, whose names and values have so many bytes together.
    pub(crate) fn with_capacity(lines: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(lines),
        }
    }

    /// Adds a header, beside others of the same name.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.text.push_str(name);
        let name_end = self.text.len();
        self.text.push_str(value);
        self.ends.push([name_end, self.text.len()]);
    }

    /// Sets a header, in place of one of the same name.
    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<str>) {
        if self.get(name).is_some() {
            let others = self.iter().filter(|(key, _)| !key.eq_ignore_ascii_case(name));
            *self = others.collect();
        }
        self.push(name, value.as_ref());
    }

    /// Every name with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.ends.iter().filter_map(move |&[name_end, end]| {
            let line = (self.text.get(start..name_end)?, self.text.get(name_end..end)?);
            start = end;
            Some(line)
        })
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Headers {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(lines: I) -> Self {
        let mut headers = Self::default();
        lines.into_iter().for_each(|(name, value)| headers.push(name, value));
        headers
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

#[cfg(test)]
mod tests {
    use super::Headers;

    #[test]
    fn a_header_that_is_set_replaces_those_of_its_name_and_leaves_the_others() {
        let mut headers: Headers = [("A", "1"), ("b", ""), ("a", "2"), ("c", "3")].into_iter().collect();
        assert_eq!(
            (headers.get("a"), headers.get("B"), headers.get("d")),
            (Some("1"), Some(""), None)
        );
        headers.set("a", "4");
        headers.set("d", "5");
        let lines: Vec<_> = headers.iter().collect();
        assert_eq!(lines, [("b", ""), ("c", "3"), ("a", "4"), ("d", "5")]);
    }
}
