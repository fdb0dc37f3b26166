//! The native tests: the crate's, and those of these commands.

use std::time::Duration;

use super::Reports;
use crate::counts;
use crate::project::Project;
use crate::toolchain::native_cargo;

/// A first build compiles a TLS stack.
const BUILD: Duration = Duration::from_secs(1800);

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
}
