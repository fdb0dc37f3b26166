//! What an error is about: its kind, the limit that ran out, the phase, and what the server may have seen.

use std::fmt;

/// The kinds of errors, each with its consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration or the request cannot work; nothing was sent. Change the named field.
    Config,
    /// 400 and other 4xx: the provider refused the request as it stands. Change the request.
    BadRequest,
    /// 401: the key is missing, wrong or expired.
    Authentication,
    /// 403: the key may not do this.
    Permission,
    /// 404: no such model or path. Check `model` and `base_url`.
    NotFound,
    /// 429: too many requests or no quota left. Wait [`Error::retry_after`](crate::Error::retry_after), then send it again.
    RateLimit,
    /// 5xx, or an error that the provider reported inside an answer. Sending it again may help.
    Provider,
    /// A time limit ran out; it says which one.
    Timeout(TimeoutKind),
    /// The connection could not be made or broke.
    Network,
    /// The answer is not what the protocol says: malformed, cut off, or too large.
    Stream,
    /// The client was closed, or the call was aborted.
    Aborted,
}

/// Which time limit ran out; the names are those of [`TimeoutConfig`](crate::TimeoutConfig).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// No place in the pool became free in time.
    Pool,
    /// No connection was made in time.
    Connect,
    /// Sending the request made no progress for too long.
    Write,
    /// Nothing was received for too long.
    Read,
    /// The whole call took too long.
    Total,
    /// No content came in time.
    FirstToken,
    /// The content stopped coming for too long.
    Idle,
}

/// A part of a call's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Waiting for a place in the pool.
    Pool,
    /// Opening a connection: DNS, TCP and TLS.
    Connect,
    /// Sending the request.
    Write,
    /// Waiting for the answer and receiving it.
    Read,
}

/// What the server may have seen of a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replay {
    /// Nothing of it was sent: sending it again is safe.
    NeverSent,
    /// It was sent at least in part, and no answer came: it may have been carried out.
    MaybeProcessed,
    /// An answer came, at least its head.
    Processed,
}

macro_rules! names {
    ($($type:ident { $($variant:ident => $name:literal),+ $(,)? })+) => {$(
        impl $type {
            /// The name as it stands in configuration, metrics and JavaScript.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    )+};
}

names! {
    TimeoutKind {
        Pool => "pool",
        Connect => "connect",
        Write => "write",
        Read => "read",
        Total => "total",
        FirstToken => "first_token",
        Idle => "idle",
    }
    Phase { Pool => "pool", Connect => "connect", Write => "write", Read => "read" }
    Replay { NeverSent => "never_sent", MaybeProcessed => "maybe_processed", Processed => "processed" }
}

impl ErrorKind {
    /// The name as it stands in metrics and JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::BadRequest => "bad_request",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::RateLimit => "rate_limit",
            Self::Provider => "provider",
            Self::Timeout(_) => "timeout",
            Self::Network => "network",
            Self::Stream => "stream",
            Self::Aborted => "aborted",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
