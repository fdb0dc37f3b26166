//! What an error is about: its kind, the limit that ran out, the phase, and what the server may have seen.

use std::fmt;

/// The kinds of errors, each with its consequence.
///
/// "Retried" means that the client itself tries again, as often and after such waits as
/// [`RetryConfig`](crate::RetryConfig) says, as long as nothing of an answer was handed out. Header `x-should-retry` of
/// the provider goes before the table. Where a status is named, an error that the provider reports inside an answer
/// counts as well, when its code means the same: `rate_limit_exceeded`, Anthropic's `overloaded_error`, Aliyun's
/// `Throttling.RateQuota` …; one with a code that is not known is a `Provider` error.
///
/// | kind | when | retried | what to do |
/// |---|---|---|---|
/// | `Config` | a value or request that cannot work; nothing was sent | no | change the field that it names |
/// | `BadRequest` | 400 and other 4xx, redirects | 408 and 409 | change the request |
/// | `Authentication` | 401 | no | check `api_key` |
/// | `Permission` | 403 | no | ask for access, or take another model |
/// | `NotFound` | 404 | no | check `model` and `base_url` |
/// | `RateLimit` | 429 | yes | send less at once, wait [`retry_after`](crate::Error::retry_after), or raise your quota |
/// | `Provider` | 5xx | yes | try later, or another provider |
/// | `Timeout(Pool)` | no place became free | no: waiting was the try | raise `max_connections`, or `timeout_config.pool` |
/// | `Timeout(Connect)`, `(Write)`, `(Read)`, `(FirstToken)` | before the first content | yes | raise that limit, or look at the network |
/// | `Timeout(Read)`, `(Idle)` | after content | no | [`partial`](crate::Error::partial) has what came; ask again if you can use it |
/// | `Timeout(Total)` | the whole call took too long | no | raise `timeout_config.total` |
/// | `Network` | no connection, or it broke | yes, before the first content | check `base_url` and the network |
/// | `Stream` | malformed, cut off, or too large | only if it was cut off before any content | [`partial`](crate::Error::partial) has what came; report it to the provider |
/// | `Aborted` | the client was closed | no | make a new client |
/// | `RetryExhausted` | what is retried failed each time | it was | as for [`last`](crate::Error::last)'s kind |
///
/// ```
/// use llm_api_router::{ErrorKind, TimeoutKind};
///
/// fn advice(kind: ErrorKind) -> &'static str {
///     match kind {
///         ErrorKind::Authentication => "check the key",
///         ErrorKind::RateLimit => "send less at once",
///         ErrorKind::Timeout(TimeoutKind::Pool) => "raise max_connections",
///         ErrorKind::Timeout(_) | ErrorKind::Network => "look at the network",
///         _ => "see the message",
///     }
/// }
/// assert_eq!(advice(ErrorKind::Timeout(TimeoutKind::Pool)), "raise max_connections");
/// assert_eq!(TimeoutKind::FirstToken.as_str(), "first_token");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration or the request cannot work; nothing was sent. Change the named field. Not retried.
    Config,
    /// 400 and other 4xx: the provider refused the request as it stands. Change the request. 408 and 409 are retried.
    BadRequest,
    /// 401: the key is missing, wrong or expired. Not retried.
    Authentication,
    /// 403: the key may not do this. Not retried.
    Permission,
    /// 404: no such model or path. Check `model` and `base_url`. Not retried.
    NotFound,
    /// 429: too many requests or no quota left. Wait [`Error::retry_after`](crate::Error::retry_after), then send it again.
    /// Retried, but for an `insufficient_quota` inside an answer.
    RateLimit,
    /// 5xx, or an error that the provider reported inside an answer with a code that means no other kind. Retried.
    Provider,
    /// A time limit ran out; it says which one. Retried before the first content, except for `Pool` and `Total`.
    Timeout(TimeoutKind),
    /// The connection could not be made or broke. Retried before the first content.
    Network,
    /// The answer is not what the protocol says: malformed, cut off, or too large. Retried if it was cut off before the
    /// first content.
    Stream,
    /// The client was closed, or the call was aborted. Not retried.
    Aborted,
    /// The call was tried again as often as it may be, and failed each time. [`Error::last`](crate::Error::last) is the
    /// error of the last attempt; status, code, phase and the other fields are that error's, too.
    RetryExhausted,
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
    /// Waiting for the next attempt.
    Retry,
}

/// What the server may have seen of a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    Phase { Pool => "pool", Connect => "connect", Write => "write", Read => "read", Retry => "retry" }
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
            Self::RetryExhausted => "retry_exhausted",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
