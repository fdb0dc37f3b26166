//! Formatting, lints and documentation, for every supported set of features and both targets.

use std::time::Duration;

use super::Checks;
use crate::Outcome;
use crate::process::Step;
use crate::project::Project;
use crate::setup::Tools;
use crate::toolchain::native_cargo;

/// A first run compiles all dependencies.
const LIMIT: Duration = Duration::from_secs(1800);

/// The sets of features that users can choose; `cli` includes everything.
const FEATURES: [&str; 4] = ["", "blocking", "mock-server", "cli"];

/// What is checked with the native toolchain.
pub fn native(project: &Project, checks: &mut Checks) {
    checks.add("formatting", || {
        let step = native_cargo(project, &["fmt", "--all", "--check"]).run();
        step.map(|_| ())
            .map_err(|error| format!("{error}\n`cargo fmt --all` puts it right"))
    });
    for features in FEATURES {
        let name = if features.is_empty() { "no features" } else { features };
        checks.add(&format!("clippy, native, {name}"), || {
            lint(native_cargo(
                project,
                &["clippy", "--all-targets", "--features", features],
            ))
        });
    }
    for dialects in ["", "gemini"] {
        let name = if dialects.is_empty() { "no dialects" } else { dialects };
        checks.add(&format!("clippy, native, {name} alone"), || {
            lint(native_cargo(
                project,
                &["clippy", "--lib", "--no-default-features", "--features", dialects],
            ))
        });
    }
    checks.add("clippy, xtask and benches", || {
        lint(native_cargo(
            project,
            &[
                "clippy",
                "--all-targets",
                "--package",
                "xtask",
                "--package",
                "native-bench",
            ],
        ))
    });
    checks.add("documentation", || {
        let step = native_cargo(project, &["doc", "--no-deps", "--features", "cli"]).env("RUSTDOCFLAGS", "-Dwarnings");
        step.limit(LIMIT).run().map(|_| ())
    });
}

/// The lints for wasm32: the library and its tests.
pub fn wasm(project: &Project, tools: &Tools, checks: &mut Checks) {
    let target = ["clippy", "--target", "wasm32-unknown-unknown"];
    checks.add("clippy, wasm32", || {
        lint(tools.wasm.cargo(project, &target).arg("--lib"))
    });
    checks.add("clippy, wasm32 tests", || {
        // The tests are compiled with their server's address; for reading them any will do.
        let tests = tools
            .wasm
            .cargo(project, &target)
            .args(["--package", "wasm-tests", "--all-targets"]);
        lint(tests.env("MOCK_URL", "http://127.0.0.1:1"))
    });
}

fn lint(clippy: Step) -> Outcome {
    clippy.args(["--", "-Dwarnings"]).limit(LIMIT).run().map(|_| ())
}
