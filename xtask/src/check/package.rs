//! The built package: its types, what registries and bundlers think of it, its size.

use super::Checks;
use crate::Outcome;
use crate::hosts::Installed;
use crate::package::{self, size};
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::Tools;

/// What the tarball cannot do without.
const FILES: [&str; 5] = [
    "README.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "index.d.ts",
    "core_bg.wasm",
];

/// Builds and packs the package and lets everybody look at it.
pub fn run(project: &Project, tools: &Tools, checks: &mut Checks) {
    let mut built = None;
    checks.add("the package builds and installs", || {
        let pkg = package::build(project, tools)?;
        let installed = Installed::make(project, &pkg)?;
        project::copy_dir(&project.root.join("wasm-tests/types"), &installed.dir.join("types"))?;
        built = Some((pkg, installed));
        Ok(())
    });
    let Some((pkg, installed)) = built else { return };
    checks.add("files of the package", || {
        let folder = installed.dir.join("node_modules/llm-api-router");
        let missing: Vec<&str> = FILES.into_iter().filter(|file| !folder.join(file).is_file()).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("the tarball lacks {}", missing.join(", ")))
        }
    });
    for mode in ["nodenext", "bundler"] {
        checks.add(&format!("types, {mode}"), || {
            quiet(
                Step::new(tools.npm_bin("tsc"))
                    .args(["-p", &format!("types/{mode}")])
                    .dir(&installed.dir),
            )
        });
    }
    checks.add("publint", || {
        quiet(
            Step::new(tools.npm_bin("publint"))
                .args(["run", "--strict"])
                .arg(&installed.tarball)
                .dir(&installed.dir),
        )
    });
    checks.add("are the types wrong", || {
        let attw = Step::new(tools.npm_bin("attw")).args(["--profile", "esm-only", "--no-color"]);
        quiet(attw.arg(&installed.tarball).dir(&installed.dir))
    });
    checks.add("size", || {
        let sizes = size::measure(project, tools, &pkg)?;
        print!("{}", size::table(&sizes));
        size::check(project, &sizes)
    });
}

fn quiet(step: Step) -> Outcome {
    step.run().map(|_| ())
}
