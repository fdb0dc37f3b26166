//! From reqwest's errors to [`Failure`]: what happened in words, the system's code, what the server may have seen.

use std::error::Error;
use std::io;

use super::cause::Cause;
use crate::error::Replay;
use crate::transport::Failure;

/// How far a request had come when its connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// No connection took it.
    Connecting,
    /// A connection took it; no answer came.
    Sent,
    /// The head of the answer came.
    Answered,
}

/// A failure of the network.
pub(super) fn network(error: reqwest::Error, progress: Progress) -> Failure {
    let error = error.without_url();
    let reason = Reason::of(&error);
    let replay = match progress {
        Progress::Sent if reason.refused => Replay::NeverSent,
        _ => replay(progress),
    };
    let message = match (progress, reason.io) {
        _ if error.is_dns() => format!("the host name was not found ({})", reason.root),
        (_, Some(io::ErrorKind::ConnectionRefused)) => {
            "the connection was refused: nothing listens at the address of base_url".to_owned()
        }
        (Progress::Connecting, _) if reason.root.contains("NoApplicationProtocol") => {
            "the server does not agree to the HTTP version: change http_version".to_owned()
        }
        (Progress::Sent, _) if reason.refused => {
            "the server refused the request before it worked on it: HTTP/2 allows that, and to send it again".to_owned()
        }
        (Progress::Connecting, _) => format!("no connection could be made: {}", reason.root),
        (Progress::Sent, Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)) => {
            "the connection was reset before an answer came".to_owned()
        }
        (Progress::Sent, None) if reason.ended => "the connection was closed before an answer came".to_owned(),
        (Progress::Sent, _) => format!("no usable answer came: {}", reason.root),
        (Progress::Answered, Some(io::ErrorKind::ConnectionReset)) => {
            "the connection was reset in the middle of the answer".to_owned()
        }
        (Progress::Answered, _) if error.is_decode() && !reason.ended => {
            format!("the answer could not be decompressed: {}", reason.root)
        }
        (Progress::Answered, _) => "the answer was cut short: the connection was closed in the middle of it".to_owned(),
    };
    Failure {
        message,
        code: reason.code,
        replay: Some(replay),
        cause: Some(Cause::new(error)),
    }
}

/// A request that cannot be sent as it is.
pub(super) fn unsendable(message: String) -> Failure {
    Failure {
        message,
        code: None,
        replay: Some(Replay::NeverSent),
        cause: None,
    }
}

fn replay(progress: Progress) -> Replay {
    match progress {
        Progress::Connecting => Replay::NeverSent,
        Progress::Sent => Replay::MaybeProcessed,
        Progress::Answered => Replay::Processed,
    }
}

/// What the chain of sources tells.
struct Reason {
    io: Option<io::ErrorKind>,
    code: Option<String>,
    /// The innermost error's text.
    root: String,
    /// The connection ended without an error of the system's.
    ended: bool,
    /// The server says that it did nothing with the request.
    refused: bool,
}

impl Reason {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut reason = Self {
            io: None,
            code: None,
            root: error.to_string(),
            ended: true,
            refused: false,
        };
        let mut link = Some(error);
        while let Some(error) = link {
            reason.root = error.to_string();
            if let Some(error) = error.downcast_ref::<io::Error>() {
                reason.io = Some(error.kind());
                reason.code = code(error).map(str::to_owned);
                reason.ended = error.kind() == io::ErrorKind::UnexpectedEof;
            }
            if let Some(error) = error.downcast_ref::<h2::Error>() {
                reason.refused = is_refusal(error);
            }
            link = error.source();
        }
        reason
    }
}

/// Whether the request was not worked on: a stream above the server's limit, or above the last one before the end of a
/// connection (RFC 9113, 8.7).
fn is_refusal(error: &h2::Error) -> bool {
    let reason = error.reason().filter(|_| error.is_remote());
    (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
        || (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
}

/// The system's name of an error.
fn code(error: &io::Error) -> Option<&'static str> {
    Some(match error.kind() {
        io::ErrorKind::ConnectionRefused => "ECONNREFUSED",
        io::ErrorKind::ConnectionReset => "ECONNRESET",
        io::ErrorKind::ConnectionAborted => "ECONNABORTED",
        io::ErrorKind::BrokenPipe => "EPIPE",
        io::ErrorKind::TimedOut => "ETIMEDOUT",
        io::ErrorKind::HostUnreachable => "EHOSTUNREACH",
        io::ErrorKind::NetworkUnreachable => "ENETUNREACH",
        io::ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        _ => return None,
    })
}
