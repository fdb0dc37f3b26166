//! `cargo xtask test`: every test, native and on every host, summed up in one line.

mod fuzz;
mod native;
mod packaged;
mod side_by_side;
mod wasm;

use std::time::{Duration, Instant};

use crate::Outcome;
use crate::counts::{self, Counts};
use crate::process::Finished;
use crate::project::Project;
use crate::setup::{self, Need};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Everything.
    All,
    /// Without the wasm tests and the hosts: no installation, no browser.
    Native,
    /// The wasm-bindgen tests alone.
    Wasm,
    /// The packed package on some hosts.
    Hosts(Vec<String>),
}

/// What one runner did.
pub struct Report {
    runner: String,
    counts: Counts,
    /// Why it cannot be believed, or could not run at all; counted as one failure.
    problem: Option<String>,
    /// The tests that failed, as their runner names them.
    names: Vec<String>,
    took: Duration,
}

/// Collects the reports, and stops the clock of each.
pub struct Reports {
    all: Vec<Report>,
}

/// Runs the tests that the arguments choose and prints the sum as the last line; whether all passed comes back.
pub fn run(project: &Project, args: &[&str]) -> Outcome<bool> {
    let part = part(args)?;
    let mut reports = Reports { all: Vec::new() };
    if matches!(part, Part::All | Part::Native) {
        native::run(project, &mut reports);
    }
    if part != Part::Native {
        match setup::run(project, &[Need::Package, Need::Chromium, Need::Tests]) {
            Ok(tools) => {
                if matches!(part, Part::All | Part::Wasm) {
                    wasm::run(project, &tools, &mut reports);
                }
                if part == Part::All {
                    native::aimock(project, &tools, &mut reports);
                }
                match &part {
                    Part::All => packaged::run(project, &tools, &packaged::HOSTS.map(str::to_owned), &mut reports),
                    Part::Hosts(hosts) => packaged::run(project, &tools, hosts, &mut reports),
                    Part::Native | Part::Wasm => (),
                }
            }
            Err(problem) => reports.failed("setup", problem),
        }
    }
    Ok(reports.print())
}

fn part(args: &[&str]) -> Outcome<Part> {
    match args {
        [] => Ok(Part::All),
        ["--native"] => Ok(Part::Native),
        ["--wasm"] => Ok(Part::Wasm),
        ["--host", hosts @ ..] if !hosts.is_empty() && hosts.iter().all(|host| packaged::HOSTS.contains(host)) => {
            Ok(Part::Hosts(hosts.iter().map(|host| (*host).to_owned()).collect()))
        }
        _ => Err(format!(
            "unknown arguments {args:?}: `cargo xtask test [--native | --wasm | --host NAME…]`, with a name of {}",
            packaged::HOSTS.join(", ")
        )),
    }
}

impl Report {
    /// Judges how a runner ended.
    pub fn new(runner: &str, started: Instant, read: fn(&str) -> Option<Counts>, ending: Outcome<Finished>) -> Self {
        let (names, (counts, problem)) = match ending {
            Ok(finished) => (
                counts::failed_tests(&finished.stdout),
                believe(read(&finished.stdout), finished.problem()),
            ),
            Err(problem) => (Vec::new(), believe(None, Some(problem))),
        };
        Self {
            runner: runner.to_owned(),
            counts,
            problem,
            names,
            took: started.elapsed(),
        }
    }
}

impl Reports {
    /// A runner that could not even start.
    pub fn failed(&mut self, runner: &str, problem: String) {
        eprintln!("{runner}: {problem}");
        let counts = Counts { passed: 0, failed: 1 };
        self.all.push(Report {
            runner: runner.to_owned(),
            counts,
            problem: Some(problem),
            names: Vec::new(),
            took: Duration::ZERO,
        });
    }

    /// Runs one runner and reads its counts out of what it printed.
    pub fn add(&mut self, runner: &str, read: fn(&str) -> Option<Counts>, run: impl FnOnce() -> Outcome<Finished>) {
        println!("\n--- {runner}");
        let started = Instant::now();
        let report = Report::new(runner, started, read, run());
        if let Some(problem) = &report.problem {
            eprintln!("{runner}: {problem}");
        }
        self.all.push(report);
    }

    /// Takes the report of a runner that ran elsewhere, and prints what it printed.
    pub fn take(&mut self, output: &str, report: Report) {
        println!("\n--- {}\n{output}", report.runner);
        self.all.push(report);
    }

    /// Prints the table, what went wrong, and the sum as the last line.
    fn print(&self) -> bool {
        let mut sum = Counts::default();
        println!("\n{:<24} {:>7} {:>7} {:>8}", "runner", "passed", "failed", "seconds");
        for Report {
            runner, counts, took, ..
        } in &self.all
        {
            println!(
                "{runner:<24} {:>7} {:>7} {:>8.1}",
                counts.passed,
                counts.failed,
                took.as_secs_f64()
            );
            sum += *counts;
        }
        for report in &self.all {
            let problem = report.problem.iter().filter_map(|problem| problem.lines().next());
            for line in problem.chain(report.names.iter().map(String::as_str)) {
                println!("{}: {line}", report.runner);
            }
        }
        println!("{sum}");
        sum.failed == 0
    }
}

/// A runner that died or counted nothing is a failure, whatever else it says.
fn believe(counts: Option<Counts>, problem: Option<String>) -> (Counts, Option<String>) {
    match (counts, problem) {
        (Some(counts), None) if counts == Counts::default() => (
            Counts { passed: 0, failed: 1 },
            Some("it ran no test at all".to_owned()),
        ),
        (Some(counts), None) => (counts, None),
        (Some(counts), Some(_)) if counts.failed > 0 => (counts, None),
        (counts, problem) => {
            let Counts { passed, failed } = counts.unwrap_or_default();
            let problem = problem.unwrap_or_else(|| "it ended without saying how many tests passed".to_owned());
            (
                Counts {
                    passed,
                    failed: failed + 1,
                },
                Some(problem),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counts(passed: u64, failed: u64) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn only_a_runner_that_counts_and_ends_well_is_believed() {
        assert_eq!(believe(Some(counts(3, 0)), None), (counts(3, 0), None));
        assert_eq!(believe(Some(counts(3, 1)), Some("exit 1".into())), (counts(3, 1), None));
        assert_eq!(
            believe(Some(counts(3, 0)), Some("exit 1".into())),
            (counts(3, 1), Some("exit 1".into()))
        );
        assert_eq!(
            believe(None, Some("killed".into())),
            (counts(0, 1), Some("killed".into()))
        );
        assert_eq!(believe(None, None).0, counts(0, 1));
        assert_eq!(believe(Some(counts(0, 0)), None).0, counts(0, 1));
    }

    #[test]
    fn an_unknown_host_is_refused_with_the_known_ones() {
        assert_eq!(part(&["--host", "deno"]), Ok(Part::Hosts(vec!["deno".into()])));
        assert!(part(&["--host", "rhino"]).is_err_and(|error| error.contains("workerd")));
    }
}
