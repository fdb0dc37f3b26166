//! The packed package on every host.

use super::Reports;
use super::side_by_side::{self, Runners};
use crate::Outcome;
use crate::counts;
use crate::hosts::{self, Aimock, Installed, Mock};
use crate::package;
use crate::process::Finished;
use crate::project::Project;
use crate::setup::Tools;

/// Each is a folder of wasm-tests/hosts/ with a `run.mjs`.
pub const HOSTS: [&str; 6] = ["node", "deno", "bun", "workerd", "chromium", "firefox"];

/// Builds, packs and installs the package, and lets the hosts run.
pub fn run(project: &Project, tools: &Tools, hosts: &[String], reports: &mut Reports) {
    let prepare = || -> Outcome<Installed> {
        let pkg = package::build(project, tools)?;
        hosts::build_native(project)?;
        Installed::make(project, &pkg)
    };
    let installed = match prepare() {
        Ok(installed) => installed,
        // Every host counts: none of them was tested.
        Err(problem) => return hosts.iter().for_each(|host| reports.failed(host, problem.clone())),
    };
    let runners = Runners {
        names: hosts,
        title: str::to_owned,
        read: counts::of_host,
        lines: usize::MAX,
    };
    side_by_side::run(&runners, reports, |host| run_host(project, tools, &installed, host));
}

/// Runs one host with servers of its own: tests count sockets.
fn run_host(project: &Project, tools: &Tools, installed: &Installed, host: &str) -> Outcome<Finished> {
    let mock = Mock::start(project)?;
    let aimock = Aimock::start(project, tools)?;
    installed
        .script(tools, &mock, host, "run.mjs")
        .env("AIMOCK_URL", &aimock.url)
        .finish()
}
