//! A histogram of times: added to without a lock or an allocation, 4 KB large, and exact at the bounds it is shown with.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use histogram::{AtomicHistogram, Config};
use serde::Serialize;

/// Sixteen buckets for each doubling, so that a percentile is off by 3 % at most; up to 5.8 hours.
const BUCKETS: Config = match Config::new(4, MAX_POWER) {
    Ok(config) => config,
    Err(_) => panic!("the numbers are not fit for a histogram"),
};
const MAX_POWER: u8 = 34;

/// The unit of the buckets is a 2^13th of 10 ms, about 1.2 µs. That puts 10 ms and its doublings, which OpenTelemetry
/// advises as bounds for these times, on the borders of buckets.
const UNITS_PER_SECOND: u64 = 100 << 13;

/// The bounds that are shown, in seconds, and the power of two that each has in units.
pub(super) const BOUNDS: [(&str, u8); 17] = [
    ("0.000625", 9),
    ("0.0025", 11),
    ("0.01", 13),
    ("0.02", 14),
    ("0.04", 15),
    ("0.08", 16),
    ("0.16", 17),
    ("0.32", 18),
    ("0.64", 19),
    ("1.28", 20),
    ("2.56", 21),
    ("5.12", 22),
    ("10.24", 23),
    ("20.48", 24),
    ("40.96", 25),
    ("81.92", 26),
    ("327.68", 28),
];

/// Times that are being counted.
#[derive(Debug)]
pub(super) struct Times {
    buckets: AtomicHistogram,
    nanoseconds: AtomicU64,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            buckets: AtomicHistogram::with_config(&BUCKETS),
            nanoseconds: AtomicU64::new(0),
        }
    }
}

impl Times {
    /// Counts one time.
    pub(super) fn record(&self, time: Duration) {
        let seconds = time.as_secs().min(1 << 15);
        let units = seconds * UNITS_PER_SECOND + u64::from(time.subsec_nanos()) * 512 / 625_000;
        // What is longer than the last bucket is counted there.
        let _ = self.buckets.increment(units.min((1 << MAX_POWER) - 1));
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// What was counted so far.
    pub(super) fn stats(&self) -> TimeStats {
        let sum = Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed));
        let buckets = self.buckets.load();
        let count: u64 = buckets.iter().map(|bucket| bucket.count()).sum();
        let mut stats = TimeStats {
            count,
            sum,
            ..TimeStats::default()
        };
        let mut below = 0;
        let ranks = [count.div_ceil(2), (count * 19).div_ceil(20), (count * 99).div_ceil(100)];
        for bucket in buckets.iter().filter(|bucket| bucket.count() > 0) {
            let middle = in_time(u64::midpoint(bucket.start(), bucket.end() + 1));
            for (rank, percentile) in ranks.iter().zip([&mut stats.p50, &mut stats.p95, &mut stats.p99]) {
                if (below + 1..=below + bucket.count()).contains(rank) {
                    *percentile = middle;
                }
            }
            below += bucket.count();
            for ((_, power), within) in BOUNDS.iter().zip(&mut stats.within) {
                if bucket.end() < 1 << power {
                    *within = below;
                }
            }
        }
        // Bounds above the longest time: everything is within.
        let mut most = 0;
        for within in &mut stats.within {
            most = most.max(*within);
            *within = most;
        }
        stats
    }
}

fn in_time(units: u64) -> Duration {
    let rest = units % UNITS_PER_SECOND * 625_000 / 512;
    Duration::from_secs(units / UNITS_PER_SECOND) + Duration::from_nanos(rest)
}

/// Times that were counted: how many, their sum, and what half, 95 % and 99 % of them stayed within, give or take 3 %.
///
/// In JSON, times are seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TimeStats {
    /// How many.
    pub count: u64,
    /// All of them together.
    #[serde(serialize_with = "crate::config::as_seconds")]
    pub sum: Duration,
    /// The median; zero when nothing was counted.
    #[serde(serialize_with = "crate::config::as_seconds")]
    pub p50: Duration,
    /// 95 of 100 were no longer.
    #[serde(serialize_with = "crate::config::as_seconds")]
    pub p95: Duration,
    /// 99 of 100 were no longer.
    #[serde(serialize_with = "crate::config::as_seconds")]
    pub p99: Duration,
    /// How many were within each of the [`BOUNDS`].
    #[serde(skip)]
    pub(super) within: [u64; BOUNDS.len()],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn percentiles_are_off_by_three_percent_at_most() {
        let times = Times::default();
        for time in 1..=1000 {
            times.record(millis(time));
        }
        let stats = times.stats();
        assert_eq!((stats.count, stats.sum), (1000, millis(500_500)));
        for (is, should) in [(stats.p50, 500.0), (stats.p95, 950.0), (stats.p99, 990.0)] {
            let ratio = is.as_secs_f64() * 1e3 / should;
            assert!((0.965..1.035).contains(&ratio), "{is:?} for {should} ms");
        }
    }

    #[test]
    fn the_bounds_are_exact() {
        let times = Times::default();
        for (bound, _) in BOUNDS {
            let bound = Duration::from_secs_f64(bound.parse().unwrap());
            times.record(bound - Duration::from_micros(2));
            times.record(bound + Duration::from_micros(2));
        }
        let stats = times.stats();
        let expected: Vec<u64> = (0..17).map(|below| 2 * below + 1).collect();
        assert_eq!(stats.within.to_vec(), expected);
        assert_eq!(stats.count, 34);
    }

    #[test]
    fn nothing_counted_is_all_zero_and_one_is_every_percentile() {
        let times = Times::default();
        assert_eq!(times.stats(), TimeStats::default());
        times.record(Duration::ZERO);
        let stats = times.stats();
        assert_eq!((stats.count, stats.p50, stats.p99), (1, stats.p95, stats.p50));
        assert!(stats.p50 < Duration::from_micros(2), "{:?}", stats.p50);
    }

    #[test]
    fn a_time_beyond_the_last_bucket_is_counted_there() {
        let times = Times::default();
        times.record(Duration::MAX);
        times.record(Duration::from_secs(5 * 3600));
        let stats = times.stats();
        assert_eq!(stats.count, 2);
        assert!(stats.p99 > Duration::from_secs(5 * 3600));
    }

    #[test]
    fn a_histogram_takes_four_kilobytes() {
        assert!(BUCKETS.total_buckets() * size_of::<u64>() + size_of::<Times>() < 4200);
    }
}
