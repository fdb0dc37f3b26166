//! When a failed call is tried again: what may be, after which wait, and within which budget. No clock, no input or
//! output here: instants and chance are arguments.
//!
//! # Why a budget beside a number of retries
//!
//! A number limits what one call does. When a provider fails for everybody, all calls retry, and three retries each
//! make four times the load of what already could not carry one. So a client has a common budget as well: a reserve
//! that lets a quiet client always retry, and beyond it a fifth of its calls.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::config::RetryConfig;
use crate::error::{Error, ErrorKind, Replay, TimeoutKind};
use crate::rt::Instant;
use crate::transport::Headers;

/// Servers may ask for as long a wait as this, however short the configured ones are.
const POLITE_WAIT: Duration = Duration::from_secs(60);

/// The tries of one call.
#[derive(Debug)]
pub(crate) struct Retries {
    config: RetryConfig,
    made: u32,
    /// The most that the server may have seen of any attempt.
    seen: Replay,
}

/// What a call has to ask before it tries again.
pub(crate) struct Circumstances<'a> {
    pub(crate) now: Instant,
    /// From 0 to less than 1.
    pub(crate) chance: f64,
    /// What is left of `total`.
    pub(crate) left: Option<Duration>,
    pub(crate) budget: &'a Budget,
}

impl Retries {
    pub(crate) fn new(config: RetryConfig) -> Self {
        Self {
            config,
            made: 0,
            seen: Replay::NeverSent,
        }
    }

    /// Whether a call could be tried again at all.
    pub(crate) fn are_on(&self) -> bool {
        self.config.max_retries > 0
    }

    /// How long to wait for the next attempt after this error; or the error for the caller.
    pub(crate) fn after(&mut self, error: Error, circumstances: &Circumstances<'_>) -> Result<Duration, Error> {
        self.seen = self.seen.max(error.replay());
        let error = error.with_replay(self.seen);
        if !is_repeatable(&error) {
            return Err(error);
        }
        match self.wait(&error, circumstances) {
            Ok(wait) => {
                self.made += 1;
                Ok(wait)
            }
            Err(why) if self.made == 0 => Err(error.not_repeated(why)),
            Err(why) => Err(error.exhausted(why)),
        }
    }

    fn wait(&self, error: &Error, circumstances: &Circumstances<'_>) -> Result<Duration, Option<String>> {
        if self.made >= self.config.max_retries {
            return Err(None);
        }
        let longest = self.config.max_delay.max(POLITE_WAIT);
        let wait = match error.retry_after() {
            Some(asked) if asked > longest => {
                return Err(Some(format!(
                    "the provider asks to wait {} s: wait that long yourself, or raise retry_config.max_delay",
                    asked.as_secs_f64()
                )));
            }
            Some(asked) => asked,
            None => backoff(&self.config, self.made, circumstances.chance),
        };
        if circumstances.left.is_some_and(|left| wait >= left) {
            return Err(Some(format!(
                "waiting {} s for the next attempt would pass the limit of the whole call: raise timeout_config.total",
                wait.as_secs_f64()
            )));
        }
        if !circumstances.budget.spend(circumstances.now) {
            return Err(Some(
                "the client's retry budget is used up, because too many of its calls fail".to_owned(),
            ));
        }
        Ok(wait)
    }
}

/// Whether the client itself tries again after this error, unless content has been handed out.
fn is_repeatable(error: &Error) -> bool {
    // Who waited for a place in vain has tried: waiting once more would only lengthen the queue.
    error.kind() != ErrorKind::Timeout(TimeoutKind::Pool) && error.is_retryable()
}

/// Exponential, capped; with jitter a random part of that, so that clients that failed together spread out.
fn backoff(config: &RetryConfig, made: u32, chance: f64) -> Duration {
    let cap = config.max_delay.as_secs_f64();
    let mut seconds = config.initial_delay.as_secs_f64();
    for _ in 0..made {
        if seconds >= cap {
            break;
        }
        seconds *= config.exponential_base;
    }
    let part = if config.jitter { chance } else { 1.0 };
    Duration::try_from_secs_f64(seconds.min(cap) * part).unwrap_or(config.max_delay)
}

/// What a server says about another attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Advice {
    /// How long to wait for it (`retry-after-ms`, `Retry-After`).
    pub(crate) wait: Option<Duration>,
    /// Whether to make it (`x-should-retry`).
    pub(crate) again: Option<bool>,
}

impl Advice {
    /// Reads the headers of an answer that arrived at `unix_time`.
    pub(crate) fn of(headers: &Headers, unix_time: Duration) -> Self {
        let value = |name: &str| headers.get(name).map(str::trim);
        let milliseconds = value("retry-after-ms").and_then(decimal).map(|wait| wait / 1000);
        let seconds = || value("retry-after").and_then(|text| decimal(text).or_else(|| until(text, unix_time)));
        Self {
            wait: milliseconds.or_else(seconds),
            again: value("x-should-retry").and_then(|text| match text.to_ascii_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            }),
        }
    }
}

/// The time to a date of HTTP, in any of its three forms; zero when it is past.
fn until(date: &str, unix_time: Duration) -> Option<Duration> {
    let date = httpdate::parse_http_date(date).ok()?;
    let date = date
        .duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Some(date.saturating_sub(unix_time))
}

/// A number of seconds such as `2` or `1.5`. The standard library's parser of floats would be a tenth of the wasm.
fn decimal(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let nanoseconds: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    // More than fits is the longest wait there is.
    let seconds = whole.parse().unwrap_or(u64::MAX);
    Some(Duration::new(seconds, nanoseconds.parse().ok()?))
}

/// Retries that a client may always make.
const RESERVE: u32 = 50;
/// Calls per retry beyond the reserve: a fifth of the calls.
const CALLS_PER_RETRY: u32 = 5;
/// Calls that count as recent.
const RECENT_CALLS: u32 = 1000;
/// After this long without a failure that asks for a retry, the reserve is whole again.
const QUIET: Duration = Duration::from_secs(60);

/// The retries that all calls of a client have in common: a token bucket.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<Bucket>);

#[derive(Debug)]
struct Bucket {
    /// In fractions of a retry: each call adds one, each retry takes [`CALLS_PER_RETRY`].
    tokens: u32,
    /// When a retry was last asked for.
    asked: Option<Instant>,
    made: u64,
    refused: u64,
}

/// The budget of retries that all calls of a client share, so that an outage is not multiplied.
///
/// It begins with 50 retries, every call adds a fifth of one (up to 200 more), every retry takes one. When no call has
/// failed for a minute, the 50 are there again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RetryBudget {
    /// Retries that could be made now.
    pub available: u32,
    /// Retries that were made so far.
    pub retries: u64,
    /// Retries that were not made because the budget was used up.
    pub refused: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(Bucket {
            tokens: RESERVE * CALLS_PER_RETRY,
            asked: None,
            made: 0,
            refused: 0,
        }))
    }
}

impl Budget {
    fn lock(&self) -> MutexGuard<'_, Bucket> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call.
    pub(crate) fn call(&self) {
        let mut bucket = self.lock();
        bucket.tokens = (bucket.tokens + 1).min(RESERVE * CALLS_PER_RETRY + RECENT_CALLS);
    }

    /// Takes a retry, if there is one.
    fn spend(&self, now: Instant) -> bool {
        let mut bucket = self.lock();
        if bucket.asked.is_some_and(|at| now.since(at) >= QUIET) {
            bucket.tokens = bucket.tokens.max(RESERVE * CALLS_PER_RETRY);
        }
        bucket.asked = Some(now);
        match bucket.tokens.checked_sub(CALLS_PER_RETRY) {
            Some(left) => {
                bucket.tokens = left;
                bucket.made += 1;
                true
            }
            None => {
                bucket.refused += 1;
                false
            }
        }
    }

    /// The state of this moment.
    pub(crate) fn stats(&self) -> RetryBudget {
        let bucket = self.lock();
        RetryBudget {
            available: bucket.tokens / CALLS_PER_RETRY,
            retries: bucket.made,
            refused: bucket.refused,
        }
    }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
