//! `CallOptions`: what one call does differently from its client.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::RetryConfig;
use super::provider::headers;
use super::raw::{Table, Value};
use super::retry::{RetryOverrides, max_retries};
use super::timeouts::{TimeLimit, TimeoutOverrides};
use crate::error::Error;

/// Settings of one call, in place of the client's.
///
/// ```
/// use llm_api_router::CallOptions;
///
/// let options = CallOptions::default().read(300.0).total(600.0).header("x-trace", "7f3a");
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct CallOptions {
    pub(crate) timeouts: TimeoutOverrides,
    pub(crate) retries: RetryOverrides,
    pub(crate) headers: Vec<(String, String)>,
}

macro_rules! overrides {
    ($($field:ident)+) => {$(
        #[doc = concat!("In place of the client's limit; see [`TimeoutConfig::", stringify!($field), "`](crate::TimeoutConfig::", stringify!($field), ").")]
        #[must_use]
        pub fn $field(mut self, limit: impl Into<TimeLimit>) -> Self {
            self.timeouts.$field = Some(limit.into());
            self
        }
    )+};
}

impl CallOptions {
    overrides! { pool connect write read total first_token idle }

    /// How often this call is tried again if it fails; 0 switches retries off. See [`RetryConfig::max_retries`].
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retries.max_retries = Some(retries);
        self
    }

    /// How often this call is tried again if it fails, and when, in place of the client's
    /// [`retry_config`](crate::ProviderConfig::retry_config).
    #[must_use]
    pub fn retry_config(mut self, retries: RetryConfig) -> Self {
        self.retries = retries.into();
        self
    }

    /// A header of this call; it takes the place of one of the same name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// What options say.
    pub(crate) fn from_written(value: Value) -> Result<Self, Error> {
        let mut table = Table::open("", value)?;
        let timeouts = match table.take("timeout_config") {
            None | Some(Value::Null) => TimeoutOverrides::default(),
            Some(value) => TimeoutOverrides::read_from(value)?,
        };
        let mut retries = match table.take("retry_config") {
            None | Some(Value::Null) => RetryOverrides::default(),
            Some(value) => RetryOverrides::read_from(value)?,
        };
        retries.max_retries = max_retries(&mut table)?.or(retries.max_retries);
        let headers = headers(&mut table, "headers")?;
        table.finish()?;
        Ok(Self {
            timeouts,
            retries,
            headers,
        })
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.headers
            .iter()
            .try_for_each(|(name, value)| super::header::check("headers", name, value))
    }
}

/// Headers may carry secrets: their values are not shown.
impl fmt::Debug for CallOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        formatter
            .debug_struct("CallOptions")
            .field("timeouts", &self.timeouts)
            .field("retries", &self.retries)
            .field("headers", &headers)
            .finish()
    }
}

impl<'de> Deserialize<'de> for CallOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_written(value).map_err(serde::de::Error::custom)
    }
}
