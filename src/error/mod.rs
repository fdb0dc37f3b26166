//! The one error type: what went wrong, in which phase, which limit it was, and what the server may have seen.

mod fill;
mod kind;

use std::fmt;
use std::time::Duration;

pub use kind::{ErrorKind, Phase, Replay, TimeoutKind};

use crate::transport::Cause;
use crate::types::ChatCompletion;

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
///
/// What an error of a call knows beside its sentence:
///
/// ```no_run
/// # use llm_api_router::{Error, Replay};
/// fn report(error: &Error) {
///     // After retries, the last attempt's; its kind tells what went wrong.
///     let last = error.last().unwrap_or(error);
///     eprintln!("{}: {error}", last.kind());
///     eprintln!("status {:?}, code {:?}, request {:?}", error.status(), error.code(), error.request_id());
///     eprintln!("in {:?}, limit {:?}, {:?} spent on {:?}", error.phase(), error.limit(), error.elapsed(), error.spent());
///     if error.is_retryable() && error.replay() == Replay::NeverSent {
///         eprintln!("safe to send again, after {:?}", error.retry_after().unwrap_or_default());
///     }
///     if let Some(partial) = error.partial() {
///         eprintln!("so far: {}", partial.content().unwrap_or_default());
///     }
/// }
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
    /// Whether another attempt is worth it, where somebody knows better than the kind tells.
    again: Option<bool>,
    cause: Option<Cause>,
    /// What the last of several attempts failed with.
    last: Option<Error>,
    /// What of a streamed answer had arrived.
    partial: Option<ChatCompletion>,
    /// What it had used, as JSON, where its chunks did not tell.
    used: Option<String>,
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
    /// Waiting between attempts.
    pub retry: Duration,
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
            again: None,
            cause: None,
            last: None,
            partial: None,
            used: None,
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

    /// The provider's id of the request, from a header (`x-request-id`, `request-id`) or the body of its error, to quote
    /// when you ask its support.
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

    /// Whether sending the same request again may succeed: timeouts, broken connections, 408, 409, 429 and 5xx, and
    /// what the server says itself (`x-should-retry`). See [`replay`](Self::replay) for whether it may then be carried
    /// out twice.
    ///
    /// The client itself has tried again as often as [`RetryConfig`](crate::RetryConfig) says, if nothing had been handed
    /// to you yet; [`attempts`](Self::attempts) tells how often.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let by_kind = || match self.0.kind {
            ErrorKind::Timeout(kind) => kind != TimeoutKind::Total,
            ErrorKind::Network | ErrorKind::RateLimit | ErrorKind::Provider => true,
            ErrorKind::BadRequest => matches!(self.0.status, Some(408 | 409)),
            _ => false,
        };
        self.0.again.unwrap_or_else(by_kind)
    }

    /// What of a streamed answer had arrived before it failed: up to 16 MiB of text, tool calls, usage. `None` when
    /// nothing had, or when the answer was not streamed.
    #[must_use]
    pub fn partial(&self) -> Option<&ChatCompletion> {
        self.0.partial.as_ref()
    }

    /// The error of the last attempt, when the kind is [`RetryExhausted`](ErrorKind::RetryExhausted); also the
    /// [`source`](std::error::Error::source).
    #[must_use]
    pub fn last(&self) -> Option<&Self> {
        self.0.last.as_ref()
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
            .field("source", &std::error::Error::source(self).map(ToString::to_string))
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.last {
            Some(last) => Some(last),
            None => self.0.cause.as_ref().map(|cause| cause.as_error()),
        }
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
