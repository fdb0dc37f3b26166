//! Runners that mostly wait, or use one core each: some at the same time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Report, Reports};
use crate::Outcome;
use crate::counts::Counts;
use crate::process::Finished;

/// So many run at the same time.
const AT_ONCE: usize = 2;

/// What there is to run.
pub struct Runners<'a> {
    pub names: &'a [String],
    /// What a name is called in the report.
    pub title: fn(&str) -> String,
    /// Reads the counts out of what one printed.
    pub read: fn(&str) -> Option<Counts>,
    /// So many of the last lines are shown.
    pub lines: usize,
}

/// Runs them all; each is reported when it ends.
pub fn run(runners: &Runners<'_>, reports: &mut Reports, run: impl Fn(&str) -> Outcome<Finished> + Sync) {
    let waiting = Mutex::new(runners.names.iter().collect::<VecDeque<_>>());
    let reports = Mutex::new(reports);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(runners.names.len()) {
            scope.spawn(|| {
                while let Some(name) = locked(&waiting).pop_front() {
                    let title = (runners.title)(name);
                    println!("test: {title} starts");
                    let started = Instant::now();
                    let ending = run(name);
                    let output = ending
                        .as_ref()
                        .map_or_else(Clone::clone, |finished| finished.tail(runners.lines));
                    let report = Report::new(&title, started, runners.read, ending);
                    locked(&reports).take(&output, report);
                }
            });
        }
    });
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
