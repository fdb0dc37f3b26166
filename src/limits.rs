//! The time limits of a call, and the words for one that ran out.

use std::time::Duration;

use crate::error::TimeoutKind;

/// Seven limits; `None` is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) pool: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    pub(crate) write: Option<Duration>,
    pub(crate) read: Option<Duration>,
    pub(crate) total: Option<Duration>,
    pub(crate) first_token: Option<Duration>,
    pub(crate) idle: Option<Duration>,
}

/// A limit that ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expired {
    pub(crate) kind: TimeoutKind,
    pub(crate) limit: Duration,
}

impl Expired {
    /// What to tell the user. `merged`: the host does not tell the phases before the head apart; `is_first`: nothing of
    /// the answer had come.
    pub(crate) fn message(self, merged: bool, is_first: bool) -> String {
        let Self { kind, limit } = self;
        let seconds = limit.as_secs_f64();
        let what = match kind {
            TimeoutKind::Pool if limit.is_zero() => return "no place in the pool is free (timeout_config.pool is 0, so the request did not wait): raise connection_pool_config.max_connections, finish or drop open streams, or raise timeout_config.pool".to_owned(),
            TimeoutKind::Pool => return format!("no place in the pool became free within {seconds} s: raise connection_pool_config.max_connections, finish or drop open streams, or raise timeout_config.pool"),
            TimeoutKind::Read if merged => return format!("no answer within {seconds} s (this host does not tell connecting, sending and waiting apart, so the limit is timeout_config.connect + write + read): raise timeout_config.read"),
            TimeoutKind::Connect => "no connection was made",
            TimeoutKind::Write => "sending the request made no progress",
            TimeoutKind::Read if is_first => "no answer arrived",
            TimeoutKind::Read => "nothing more of the answer arrived",
            TimeoutKind::Total => "the whole call did not end",
            TimeoutKind::FirstToken => "no content arrived",
            TimeoutKind::Idle => "no further content arrived",
        };
        format!("{what} within {seconds} s: raise timeout_config.{kind}")
    }
}
