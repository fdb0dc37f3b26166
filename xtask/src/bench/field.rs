//! Where all contestants meet: the servers on one core, and the way to the programs on the other.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::cores::Cores;
use crate::Outcome;
use crate::http;
use crate::process::{Server, Step};
use crate::project::Project;
use crate::setup;
use crate::toolchain::native_cargo;

/// The servers, running, and where the programs are.
pub struct Field {
    pub cores: Cores,
    /// A sentence about the cores.
    pub pinning: String,
    /// The address of the mock server.
    pub http: String,
    /// The address of the one that speaks TLS, and its certificate.
    pub https: String,
    pub certificate: String,
    programs: PathBuf,
    /// A sentence for those that could not be built.
    pub missing: Vec<String>,
    /// The folder of those in Python, and the interpreter that has what they need.
    python: Option<(PathBuf, PathBuf)>,
    _server: Server,
}

impl Field {
    /// Builds the native programs, those of other clients too where `peers` is set, and starts the servers.
    pub fn start(project: &Project, peers: bool) -> Outcome<Self> {
        let build = |args: &[&str], name: &str| {
            let step = native_cargo(project, &["build", "--release"]).args(args);
            step.named(name).limit(Duration::from_secs(1800)).shown().run()
        };
        build(&["--package", "native-bench"], "the build of the contestants")?;
        let (mut python, mut missing) = (None, Vec::new());
        if peers {
            let mut without = |who: &str, problem: String| {
                eprintln!("{problem}");
                let first = problem.lines().next().unwrap_or_default();
                missing.push(format!("{who} could not be built: {first}"));
            };
            // A workspace of its own, which shares what both have in common.
            let manifest = ["--manifest-path", "benches/rust-peers/Cargo.toml"];
            if let Err(problem) = build(&manifest, "the build of the other clients") {
                without("The other clients in Rust", problem);
            }
            match setup::python_peers(project) {
                Ok(interpreter) => python = Some((project.root.join("benches/python"), interpreter)),
                Err(problem) => without("Those in Python", problem),
            }
        }
        let (cores, pinning) = Cores::choose();
        let programs = project.target.join("release");
        let step = cores.server(&programs.join("server")).named("the benchmark's server");
        let (server, ready) = Server::start(step, |line| serde_json::from_str::<Value>(line).ok())?;
        let text = |name| ready.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            cores,
            pinning,
            http: text("http"),
            https: text("https"),
            certificate: text("certificate"),
            programs,
            missing,
            python,
            _server: server,
        })
    }

    /// One of the native programs, if it was built.
    pub fn native(&self, program: &str) -> Option<Step> {
        let step = if program.ends_with(".py") {
            let (folder, python) = self.python.as_ref()?;
            self.cores.client(python).arg(folder.join(program))
        } else {
            let program = self.programs.join(program);
            program.is_file().then(|| self.cores.client(&program))?
        };
        Some(without_proxy(step.named(program)))
    }

    /// How many sockets the server has accepted so far.
    pub fn sockets(&self) -> Outcome<u64> {
        let stats = http::get(&self.http, "/_stats")?;
        let stats: Value =
            serde_json::from_str(stats.trim()).map_err(|error| format!("/_stats is not JSON: {error}"))?;
        stats
            .get("total")
            .and_then(Value::as_u64)
            .ok_or_else(|| format!("/_stats has no total: {stats}"))
    }
}

/// A proxy would be measured instead of the server.
pub fn without_proxy(step: Step) -> Step {
    step.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1")
}

/// What a program printed, which is one line of JSON.
pub fn result(contestant: &str, stdout: &str) -> Outcome<Value> {
    serde_json::from_str(stdout.trim())
        .map_err(|error| format!("{contestant} did not print a result ({error}): {stdout}"))
}

/// Everybody once, forwards in one round and backwards in the next.
pub fn in_turn<T: Clone>(contestants: &[T], round: usize) -> Vec<T> {
    let mut order = contestants.to_vec();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}
