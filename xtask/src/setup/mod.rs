//! Installs what is missing, and only that; the one place that installs anything.

mod apt;
mod browsers;
mod cargo_tools;
mod node;
mod npm_tools;
mod python;
mod wasm_target;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Instant;

use crate::Outcome;
use crate::process::Step;
use crate::project::Project;
use crate::toolchain::{WasmToolchain, without_ours};

/// What a command cannot do without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The wasm32 standard library, wasm-bindgen and the tools from npm: enough to build the package.
    Package,
    /// Chromium.
    Chromium,
    /// Clippy of the toolchain that builds for wasm32.
    Lints,
    /// The drivers of Chromium and Firefox, Firefox and wasm-pack.
    Tests,
}

impl Need {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Package, Self::Chromium, Self::Lints, Self::Tests];
}

/// Where everything is, once it is there.
#[derive(Clone)]
pub struct Tools {
    /// Builds for wasm32.
    pub wasm: WasmToolchain,
    /// The directory whose `node_modules` has the pinned tools.
    pub npm: PathBuf,
    pub wasm_bindgen: PathBuf,
    pub wasm_pack: PathBuf,
    pub geckodriver: PathBuf,
    pub chromedriver: PathBuf,
    pub chromium: PathBuf,
    pub firefox: PathBuf,
}

impl Tools {
    /// A tool of the pinned npm tools.
    pub fn npm_bin(&self, name: &str) -> PathBuf {
        self.npm.join("node_modules/.bin").join(name)
    }

    /// The PATH with our own tools first: wasm-pack looks for wasm-bindgen and wasm-opt there.
    pub fn path(&self) -> OsString {
        let ours = [self.wasm_bindgen.parent(), self.wasm_pack.parent()];
        let dirs = ours
            .into_iter()
            .flatten()
            .map(PathBuf::from)
            .chain([self.npm.join("node_modules/.bin")]);
        let system = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(dirs.chain(std::env::split_paths(&system))).unwrap_or(system)
    }
}

/// Installs what the needs ask for and is missing.
pub fn run(project: &Project, needs: &[Need]) -> Outcome<Tools> {
    let started = Instant::now();
    node::check()?;
    let tests = needs.contains(&Need::Tests);
    // Three lanes: one waits for the processor, one for the network, and one for both.
    let (system, cargo, npm) = std::thread::scope(|scope| {
        let system = scope.spawn(|| -> Outcome<WasmToolchain> {
            let wanted = wasm_target::packages(needs)?
                .into_iter()
                .chain(browsers::packages(needs))
                .collect();
            apt::install(project, wanted)?;
            wasm_target::install(project)
        });
        let cargo = scope.spawn(|| cargo_tools::install(project, tests));
        let npm = scope.spawn(|| npm_tools::install(project));
        (joined(system), joined(cargo), joined(npm))
    });
    let problems: Vec<String> = [system.as_ref().err(), cargo.as_ref().err(), npm.as_ref().err()]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let (Ok(wasm), Ok(cargo), Ok(npm)) = (system, cargo, npm) else {
        return Err(format!("setup is not complete.\n{}", problems.join("\n")));
    };
    let browsers = browsers::find(needs)?;
    if started.elapsed().as_secs() >= 5 {
        say(&format!(
            "complete after {} s; the next run finds it all in place",
            started.elapsed().as_secs()
        ));
    }
    Ok(Tools {
        wasm,
        npm,
        wasm_bindgen: cargo.wasm_bindgen,
        wasm_pack: cargo.wasm_pack,
        geckodriver: cargo.geckodriver,
        chromedriver: browsers.chromedriver,
        chromium: browsers.chromium,
        firefox: browsers.firefox,
    })
}

fn joined<T>(lane: std::thread::ScopedJoinHandle<'_, Outcome<T>>) -> Outcome<T> {
    lane.join()
        .unwrap_or_else(|_| Err("a lane of the set-up ended by a bug of xtask".to_owned()))
}

/// One line about what is being installed and why.
fn say(what: &str) {
    println!("setup: {what}");
}

/// The first of the programs that the PATH has.
fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| dirs.iter().map(move |dir| dir.join(name)))
        .find(|program| program.is_file())
}

/// What the command writes on standard output, without the space around it; `None` where it fails.
fn answer(program: &str, args: &[&str]) -> Option<String> {
    let finished = without_ours(Step::new(program)).args(args).finish().ok()?;
    finished.succeeded().then(|| finished.stdout.trim().to_owned())
}

/// Where the clients are installed that this one is compared with.
pub fn peers(project: &Project) -> Outcome<PathBuf> {
    npm_tools::install_peers(project)
}

/// A compiler of C++, for libFuzzer.
pub fn cpp_compiler(project: &Project) -> Outcome {
    if find_program(&["c++", "g++", "clang++"]).is_some() {
        return Ok(());
    }
    let package = apt::Package {
        name: "g++",
        why: "a compiler of C++, for the fuzzer",
    };
    apt::install(project, vec![package])
}

/// A Python that has the parser of Prometheus' own client.
pub fn prometheus(project: &Project) -> Outcome<PathBuf> {
    python::prometheus(project)
}

/// A Python that has the clients this one is compared with.
pub fn python_peers(project: &Project) -> Outcome<PathBuf> {
    python::peers(project)
}
