//! `cargo xtask promises`: what this client promises and what others do, measured in one run.

use crate::Outcome;
use crate::hosts::{self, Installed, Mock};
use crate::package;
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::{self, Need};

/// Prints the table that the README shows.
pub fn run(project: &Project) -> Outcome<bool> {
    let tools = setup::run(project, &[Need::Package])?;
    let peers = setup::peers(project)?;
    hosts::build_native(project)?;
    let mock = Mock::start(project)?;
    let installed = Installed::make(project, &package::build(project, &tools)?)?;
    project::copy_dir(&project.root.join("benches/promises"), &installed.dir.join("promises"))?;
    project::copy_dir(
        &peers.join("node_modules"),
        &installed.dir.join("promises/node_modules"),
    )?;
    let step = Step::new("node").named("promises").arg("promises/promises.mjs");
    step.dir(&installed.dir).env("MOCK_URL", &mock.url).shown().run()?;
    Ok(true)
}
