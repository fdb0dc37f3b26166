//! Installs packages of a Debian-like distribution.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{answer, find_program, say};
use crate::Outcome;
use crate::process::Step;
use crate::project::Project;

/// A package and what it is for.
pub struct Package {
    pub name: &'static str,
    pub why: &'static str,
}

/// Installs the packages in one go; does nothing for an empty list.
pub fn install(project: &Project, wanted: Vec<Package>) -> Outcome {
    if wanted.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = wanted.iter().map(|package| package.name).collect();
    let list = names.join(" ");
    if find_program(&["apt-get"]).is_none() {
        return Err(missing_by_hand(&wanted));
    }
    if answer("id", &["-u"]).as_deref() != Some("0") {
        return Err(format!(
            "packages of the distribution are missing and only root can install them: run \
             `sudo apt-get update && sudo apt-get install --yes {list}`, then this command again"
        ));
    }
    for (why, names) in by_purpose(&wanted) {
        say(&format!("apt-get install {} ({why})", names.join(" ")));
    }
    // Lists may be old or absent. A foreign source that does not answer is no reason to give up: the installation
    // itself tells whether what we need is there.
    let update = apt(project, &["update"]).finish()?;
    let install = apt(project, &["install", "--yes", "--no-install-recommends"])
        .args(&names)
        .run();
    install.map(|_| ()).map_err(|error| {
        let update = update
            .problem()
            .map(|problem| format!("{problem}\n{}\n", update.tail(10)))
            .unwrap_or_default();
        format!("{update}{error}\nInstall these packages by hand and run this command again: {list}")
    })
}

fn apt(project: &Project, args: &[&str]) -> Step {
    Step::new("apt-get")
        .named(format!("apt-get {}", args.first().unwrap_or(&"")))
        .args(["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "--quiet"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .limit(Duration::from_secs(1200))
        .dir(&project.root)
}

fn missing_by_hand(wanted: &[Package]) -> String {
    let mut text =
        "this machine has no apt-get; install the following in its own way and run this command again:".to_owned();
    for (why, names) in by_purpose(wanted) {
        text.push_str(&format!("\n  {why} (in Debian: {})", names.join(" ")));
    }
    text
}

fn by_purpose(wanted: &[Package]) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut purposes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in wanted {
        purposes.entry(package.why).or_default().push(package.name);
    }
    purposes
}
