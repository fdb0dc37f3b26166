//! The packed package on every host.

use super::Reports;
use crate::Outcome;
use crate::counts;
use crate::hosts::{Aimock, Installed, Mock};
use crate::package;
use crate::project::Project;
use crate::setup::Tools;

/// Each is a folder of wasm-tests/hosts/ with a `run.mjs`.
pub const HOSTS: [&str; 6] = ["node", "deno", "bun", "workerd", "chromium", "firefox"];

/// Builds, packs and installs the package, starts the servers and lets the hosts run one after the other.
pub fn run(project: &Project, tools: &Tools, hosts: &[&str], reports: &mut Reports) {
    let prepare = || -> Outcome<_> {
        let pkg = package::build(project, tools)?;
        Ok((
            Installed::make(project, &pkg)?,
            Mock::start(project)?,
            Aimock::start(project, tools)?,
        ))
    };
    let (installed, mock, aimock) = match prepare() {
        Ok(ready) => ready,
        // Every host counts: none of them was tested.
        Err(problem) => return hosts.iter().for_each(|host| reports.failed(host, problem.clone())),
    };
    for host in hosts {
        reports.add(host, counts::of_host, || {
            installed
                .script(tools, &mock, host, "run.mjs")
                .env("AIMOCK_URL", &aimock.url)
                .shown()
                .finish()
        });
    }
}
