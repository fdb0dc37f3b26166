//! The JavaScript hosts: the packed package in a project of its own, the servers to talk to, and the runners.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Outcome;
use crate::process::{Scratch, Server, Step};
use crate::project::{self, Project};
use crate::setup::Tools;
use crate::toolchain::native_cargo;

/// A temporary project that has the package as its user would: installed from the tarball.
pub struct Installed {
    pub dir: PathBuf,
    pub tarball: PathBuf,
    _scratch: Scratch,
}

/// Our mock server, running.
pub struct Mock {
    pub url: String,
    _server: Server,
}

/// npm's aimock, running.
pub struct Aimock {
    pub url: String,
    _server: Server,
}

impl Installed {
    /// Packs `pkg/`, installs the tarball into a fresh project and puts the host tests beside it.
    pub fn make(project: &Project, pkg: &Path) -> Outcome<Self> {
        let scratch = Scratch::new("hosts")?;
        let dir = scratch.path();
        let pack = Step::new("npm")
            .named("npm pack")
            .args(["pack", "--pack-destination"])
            .arg(dir)
            .dir(pkg)
            .run()?;
        let name = pack.stdout.lines().last().unwrap_or_default().trim();
        let tarball = dir.join(name);
        project::write(
            &dir.join("package.json"),
            "{\n  \"private\": true,\n  \"type\": \"module\"\n}\n",
        )?;
        // The package depends on nothing, so this reaches no registry.
        let install = [
            "install",
            "--offline",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
        ];
        Step::new("npm")
            .named("npm install of the tarball")
            .args(install)
            .arg(&tarball)
            .dir(dir)
            .run()?;
        project::copy_dir(&project.root.join("wasm-tests/hosts"), &dir.join("hosts"))?;
        // The tables of cases that every host shares, where the tests of the checkout have it, too: one folder up.
        let cases = "construction-errors.json";
        project::write(&dir.join(cases), project.read(&format!("wasm-tests/{cases}"))?)?;
        for table in ["calls", "capabilities"] {
            let json = project.read(&format!("cases/{table}.json"))?;
            project::write(
                &dir.join(format!("hosts/cases/{table}.mjs")),
                format!("// cases/{table}.json, for hosts that import no JSON.\n\nexport const {table} = {json};\n"),
            )?;
        }
        project::copy_dir(&project.root.join("examples"), &dir.join("examples"))?;
        project::empty_dir(&dir.join("tmp"))?;
        Ok(Self {
            dir: dir.to_owned(),
            tarball,
            _scratch: scratch,
        })
    }

    /// A script of a host, ready to run.
    pub fn script(&self, tools: &Tools, mock: &Mock, host: &str, script: &str) -> Step {
        let step = Step::new("node").named(format!("{host}/{script}"));
        self.prepare(tools, &mock.url, step)
            .arg(format!("hosts/{host}/{script}"))
            .limit(Duration::from_secs(600))
    }

    /// Tells a step that runs here where everything is.
    pub fn prepare(&self, tools: &Tools, mock_url: &str, step: Step) -> Step {
        step.dir(&self.dir)
            .env("MOCK_URL", mock_url)
            .env("TOOLS", &tools.npm)
            .env("CHROMIUM", &tools.chromium)
            .env("FIREFOX", &tools.firefox)
            .env("CHROMEDRIVER", &tools.chromedriver)
            .env("GECKODRIVER", &tools.geckodriver)
            // What hosts keep (profiles, compiled code) goes with the project.
            .env("TMPDIR", self.dir.join("tmp"))
            .env("DENO_DIR", self.dir.join(".deno"))
            .env("DENO_NO_UPDATE_CHECK", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("DO_NOT_TRACK", "1")
    }
}

/// Builds the native binary and the native demo. In one command, and in the same for everybody: on its own the binary
/// would have dependencies with fewer features, and all of them would be compiled a second time.
pub fn build_native(project: &Project) -> Outcome {
    let args = [
        "build",
        "--features",
        "cli",
        "--bin",
        "llm-api-router",
        "--example",
        "demo",
    ];
    let build = native_cargo(project, &args).named("the native build");
    build.limit(Duration::from_secs(1800)).shown().run().map(|_| ())
}

impl Mock {
    /// Starts our mock server, which [`build_native`] built, on a free port.
    pub fn start(project: &Project) -> Outcome<Self> {
        let step = Step::new(project.target.join("debug/llm-api-router")).named("the mock server");
        let (server, url) = Server::start(step.args(["mock", "--port", "0"]), |line| {
            Some(line.strip_prefix("listening on ")?.trim().to_owned())
        })?;
        Ok(Self { url, _server: server })
    }

    /// How many sockets it accepted so far; the one that asks is not counted.
    pub fn sockets(&self) -> Outcome<u64> {
        let stats = crate::http::get(&self.url, "/_stats")?;
        let stats: serde_json::Value =
            serde_json::from_str(stats.trim()).map_err(|error| format!("/_stats is not JSON: {error}"))?;
        stats
            .get("total")
            .and_then(serde_json::Value::as_u64)
            .ok_or_else(|| format!("/_stats has no total: {stats}"))
    }
}

impl Aimock {
    /// Starts aimock with our fixtures on a free port.
    pub fn start(project: &Project, tools: &Tools) -> Outcome<Self> {
        let fixtures = project.root.join("wasm-tests/hosts/aimock-fixtures.json");
        let step = Step::new(tools.npm_bin("llmock"))
            .named("aimock")
            .args(["-h", "127.0.0.1", "-p", "0", "-f"])
            .arg(fixtures)
            .env("DO_NOT_TRACK", "1");
        let (server, url) = Server::start(step, |line| Some(line.split_once("listening on ")?.1.trim().to_owned()))?;
        Ok(Self { url, _server: server })
    }
}
