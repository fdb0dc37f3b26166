//! `RetryConfig`: how often a failed call is tried again, and how long is waited in between.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::pool::{as_seconds, count, in_range};
use super::raw::{Table, Value};
use super::timeouts::seconds;
use crate::error::Error;

const MOST_RETRIES: usize = 1000;
const MOST_BASE: f64 = 1000.0;
const PATH: &str = "retry_config";

/// How often a failed call is tried again, and how long is waited in between.
///
/// Tried again is what may succeed the next time and has handed nothing to you yet: broken connections and timeouts
/// before the first content, 408, 409, 429 and 5xx; see [`ErrorKind`](crate::ErrorKind). A wait that the server asks for
/// (`retry-after-ms`, `Retry-After`) goes before the one computed here, and no wait passes
/// [`TimeoutConfig::total`](crate::TimeoutConfig::total).
///
/// In files and in JavaScript, durations are seconds and keys are `snake_case` or `camelCase`.
///
/// ```
/// use std::time::Duration;
/// use llm_api_router::RetryConfig;
///
/// let retries = RetryConfig { max_retries: 5, initial_delay: Duration::from_millis(500), ..Default::default() };
/// let same: RetryConfig = serde_json::from_str(r#"{"max_retries": 5, "initial_delay": 0.5}"#)?;
/// assert_eq!(retries, same);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RetryConfig {
    /// Attempts after the first one; 0 switches retries off. Up to 1000. Default: 3.
    pub max_retries: u32,
    /// The wait before the first retry. Default: 1 s.
    #[serde(serialize_with = "as_seconds")]
    pub initial_delay: Duration,
    /// The longest computed wait. A server may ask for more, up to this or 60 s, whichever is longer; if it asks for
    /// more than that, its error is not retried. Default: 60 s.
    #[serde(serialize_with = "as_seconds")]
    pub max_delay: Duration,
    /// By what the wait grows from one retry to the next. From 1 to 1000. Default: 2.
    pub exponential_base: f64,
    /// Waits a random part of the computed time ("full jitter"), so that clients that failed together do not come back
    /// together. Default: on.
    pub jitter: bool,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_retries: 3,
            initial_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(60),
            exponential_base: 2.0,
            jitter: true,
        }
    }
}

impl<'de> Deserialize<'de> for RetryConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read_over(value, Self::default()).map_err(serde::de::Error::custom)
    }
}

impl RetryConfig {
    /// Reads what is written over `base`.
    pub(super) fn read_over(value: Value, base: Self) -> Result<Self, Error> {
        Ok(RetryOverrides::read_from(value)?.apply(base))
    }

    /// Checks the ranges, for every call.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        let retries = usize::try_from(self.max_retries).unwrap_or(usize::MAX);
        in_range("retry_config.max_retries", retries, 0, MOST_RETRIES)?;
        base(self.exponential_base, "retry_config.exponential_base")
    }
}

/// What one call sets in place of its client's values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct RetryOverrides {
    pub(super) max_retries: Option<u32>,
    initial_delay: Option<Duration>,
    max_delay: Option<Duration>,
    exponential_base: Option<f64>,
    jitter: Option<bool>,
}

impl RetryOverrides {
    pub(super) fn read_from(value: Value) -> Result<Self, Error> {
        let mut table = Table::open(PATH, value)?;
        let overrides = Self {
            max_retries: max_retries(&mut table)?,
            initial_delay: seconds(&mut table, "initial_delay", 0.0)?,
            max_delay: seconds(&mut table, "max_delay", 0.0)?,
            exponential_base: table.number("exponential_base", &base_range())?,
            jitter: table.flag("jitter")?,
        };
        if let Some(number) = overrides.exponential_base {
            base(number, &table.name("exponential_base"))?;
        }
        table.finish()?;
        Ok(overrides)
    }

    /// The client's values with this call's in their place.
    pub(crate) fn apply(&self, base: RetryConfig) -> RetryConfig {
        RetryConfig {
            max_retries: self.max_retries.unwrap_or(base.max_retries),
            initial_delay: self.initial_delay.unwrap_or(base.initial_delay),
            max_delay: self.max_delay.unwrap_or(base.max_delay),
            exponential_base: self.exponential_base.unwrap_or(base.exponential_base),
            jitter: self.jitter.unwrap_or(base.jitter),
        }
    }
}

impl From<RetryConfig> for RetryOverrides {
    fn from(config: RetryConfig) -> Self {
        Self {
            max_retries: Some(config.max_retries),
            initial_delay: Some(config.initial_delay),
            max_delay: Some(config.max_delay),
            exponential_base: Some(config.exponential_base),
            jitter: Some(config.jitter),
        }
    }
}

/// The count of retries, where it is written.
pub(super) fn max_retries(table: &mut Table) -> Result<Option<u32>, Error> {
    let retries = count(table, "max_retries", 0, MOST_RETRIES)?;
    Ok(retries.and_then(|retries| u32::try_from(retries).ok()))
}

fn base(number: f64, name: &str) -> Result<(), Error> {
    if (1.0..=MOST_BASE).contains(&number) {
        return Ok(());
    }
    Err(Error::config(format!("{name} must be {}, got {number}", base_range())))
}

fn base_range() -> String {
    format!("a number from 1 to {MOST_BASE}")
}
