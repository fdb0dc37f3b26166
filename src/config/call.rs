//! `CallOptions`: what one call does differently from its client.

use serde::{Deserialize, Deserializer};

use super::provider::headers;
use super::raw::{Table, Value};
use super::timeouts::{TimeLimit, TimeoutOverrides};
use crate::error::Error;

/// Settings of one call, in place of the client's.
///
/// ```
/// use llm_api_router::CallOptions;
///
/// let options = CallOptions::default().read(300.0).total(600.0).header("x-trace", "7f3a");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallOptions {
    pub(crate) timeouts: TimeoutOverrides,
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

    /// A header of this call; it takes the place of one of the same name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.headers
            .iter()
            .try_for_each(|(name, value)| super::header::check("headers", name, value))
    }
}

impl<'de> Deserialize<'de> for CallOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        read(value).map_err(serde::de::Error::custom)
    }
}

fn read(value: Value) -> Result<CallOptions, Error> {
    let mut table = Table::open("", value)?;
    let timeouts = match table.take("timeout_config") {
        None | Some(Value::Null) => TimeoutOverrides::default(),
        Some(value) => TimeoutOverrides::read_from(value)?,
    };
    let headers = headers(&mut table, "headers")?;
    table.finish()?;
    Ok(CallOptions { timeouts, headers })
}
