//! `cargo xtask check`: everything that can be judged without running the product.

mod package;
mod rust;
mod sources;

use std::time::Instant;

use crate::Outcome;
use crate::demo::capabilities;
use crate::project::Project;
use crate::setup::{self, Need};

/// Collects what failed, so that one run tells everything.
pub struct Checks {
    failed: Vec<String>,
}

/// Runs all checks; whether all of them passed comes back.
pub fn run(project: &Project) -> Outcome<bool> {
    let mut checks = Checks { failed: Vec::new() };
    sources::run(project, &mut checks);
    checks.add("the README shows what the hosts promise", || {
        capabilities::check(project)
    });
    rust::native(project, &mut checks);
    let tools = setup::run(project, &[Need::Package, Need::Lints])?;
    rust::wasm(project, &tools, &mut checks);
    package::run(project, &tools, &mut checks);
    if checks.failed.is_empty() {
        println!("check: all passed");
    } else {
        println!("check: failed: {}", checks.failed.join(", "));
    }
    Ok(checks.failed.is_empty())
}

impl Checks {
    /// Runs one check and prints how it went.
    pub fn add(&mut self, name: &str, check: impl FnOnce() -> Outcome) {
        let started = Instant::now();
        match check() {
            Ok(()) => println!("check: ok: {name} ({:.1} s)", started.elapsed().as_secs_f64()),
            Err(problem) => {
                println!("check: FAILED: {name}\n{problem}");
                self.failed.push(name.to_owned());
            }
        }
    }
}
