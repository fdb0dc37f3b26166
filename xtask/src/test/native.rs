//! The native tests: the crate's, and those of these commands.

use std::time::Duration;

use super::{Reports, fuzz};
use crate::counts;
use crate::hosts::Aimock;
use crate::project::Project;
use crate::setup::{self, Tools};
use crate::toolchain::native_cargo;

/// A first build compiles a TLS stack.
const BUILD: Duration = Duration::from_secs(1800);

/// Reads the metrics with the parser of Prometheus' own client. Where that cannot be installed, nothing was tested.
fn prometheus(project: &Project, reports: &mut Reports) {
    let python = match setup::prometheus(project) {
        Ok(python) => python,
        Err(problem) => return reports.failed("prometheus", problem),
    };
    let args = ["test", "--features", "cli", "--test", "prometheus", "--", "--ignored"];
    reports.add("prometheus", counts::of_rust, || {
        native_cargo(project, &args)
            .named("cargo test --test prometheus")
            .env("PROMETHEUS_PYTHON", &python)
            .limit(BUILD)
            .shown()
            .finish()
    });
}

/// Meets the faults of npm's aimock, as the JavaScript hosts do.
pub fn aimock(project: &Project, tools: &Tools, reports: &mut Reports) {
    let aimock = match Aimock::start(project, tools) {
        Ok(aimock) => aimock,
        Err(problem) => return reports.failed("aimock", problem),
    };
    let args = ["test", "--features", "cli", "--test", "aimock", "--", "--ignored"];
    reports.add("aimock", counts::of_rust, || {
        native_cargo(project, &args)
            .named("cargo test --test aimock")
            .env("AIMOCK_URL", &aimock.url)
            .limit(BUILD)
            .shown()
            .finish()
    });
}

/// Builds and runs them.
pub fn run(project: &Project, reports: &mut Reports) {
    for (runner, args) in [
        ("native", ["test", "--features", "cli"].as_slice()),
        ("xtask", ["test", "--package", "xtask"].as_slice()),
    ] {
        let build = [args, &["--no-run"]].concat();
        reports.add(runner, counts::of_rust, || {
            native_cargo(project, &build)
                .named("the build of the native tests")
                .limit(BUILD)
                .shown()
                .run()?;
            // All of them, also after a failure: the sum is meant to be a sum.
            let run = [args, &["--no-fail-fast"]].concat();
            native_cargo(project, &run).named("cargo test").shown().finish()
        });
    }
    prometheus(project, reports);
    fuzz::run(project, reports);
}
