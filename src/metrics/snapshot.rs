//! The metrics as data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::TimeStats;
use crate::client::PoolStats;

/// What a client's calls came to so far: [`Client::metrics`](crate::Client::metrics).
///
/// ```no_run
/// # let client = llm_api_router::Client::new(llm_api_router::ProviderConfig::new("openai", "sk-…"))?;
/// for model in client.metrics().models {
///     println!(
///         "{}: {} of {} answered, first token after {:?} (p95)",
///         model.model, model.successes, model.requests, model.first_token.p95
///     );
/// }
/// # Ok::<_, llm_api_router::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Metrics {
    /// One entry for each of the first 32 models that were asked, in that order. Further ones, and those whose name is
    /// longer than 128 bytes, are counted together under the name `other`.
    pub models: Vec<ModelMetrics>,
    /// The pool at this moment.
    pub pool: PoolStats,
}

/// What the calls to one model came to. In JSON, times are seconds.
///
/// Calls that have ended are counted once, as a success, an error or a cancellation; `requests` counts those under way,
/// too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ModelMetrics {
    /// The `provider_type`.
    pub provider: &'static str,
    /// The model that was asked for; empty for lists of models.
    pub model: String,
    /// Calls that were begun. A call that its configuration or request made impossible was not.
    pub requests: u64,
    /// Calls whose answer arrived whole.
    pub successes: u64,
    /// Calls that failed, by [`ErrorKind`](crate::ErrorKind); timeouts by their limit, such as `read_timeout`.
    pub errors: BTreeMap<&'static str, u64>,
    /// Calls that were dropped or aborted before their end. These are no failures.
    pub cancellations: u64,
    /// Further attempts of calls.
    pub retries: u64,
    /// Tokens of requests, where the provider told.
    pub prompt_tokens: u64,
    /// Tokens of answers, where the provider told.
    pub completion_tokens: u64,
    /// From the start of a call to the last of its answer, of calls that succeeded; waits, retries and the consumer's
    /// pauses included.
    pub latency: TimeStats,
    /// From the start of a streamed call to its first content.
    pub first_token: TimeStats,
    /// Between one read of a stream that brought content and the next; the consumer's pauses do not count.
    pub between_tokens: TimeStats,
    /// How long calls waited for a place in the pool: mostly not at all.
    pub pool_wait: TimeStats,
    /// How long opening a connection took, of the calls that opened one. Nothing is counted where the host does not
    /// tell.
    pub connect: TimeStats,
}
