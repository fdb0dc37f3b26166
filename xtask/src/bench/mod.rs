//! `cargo xtask bench`: this client beside others, on one machine in one run.

mod cores;
mod figures;
mod native;

use crate::Outcome;
use crate::project::Project;

/// Runs a part of the benchmark; whether every target was reached comes back.
pub fn run(project: &Project, args: &[&str]) -> Outcome<bool> {
    match args {
        ["native"] => native::run(project),
        _ => Err(format!("unknown arguments {args:?}: `cargo xtask bench native`")),
    }
}
