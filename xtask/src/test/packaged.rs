//! The packed package on every host.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{Report, Reports};
use crate::Outcome;
use crate::counts;
use crate::hosts::{self, Aimock, Installed, Mock};
use crate::package;
use crate::process::Finished;
use crate::project::Project;
use crate::setup::Tools;

/// Each is a folder of wasm-tests/hosts/ with a `run.mjs`.
pub const HOSTS: [&str; 6] = ["node", "deno", "bun", "workerd", "chromium", "firefox"];

/// How many hosts run at the same time: they mostly wait for a clock or for the network.
const AT_ONCE: usize = 2;

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
    let waiting = Mutex::new(hosts.iter().collect::<VecDeque<_>>());
    let reports = Mutex::new(reports);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(hosts.len()) {
            scope.spawn(|| {
                while let Some(host) = locked(&waiting).pop_front() {
                    println!("test: {host} starts");
                    let started = Instant::now();
                    let ending = run_host(project, tools, &installed, host);
                    let output = ending
                        .as_ref()
                        .map_or_else(Clone::clone, |finished| finished.tail(usize::MAX));
                    let report = Report::new(host, started, counts::of_host, ending);
                    locked(&reports).take(&output, report);
                }
            });
        }
    });
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

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
