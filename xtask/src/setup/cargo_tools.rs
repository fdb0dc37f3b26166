//! Tools that are published as crates: wasm-bindgen, wasm-pack, geckodriver.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::say;
use crate::Outcome;
use crate::manifest;
use crate::process::Step;
use crate::project::Project;
use crate::toolchain::without_ours;

const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";

/// The programs.
pub struct CargoTools {
    pub wasm_bindgen: PathBuf,
    pub wasm_pack: PathBuf,
    pub geckodriver: PathBuf,
}

struct Tool<'a> {
    krate: &'a str,
    version: &'a str,
    program: &'a str,
    why: &'a str,
    /// Build with the versions of the crate's own lock file.
    locked: bool,
}

/// Builds what is missing, one after the other; what they share is compiled once.
pub fn install(project: &Project, tests: bool) -> Outcome<CargoTools> {
    // The generated glue and the wasm module have to come from the very same version.
    let wasm_bindgen = manifest::version(&project.read("Cargo.lock")?, "wasm-bindgen")
        .ok_or("Cargo.lock names no wasm-bindgen: run `cargo metadata` to complete it")?;
    let wasm_bindgen = Tool {
        krate: "wasm-bindgen-cli",
        version: &wasm_bindgen,
        program: "wasm-bindgen",
        why: "makes the JavaScript glue; the version of Cargo.lock",
        // Its lock file names a version that is no longer served.
        locked: false,
    };
    let wasm_pack = Tool {
        krate: "wasm-pack",
        version: WASM_PACK,
        program: "wasm-pack",
        why: "runs the wasm tests in Node and the browsers",
        locked: true,
    };
    let geckodriver = Tool {
        krate: "geckodriver",
        version: GECKODRIVER,
        program: "geckodriver",
        why: "the driver that runs the wasm tests in Firefox",
        locked: true,
    };
    // Of its own: another run that ends meanwhile removes what it has built in.
    let build = project.cache.join(format!("tools/build-{}", std::process::id()));
    wasm_bindgen.install(project, &build)?;
    if tests {
        wasm_pack.install(project, &build)?;
        geckodriver.install(project, &build)?;
    }
    // A gigabyte that nobody needs again; failing to remove it costs only space.
    let _ = std::fs::remove_dir_all(build);
    Ok(CargoTools {
        wasm_bindgen: wasm_bindgen.path(project),
        wasm_pack: wasm_pack.path(project),
        geckodriver: geckodriver.path(project),
    })
}

impl Tool<'_> {
    fn root(&self, project: &Project) -> PathBuf {
        project
            .cache
            .join("tools")
            .join(format!("{}-{}", self.krate, self.version))
    }

    fn path(&self, project: &Project) -> PathBuf {
        self.root(project).join("bin").join(self.program)
    }

    fn install(&self, project: &Project, build: &Path) -> Outcome {
        // Cargo writes this file last, so it also tells that the installation was not cut short.
        if self.path(project).is_file() && self.root(project).join(".crates2.json").is_file() {
            return Ok(());
        }
        say(&format!(
            "cargo install {} {} ({}), about a minute",
            self.krate, self.version, self.why
        ));
        let step = without_ours(Step::new("cargo"))
            .named(format!("cargo install {}", self.krate))
            .args(["install", self.krate, "--version", self.version, "--force", "--root"])
            .arg(self.root(project))
            .args(self.locked.then_some("--locked"))
            .env("CARGO_TARGET_DIR", build)
            // They only have to work: a quick build is worth more than a quick program.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .without_env("RUSTFLAGS")
            // Outside the checkout: its Cargo configuration is not meant for these.
            .dir(&project.cache)
            .limit(Duration::from_secs(1200));
        step.run().map(|_| ()).map_err(|error| {
            format!(
                "{error}\n{} could not be installed: see that the crate registry can be reached and that a C compiler is \
                 there, then run this command again",
                self.krate
            )
        })
    }
}
