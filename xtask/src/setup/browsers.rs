//! Chromium and Firefox, which the distribution has, or which the user names.

use std::path::PathBuf;

use super::apt::Package;
use super::{Need, find_program};
use crate::Outcome;

/// The browsers that were found; an empty path is one that nobody asked for.
pub struct Browsers {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
    pub firefox: PathBuf,
}

struct Program {
    /// Overrides the search.
    variable: &'static str,
    names: &'static [&'static str],
    package: Package,
    need: Need,
}

const CHROMIUM: Program = Program {
    variable: "CHROMIUM",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    package: Package {
        name: "chromium",
        why: "Chromium, a host of the demo and the tests",
    },
    need: Need::Chromium,
};
const CHROMEDRIVER: Program = Program {
    variable: "CHROMEDRIVER",
    names: &["chromedriver"],
    package: Package {
        name: "chromium-driver",
        why: "the driver that runs the wasm tests in Chromium",
    },
    need: Need::Tests,
};
const FIREFOX: Program = Program {
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    package: Package {
        name: "firefox-esr",
        why: "Firefox, a host of the tests",
    },
    need: Need::Tests,
};

impl Program {
    fn find(&self) -> Option<PathBuf> {
        let named = std::env::var_os(self.variable)
            .map(PathBuf::from)
            .filter(|path| path.is_file());
        named.or_else(|| find_program(self.names))
    }

    fn wanted(&self, needs: &[Need]) -> bool {
        needs.contains(&self.need)
    }

    fn path(&self, needs: &[Need]) -> Outcome<PathBuf> {
        match self.find() {
            Some(path) => Ok(path),
            None if self.wanted(needs) => Err(format!(
                "{} was not found: install it or name the program in the variable {}",
                self.package.name, self.variable
            )),
            None => Ok(PathBuf::new()),
        }
    }
}

/// The packages that are missing for the needs.
pub fn packages(needs: &[Need]) -> Vec<Package> {
    let programs = [CHROMIUM, CHROMEDRIVER, FIREFOX].into_iter();
    programs
        .filter(|one| one.wanted(needs) && one.find().is_none())
        .map(|one| one.package)
        .collect()
}

/// Where the browsers are.
pub fn find(needs: &[Need]) -> Outcome<Browsers> {
    Ok(Browsers {
        chromium: CHROMIUM.path(needs)?,
        chromedriver: CHROMEDRIVER.path(needs)?,
        firefox: FIREFOX.path(needs)?,
    })
}
