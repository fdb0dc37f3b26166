//! What is counted of one model. Everything is an atomic number or a histogram of them; only errors take a lock.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::snapshot::ModelMetrics;
use super::times::Times;
use crate::error::ErrorKind;

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The numbers of one model: about 21 KB, nearly all of it for the five histograms.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) model: Box<str>,
    pub(super) requests: Count,
    pub(super) successes: Count,
    pub(super) cancellations: Count,
    pub(super) retries: Count,
    pub(super) prompt_tokens: Count,
    pub(super) completion_tokens: Count,
    pub(super) latency: Times,
    pub(super) first_token: Times,
    pub(super) between_tokens: Times,
    pub(super) pool_wait: Times,
    pub(super) connect: Times,
    /// One entry per kind that has occurred, so it is bounded by the number of kinds.
    errors: Mutex<Vec<(ErrorKind, u64)>>,
}

impl Series {
    pub(super) fn of(model: &str) -> Self {
        Self {
            model: model.into(),
            ..Self::default()
        }
    }

    /// Counts a call that failed.
    pub(super) fn failed(&self, kind: ErrorKind) {
        let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        match errors.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => errors.push((kind, 1)),
        }
    }

    /// How many calls failed in this way.
    pub(super) fn failures(&self, kind: ErrorKind) -> u64 {
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or(0, |(_, count)| *count)
    }

    /// The numbers at this moment.
    pub(super) fn snapshot(&self, provider: &'static str) -> ModelMetrics {
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let errors: BTreeMap<_, _> = errors.iter().map(|(kind, count)| (name(*kind), *count)).collect();
        ModelMetrics {
            provider,
            model: self.model.to_string(),
            requests: self.requests.get(),
            successes: self.successes.get(),
            errors,
            cancellations: self.cancellations.get(),
            retries: self.retries.get(),
            prompt_tokens: self.prompt_tokens.get(),
            completion_tokens: self.completion_tokens.get(),
            latency: self.latency.stats(),
            first_token: self.first_token.stats(),
            between_tokens: self.between_tokens.stats(),
            pool_wait: self.pool_wait.stats(),
            connect: self.connect.stats(),
        }
    }
}

/// The kind's name, which tells timeouts apart by their limit.
pub(super) fn name(kind: ErrorKind) -> &'static str {
    use crate::error::TimeoutKind;
    match kind {
        ErrorKind::Timeout(TimeoutKind::Pool) => "pool_timeout",
        ErrorKind::Timeout(TimeoutKind::Connect) => "connect_timeout",
        ErrorKind::Timeout(TimeoutKind::Write) => "write_timeout",
        ErrorKind::Timeout(TimeoutKind::Read) => "read_timeout",
        ErrorKind::Timeout(TimeoutKind::Total) => "total_timeout",
        ErrorKind::Timeout(TimeoutKind::FirstToken) => "first_token_timeout",
        ErrorKind::Timeout(TimeoutKind::Idle) => "idle_timeout",
        other => other.as_str(),
    }
}
