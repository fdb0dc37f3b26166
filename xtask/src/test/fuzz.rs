//! The fuzz targets, each for a while, guided by coverage.
//!
//! They are built as cargo-fuzz does it, but for the sanitizers, which need a nightly compiler: the crate has no unsafe
//! code that they would watch, and what a target promises it asserts by itself.

use std::path::Path;
use std::time::Duration;

use super::Reports;
use super::side_by_side::{self, Runners};
use crate::Outcome;
use crate::counts::Counts;
use crate::process::{Finished, Scratch};
use crate::project::Project;
use crate::setup;
use crate::toolchain::{native_cargo, without_ours};

/// How long each target runs, in seconds.
const SECONDS: &str = "20";

/// What lets libFuzzer see which branches an input takes.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table --cfg fuzzing \
    -Cdebug-assertions -Ccodegen-units=16";

/// A first build compiles a TLS stack.
const BUILD: Duration = Duration::from_secs(1800);

/// Builds all targets and runs each.
pub fn run(project: &Project, reports: &mut Reports) {
    let prepared = build(project).and_then(|()| Ok((targets(project)?, Scratch::new("fuzz")?)));
    let (targets, scratch) = match prepared {
        Ok(prepared) => prepared,
        // None of them ran.
        Err(problem) => return reports.failed("fuzz", problem),
    };
    let runners = Runners {
        names: &targets,
        title: |target| format!("fuzz {target}"),
        read: counts,
        lines: 8,
    };
    side_by_side::run(&runners, reports, |target| fuzz(project, target, scratch.path()));
}

fn build(project: &Project) -> Outcome {
    setup::cpp_compiler(project)?;
    println!("test: building the fuzz targets");
    let args = [
        "build",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        &host()?,
    ];
    native_cargo(project, &args)
        .named("the build of the fuzz targets")
        .env("CARGO_TARGET_DIR", project.target.join("fuzz"))
        .env("RUSTFLAGS", COVERAGE)
        .limit(BUILD)
        .run()
        .map(drop)
}

/// The target that rustc builds for by itself. Named to cargo, it keeps [`COVERAGE`] away from build scripts.
fn host() -> Outcome<String> {
    let finished = without_ours(crate::process::Step::new("rustc")).arg("-vV").run()?;
    let host = finished.stdout.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "`rustc -vV` does not tell the host".to_owned())
}

/// The names of the targets: each has a folder of inputs.
fn targets(project: &Project) -> Outcome<Vec<String>> {
    let folder = project.root.join("fuzz/corpus");
    let names = std::fs::read_dir(&folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    });
    names.map_err(|error| format!("{} cannot be read: {error}", folder.display()))
}

/// Lets one target run; it writes on standard error. What it finds out goes into the scratch directory, an input that fails into the target
/// directory.
fn fuzz(project: &Project, target: &str, scratch: &Path) -> Outcome<Finished> {
    let found = scratch.join(target);
    crate::project::empty_dir(&found)?;
    let built = project.target.join("fuzz").join(host()?).join("release").join(target);
    let failures = project.target.join(format!("fuzz-failure-{target}-"));
    without_ours(crate::process::Step::new(built))
        .named(format!("fuzz target {target}"))
        .arg(format!("-max_total_time={SECONDS}"))
        .args([
            "-timeout=10",
            "-max_len=4096",
            "-print_final_stats=1",
            "-dict=fuzz/words.dict",
        ])
        .arg(format!("-artifact_prefix={}", failures.display()))
        .arg(&found)
        .arg(project.root.join("fuzz/corpus").join(target))
        .dir(&project.root)
        .finish()
        .map(Finished::merged)
}

/// One test per target: it ran, long enough to count its runs.
fn counts(output: &str) -> Option<Counts> {
    let runs = output.lines().find_map(|line| {
        let (runs, _) = line.strip_prefix("Done ")?.split_once(" runs in ")?;
        runs.parse::<u64>().ok()
    })?;
    let passed = u64::from(runs > 1000);
    Some(Counts {
        passed,
        failed: 1 - passed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_passes_when_it_has_run_many_inputs_to_its_end() {
        let output = "#5\tINITED cov: 3\nDone 120000 runs in 21 second(s)\nstat::number_of_executed_units: 120000\n";
        assert_eq!(counts(output), Some(Counts { passed: 1, failed: 0 }));
        assert_eq!(
            counts("Done 12 runs in 21 second(s)\n"),
            Some(Counts { passed: 0, failed: 1 })
        );
        assert_eq!(counts("==1== ERROR: libFuzzer: deadly signal\n"), None);
    }
}
