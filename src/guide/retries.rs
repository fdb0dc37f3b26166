//! Retries: [`RetryConfig`](crate::RetryConfig).
//!
//! A call tries again by itself where that may help and nothing has been handed to you yet: broken connections and
//! timeouts before the first content, 408, 409, 429 and 5xx, or an error inside a stream whose code means the same. Three times, by default, after 1, 2 and 4 s at most: the
//! waits are random up to that, so that clients that failed together do not come back together.
//!
//! - **A server's own wait goes first**: `retry-after-ms`, `Retry-After` in seconds or as a date.
//! - **A stream is tried again until its first content**, never after it: you would get its beginning twice.
//! - **`total` bounds all of it**, waits included. Set it when a person waits.
//! - **An error that comes after retries** is of the kind
//!   [`RetryExhausted`](crate::ErrorKind::RetryExhausted); [`Error::last`](crate::Error::last) is that of the last
//!   attempt, [`Error::attempts`](crate::Error::attempts) how many there were.
//! - **Whether a request may have been carried out** although no answer came, [`Error::replay`](crate::Error::replay)
//!   tells.
//! - **A provider that is down** is not flooded: retries may be a part of all calls only, see
//!   [`PoolStats::retry_budget`](crate::PoolStats::retry_budget).
//!
//! Look at `llm_router_retries_total` beside `llm_router_requests_total`. A few in a hundred are the network; more, with
//! `kind="rate_limit"` among the errors, are too many calls at once: lower `max_connections`.
//!
//! ```
//! use llm_api_router::{CallOptions, ProviderConfig, RetryConfig};
//!
//! let config = ProviderConfig::new("openai", "sk-example")
//!     .retry_config(RetryConfig { max_retries: 5, ..Default::default() });
//! // One call that must not wait.
//! let at_once = CallOptions::default().max_retries(0);
//! ```
