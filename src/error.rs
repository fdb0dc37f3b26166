//! The one error type: what went wrong, in which phase, which limit it was, and what the server may have seen.

use std::fmt;
use std::time::Duration;

use crate::transport::Cause;

/// The result of anything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong. Match on [`kind`](Self::kind); print it for a sentence that names the setting to change.
///
/// Neither the text nor `Debug` ever contains an API key or a request body.
///
/// ```
/// use llm_api_router::{Client, ErrorKind, ProviderConfig};
///
/// let error = Client::new(ProviderConfig::new("openai", "")).err().unwrap();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// assert!(error.to_string().contains("api_key"));
/// ```
pub struct Error(Box<Inner>);

/// The boxed content, so that a `Result` stays small on the stack.
struct Inner {
    kind: ErrorKind,
    message: String,
    phase: Option<Phase>,
    merged: &'static [Phase],
    provider: Option<&'static str>,
    status: Option<u16>,
    request_id: Option<String>,
    code: Option<String>,
    limit: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    spent: Spent,
    sent: u64,
    received: u64,
    retry_after: Option<Duration>,
    replay: Replay,
    cause: Option<Cause>,
}

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
    /// 429: too many requests or no quota left. Wait [`Error::retry_after`], then send it again.
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

/// How long each phase took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Waiting for a place in the pool.
    pub pool: Duration,
    /// Opening a connection; zero when one was reused, or when the host does not tell.
    pub connect: Duration,
    /// Sending the request; zero when the host does not tell.
    pub write: Duration,
    /// Waiting for the answer and receiving it. Where the host does not tell the phases apart, all three.
    pub read: Duration,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            phase: None,
            merged: &[],
            provider: None,
            status: None,
            request_id: None,
            code: None,
            limit: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            spent: Spent::default(),
            sent: 0,
            received: 0,
            retry_after: None,
            replay: Replay::NeverSent,
            cause: None,
        }))
    }

    /// A configuration or request that cannot work, found before anything was sent.
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The phase in which it went wrong; `None` when no call was under way.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.0.phase
    }

    /// The phases that this host does not tell apart, when [`phase`](Self::phase) is one of them; else empty.
    #[must_use]
    pub fn merged_phases(&self) -> &'static [Phase] {
        self.0.merged
    }

    /// The `provider_type` that was called.
    #[must_use]
    pub fn provider(&self) -> Option<&'static str> {
        self.0.provider
    }

    /// The HTTP status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's id of the request (`x-request-id`), to quote when you ask its support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The provider's or the system's code, such as `insufficient_quota` or `ECONNREFUSED`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The limit that ran out or was passed, for timeouts.
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        self.0.limit
    }

    /// How often the request was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The time from the start of the call to the error.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// How long each phase took.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.0.spent
    }

    /// Bytes of the request's body that were handed to the network.
    #[must_use]
    pub fn bytes_sent(&self) -> u64 {
        self.0.sent
    }

    /// Bytes of the answer's body that were received.
    #[must_use]
    pub fn bytes_received(&self) -> u64 {
        self.0.received
    }

    /// How long the provider asks to wait (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What the server may have seen of the request.
    #[must_use]
    pub fn replay(&self) -> Replay {
        self.0.replay
    }

    /// Whether sending the same request again may succeed: timeouts before any content, broken connections, 408,
    /// 409, 429 and 5xx. See [`replay`](Self::replay) for whether it may then be carried out twice.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Timeout(kind) => kind != TimeoutKind::Total,
            ErrorKind::Network | ErrorKind::RateLimit | ErrorKind::Provider => true,
            ErrorKind::BadRequest => matches!(self.0.status, Some(408 | 409)),
            _ => false,
        }
    }
}

/// How the crate fills an error in on its way up.
impl Error {
    pub(crate) fn in_phase(mut self, phase: Option<Phase>, merged: &'static [Phase]) -> Self {
        self.0.phase = phase;
        self.0.merged = merged;
        self
    }

    pub(crate) fn of_provider(mut self, provider: &'static str) -> Self {
        self.0.provider = Some(provider);
        self
    }

    pub(crate) fn with_status(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.0.status = Some(status);
        self.0.request_id = request_id.map(str::to_owned);
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_limit(mut self, limit: Duration) -> Self {
        self.0.limit = Some(limit);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_replay(mut self, replay: Replay) -> Self {
        self.0.replay = replay;
        self
    }

    pub(crate) fn with_cause(mut self, cause: Option<Cause>) -> Self {
        self.0.cause = cause;
        self
    }

    /// What the call's clocks know: attempts are counted by the caller.
    pub(crate) fn with_account(
        mut self,
        attempts: u32,
        elapsed: Duration,
        spent: Spent,
        sent: u64,
        received: u64,
    ) -> Self {
        let inner = &mut self.0;
        (inner.attempts, inner.elapsed, inner.spent, inner.sent, inner.received) =
            (attempts, elapsed, spent, sent, received);
        self
    }

    /// The underlying error of the target, which on the web is the host's own error object.
    #[allow(dead_code, reason = "only the JavaScript side hands it on")]
    pub(crate) fn cause(&self) -> Option<&Cause> {
        self.0.cause.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        formatter
            .debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("phase", &inner.phase)
            .field("provider", &inner.provider)
            .field("status", &inner.status)
            .field("request_id", &inner.request_id)
            .field("code", &inner.code)
            .field("limit", &inner.limit)
            .field("attempts", &inner.attempts)
            .field("elapsed", &inner.elapsed)
            .field("spent", &inner.spent)
            .field("bytes_sent", &inner.sent)
            .field("bytes_received", &inner.received)
            .field("retry_after", &inner.retry_after)
            .field("replay", &inner.replay)
            .field("source", &inner.cause.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause.as_error())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_small_on_the_stack() {
        assert!(size_of::<Error>() <= size_of::<usize>());
        assert!(size_of::<Result<()>>() <= 128);
    }
}
