//! What is known about a client's calls: counters and histograms by model, always on, and what they mean.
//!
//! A [`Recording`] follows each call. It finds the numbers of its model once, and then only adds to them: a handful of
//! atomic additions per call, and two per read of a stream. No lock is held but for the moment of finding the model, or
//! of counting an error. Memory is bounded: about 21 KB for each of at most [`MODELS`] + 1 models.

mod pressure;
mod prometheus;
mod recording;
mod series;
mod snapshot;
mod times;

use std::sync::{Arc, Mutex, PoisonError};

use pressure::Pressure;
pub(crate) use pressure::Streams;
pub(crate) use prometheus::text;
pub(crate) use recording::{Recording, Tokens};
use series::Series;
pub use snapshot::{Metrics, ModelMetrics};
pub use times::TimeStats;

use crate::client::PoolStats;
use crate::deadline::SharedClocks;
use crate::error::ErrorKind;
use crate::rt::Span;

/// So many models have numbers of their own.
const MODELS: usize = 32;
/// So long may a model's name be, in bytes, to have numbers of its own.
const LONGEST_NAME: usize = 128;
/// Where all other models are counted.
const OTHER: &str = "other";

/// The numbers of a client.
#[derive(Debug)]
pub(crate) struct Meter {
    provider: &'static str,
    base_url: String,
    /// In the order of their first calls; the surplus has one entry more.
    models: Mutex<Vec<Arc<Series>>>,
    pressure: Arc<Pressure>,
}

impl Meter {
    /// Nothing was counted yet.
    pub(crate) fn new(provider: &'static str, base_url: &str) -> Self {
        Self {
            provider,
            base_url: base_url.to_owned(),
            models: Mutex::default(),
            pressure: Arc::default(),
        }
    }

    /// Counts a call that begins, and follows it.
    pub(crate) fn start(&self, operation: &'static str, model: &str, clocks: SharedClocks) -> Recording {
        let span = Span::begin(operation, self.provider, model, &self.base_url);
        Recording::new(self.series(model), Arc::clone(&self.pressure), clocks, span)
    }

    fn series(&self, model: &str) -> Arc<Series> {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |name: &str| models.iter().find(|series| *series.model == *name);
        if let Some(series) = known(model) {
            return Arc::clone(series);
        }
        let name = if models.len() < MODELS && model.len() <= LONGEST_NAME {
            model
        } else if let Some(series) = known(OTHER) {
            return Arc::clone(series);
        } else {
            OTHER
        };
        let series = Arc::new(Series::of(name));
        models.push(Arc::clone(&series));
        series
    }

    /// Calls that were begun, and how many failed in each way, over all models.
    pub(crate) fn totals(&self) -> (u64, impl Fn(ErrorKind) -> u64) {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let requests = models.iter().map(|series| series.requests.get()).sum();
        (requests, move |kind| {
            models.iter().map(|series| series.failures(kind)).sum()
        })
    }

    /// How close calls came to their limits.
    pub(crate) fn pressure(&self) -> &Pressure {
        &self.pressure
    }

    /// The numbers at this moment, beside those of the pool.
    pub(crate) fn snapshot(&self, pool: PoolStats) -> Metrics {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Metrics {
            models: models.iter().map(|series| series.snapshot(self.provider)).collect(),
            pool,
        }
    }
}

#[cfg(test)]
mod tests;
