//! `TimeoutConfig`: seven separate clocks, each with its own limit.

use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::raw::{Table, Value};
use crate::deadline::Limits;
use crate::error::Error;

/// The longest limit that can be set: about 31 years.
const MOST_SECONDS: f64 = 1e9;
const PATH: &str = "timeout_config";

/// A time limit: seconds, a [`Duration`], or none. Made by `into()` from `f64`, [`Duration`] or an `Option` of one.
///
/// ```
/// use std::time::Duration;
/// use llm_api_router::{TimeLimit, TimeoutConfig};
///
/// let timeouts = TimeoutConfig::default().read(120.0).connect(Duration::from_secs(5)).write(TimeLimit::OFF);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeLimit(Option<f64>);

impl TimeLimit {
    /// No limit.
    pub const OFF: Self = Self(None);

    /// The limit in force, unless it is off. An invalid number counts as off here; it fails at construction.
    fn duration(self) -> Option<Duration> {
        self.0.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    fn validate(self, path: &str, field: &str) -> Result<(), Error> {
        let Some(seconds) = self.0 else { return Ok(()) };
        // A pool limit of zero means "only if a place is free now"; every other limit of zero could never be met.
        let allowed = if field == "pool" {
            (0.0..=MOST_SECONDS).contains(&seconds)
        } else {
            seconds > 0.0 && seconds <= MOST_SECONDS
        };
        if allowed {
            return Ok(());
        }
        let name = if path.is_empty() {
            field.to_owned()
        } else {
            format!("{path}.{field}")
        };
        Err(Error::config(format!("{name} must be {}, got {seconds}", range(field))))
    }
}

impl From<f64> for TimeLimit {
    fn from(seconds: f64) -> Self {
        Self(Some(seconds))
    }
}

impl From<Duration> for TimeLimit {
    fn from(duration: Duration) -> Self {
        Self(Some(duration.as_secs_f64()))
    }
}

impl<T: Into<Self>> From<Option<T>> for TimeLimit {
    fn from(limit: Option<T>) -> Self {
        limit.map_or(Self::OFF, Into::into)
    }
}

/// Reads a time that is not a limit.
pub(super) fn seconds(table: &mut Table, field: &'static str, least: f64) -> Result<Option<Duration>, Error> {
    let allowed = format!("a number of seconds from {least} to {MOST_SECONDS}");
    let Some(number) = table.number(field, &allowed)? else {
        return Ok(None);
    };
    if (least..=MOST_SECONDS).contains(&number) {
        return Ok(Duration::try_from_secs_f64(number).ok());
    }
    Err(Error::config(format!(
        "{} must be {allowed}, got {number}",
        table.name(field)
    )))
}

fn range(field: &str) -> String {
    let least = if field == "pool" {
        "from 0"
    } else {
        "greater than 0, up"
    };
    format!("a number of seconds {least} to {MOST_SECONDS}, or null for no limit")
}

macro_rules! timeouts {
    ($($(#[doc = $doc:literal])+ $field:ident = $default:expr;)+) => {
        /// The time limits of a call. Each clock runs by itself and has an error of its own.
        ///
        /// In files and in JavaScript: seconds, and `null` switches a limit off.
        ///
        /// ```
        /// use llm_api_router::TimeoutConfig;
        ///
        /// let timeouts = TimeoutConfig::default().read(120.0).idle(15.0);
        /// let same: TimeoutConfig = serde_json::from_str(r#"{"read": 120, "idle": 15}"#)?;
        /// assert_eq!(timeouts, same);
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct TimeoutConfig {
            $($field: TimeLimit,)+
        }

        impl Default for TimeoutConfig {
            fn default() -> Self {
                Self { $($field: TimeLimit($default),)+ }
            }
        }

        impl TimeoutConfig {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub fn $field(mut self, limit: impl Into<TimeLimit>) -> Self {
                    self.$field = limit.into();
                    self
                }
            )+

            /// Reads what is written over `base`.
            pub(super) fn read_over(value: Value, base: Self) -> Result<Self, Error> {
                let mut table = Table::open(PATH, value)?;
                let timeouts = Self { $($field: limit(&mut table, stringify!($field))?.unwrap_or(base.$field),)+ };
                table.finish()?;
                timeouts.validate()?;
                Ok(timeouts)
            }

            /// Checks every limit's range.
            pub(super) fn validate(&self) -> Result<(), Error> {
                $(self.$field.validate(PATH, stringify!($field))?;)+
                Ok(())
            }

            /// The limits as the clocks take them.
            pub(crate) fn limits(&self) -> Limits {
                Limits { $($field: self.$field.duration(),)+ }
            }
        }

        impl Serialize for TimeoutConfig {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(map.serialize_entry(stringify!($field), &self.$field.0)?;)+
                map.end()
            }
        }

        /// The limits of one call that differ from the client's.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(crate) struct TimeoutOverrides {
            $(pub(crate) $field: Option<TimeLimit>,)+
        }

        impl TimeoutOverrides {
            pub(super) fn read_from(value: Value) -> Result<Self, Error> {
                let mut table = Table::open(PATH, value)?;
                let overrides = Self { $($field: limit(&mut table, stringify!($field))?,)+ };
                table.finish()?;
                Ok(overrides)
            }

            /// The client's limits with this call's in their place.
            pub(crate) fn apply(&self, mut limits: Limits) -> Result<Limits, Error> {
                $(if let Some(limit) = self.$field {
                    limit.validate(PATH, stringify!($field))?;
                    limits.$field = limit.duration();
                })+
                Ok(limits)
            }
        }
    };
}

timeouts! {
    /// Waiting for a place in the pool; `0` means only if one is free now. Default: 10 s.
    pool = Some(10.0);
    /// DNS, TCP and TLS of one attempt to open a socket. Default: 10 s.
    connect = Some(10.0);
    /// Since the last progress in sending the request; a slow upload that moves is fine. Default: 10 s.
    write = Some(10.0);
    /// Since the last byte was received: first the answer's head, from the end of the upload, then each chunk.
    /// It stops while you do not read. Default: 60 s.
    read = Some(60.0);
    /// The whole call, retries and waits included. Default: off.
    total = None;
    /// From the end of the upload to the first content of a stream. Default: off.
    first_token = None;
    /// Between pieces of content of a stream. Comments and pings do not reset it. Default: off.
    idle = None;
}

impl TimeoutConfig {
    /// `timeout` alone: the four documented limits at once.
    pub(super) fn uniform(timeout: TimeLimit) -> Result<Self, Error> {
        timeout.validate("", "timeout")?;
        Ok(Self::default()
            .pool(timeout)
            .connect(timeout)
            .write(timeout)
            .read(timeout))
    }
}

impl<'de> Deserialize<'de> for TimeoutConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read_over(value, Self::default()).map_err(serde::de::Error::custom)
    }
}

/// A limit that is written: a number, or `null` for off.
pub(super) fn limit(table: &mut Table, field: &'static str) -> Result<Option<TimeLimit>, Error> {
    match table.take(field) {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(TimeLimit::OFF)),
        Some(Value::Number(seconds)) => Ok(Some(seconds.into())),
        Some(other) => Err(Error::config(format!(
            "{} must be {}, got {other}",
            table.name(field),
            range(field)
        ))),
    }
}
