//! The native part: this client beside reqwest used by hand, each in a process of its own.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::cores::Cores;
use super::figures::{self, Bound, Figures, Target};
use crate::Outcome;
use crate::http;
use crate::process::{Server, Step};
use crate::project::Project;
use crate::toolchain::native_cargo;

/// Odd, so that the median is a round that there was.
const ROUNDS: usize = 9;

const OURS: &str = "ours";
const BY_HAND: &str = "by_hand";
const SOCKETS: &str = "sockets";

/// One thing that is measured.
struct Part {
    task: &'static str,
    path: &'static str,
    count: u32,
    concurrency: u32,
    contestants: &'static [&'static str],
}

const UNARY: Part = Part {
    task: "ask",
    path: "/v1",
    count: 4_000,
    concurrency: 1,
    contestants: &[BY_HAND, OURS],
};
const MANY: Part = Part {
    task: "ask",
    path: "/v1",
    count: 20_000,
    concurrency: 64,
    contestants: &[BY_HAND, OURS],
};
const STREAMS: Part = Part {
    task: "stream",
    path: "/_scenario/events-1000/v1",
    count: 480,
    concurrency: 16,
    contestants: &[BY_HAND, OURS],
};
const OPEN: Part = Part {
    task: "open",
    path: "/_scenario/slow/v1",
    count: 1_000,
    concurrency: 1_000,
    contestants: &[SOCKETS, BY_HAND, OURS],
};
const TLS: Part = Part {
    task: "tls",
    path: "/v1",
    count: 100,
    concurrency: 1,
    contestants: &[OURS],
};

/// The server and where the programs are.
struct Field {
    cores: Cores,
    programs: PathBuf,
    http: String,
    https: String,
    certificate: String,
    _server: Server,
}

/// What every round of one part gave, by contestant.
#[derive(Default)]
struct Results(Vec<(&'static str, Vec<Value>)>);

/// Builds, runs the rounds, prints the tables; whether every target holds comes back.
pub fn run(project: &Project) -> Outcome<bool> {
    let build = ["build", "--release", "--package", "native-bench"];
    native_cargo(project, &build)
        .named("the build of the contestants")
        .limit(Duration::from_secs(1800))
        .shown()
        .run()?;
    let (cores, pinning) = Cores::choose();
    println!(
        "# Native benchmark\n\n{pinning} {ROUNDS} rounds in alternating order; medians, and in brackets the lowest and highest."
    );
    let field = Field::start(project, cores)?;
    let [mut unary, mut many, mut streams, mut open, mut tls] = std::array::from_fn(|_| Results::default());
    for round in 0..ROUNDS {
        eprintln!("round {} of {ROUNDS}", round + 1);
        field.round(&UNARY, round, &mut unary)?;
        field.round(&MANY, round, &mut many)?;
        field.round(&STREAMS, round, &mut streams)?;
        field.round(&OPEN, round, &mut open)?;
        field.round(&TLS, round, &mut tls)?;
    }
    let mut targets = Vec::new();
    work(
        "One request after the other, on one socket",
        "request",
        &unary,
        |ratio| {
            targets.push(Target {
                what: "CPU time per request, one after the other, to reqwest by hand",
                bound: Bound::AtMost(1.05),
                reached: ratio.cpu,
            });
        },
    );
    work("64 requests at a time", "request", &many, |ratio| {
        targets.push(Target {
            what: "requests per second, 64 at a time, to reqwest by hand",
            bound: Bound::AtLeast(0.95),
            reached: ratio.rate,
        });
    });
    targets.push(Target {
        what: "sockets opened for 64 requests at a time",
        bound: Bound::AtMost(64.0),
        reached: many.of(OURS, |run| number(run, "sockets")).highest(),
    });
    work("Streams of 1,000 events, 16 at a time", "event", &streams, |ratio| {
        targets.push(Target {
            what: "events per second, 16 streams at a time, to reqwest by hand",
            bound: Bound::AtLeast(1.10),
            reached: ratio.rate,
        });
    });
    targets.push(memory(&open));
    targets.push(latency(&tls));
    println!("\n## Targets\n\n{}", figures::targets(&targets));
    Ok(targets.iter().all(Target::holds))
}

impl Field {
    fn start(project: &Project, cores: Cores) -> Outcome<Self> {
        let programs = project.target.join("release");
        let step = cores.server(&programs.join("server")).named("the benchmark's server");
        let (server, ready) = Server::start(step, |line| serde_json::from_str::<Value>(line).ok())?;
        let text = |name| ready.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            cores,
            programs,
            http: text("http"),
            https: text("https"),
            certificate: text("certificate"),
            _server: server,
        })
    }

    /// Lets every contestant run once, forwards in one round and backwards in the next.
    fn round(&self, part: &Part, round: usize, results: &mut Results) -> Outcome {
        let mut order = part.contestants.to_vec();
        if round % 2 == 1 {
            order.reverse();
        }
        for contestant in order {
            let before = self.sockets()?;
            let mut run = self.run(part, contestant)?;
            let opened = self.sockets()?.saturating_sub(before);
            if let Some(fields) = run.as_object_mut() {
                fields.insert("sockets".to_owned(), opened.into());
            }
            results.add(contestant, run)?;
        }
        Ok(())
    }

    fn run(&self, part: &Part, contestant: &str) -> Outcome<Value> {
        let encrypted = part.task == TLS.task;
        let server = if encrypted { &self.https } else { &self.http };
        let (count, concurrency) = (part.count.to_string(), part.concurrency.to_string());
        let mut step = self
            .client(contestant)
            .args([part.task, &format!("{server}{}", part.path)]);
        if encrypted {
            step = step.env("BENCH_CERTIFICATE", &self.certificate);
        }
        let finished = step.args([count, concurrency]).run()?;
        serde_json::from_str(finished.stdout.trim())
            .map_err(|error| format!("{contestant} did not print a result ({error}): {}", finished.stdout))
    }

    fn client(&self, contestant: &str) -> Step {
        let step = self.cores.client(&self.programs.join(contestant));
        // A proxy would be measured instead of the server.
        step.named(contestant).env("NO_PROXY", "127.0.0.1")
    }

    /// How many sockets the server has accepted so far.
    fn sockets(&self) -> Outcome<u64> {
        let stats = http::get(&self.http, "/_stats")?;
        let stats: Value =
            serde_json::from_str(stats.trim()).map_err(|error| format!("/_stats is not JSON: {error}"))?;
        stats
            .get("total")
            .and_then(Value::as_u64)
            .ok_or_else(|| format!("/_stats has no total: {stats}"))
    }
}

impl Results {
    /// Notes a run, whose text has to be the same as in all others.
    fn add(&mut self, contestant: &'static str, run: Value) -> Outcome {
        let first = self.0.iter().flat_map(|(_, runs)| runs).next();
        if let Some(first) = first.filter(|first| first.get("text") != run.get("text")) {
            return Err(format!(
                "{contestant} got another text than the first: {run} instead of {first}"
            ));
        }
        match self.0.iter_mut().find(|(name, _)| *name == contestant) {
            Some((_, runs)) => runs.push(run),
            None => self.0.push((contestant, vec![run])),
        }
        Ok(())
    }

    /// A figure of every round of one contestant.
    fn of(&self, contestant: &str, figure: impl Fn(&Value) -> f64) -> Figures {
        let runs = self.0.iter().find(|(name, _)| *name == contestant);
        Figures(runs.iter().flat_map(|(_, runs)| runs).map(figure).collect())
    }
}

fn number(run: &Value, name: &str) -> f64 {
    run.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// Ours to the other's.
struct Ratio {
    rate: f64,
    cpu: f64,
}

/// Prints a table of rates and costs, per request or per event.
fn work(title: &str, unit: &str, results: &Results, mut judge: impl FnMut(Ratio)) {
    let done = |run: &Value| number(run, if unit == "event" { "events" } else { "count" });
    let rate = |name| results.of(name, |run| done(run) / number(run, "wall"));
    let cpu = |name| results.of(name, |run| number(run, "cpu") / done(run) * 1e6);
    let busy = |name| results.of(name, |run| number(run, "cpu") / number(run, "wall") * 100.0);
    let sockets = |name| results.of(name, |run| number(run, "sockets"));
    println!("\n## {title}\n");
    println!("| | {unit}s per second | µs of CPU per {unit} | its core busy, % | sockets opened |");
    println!("|---|---|---|---|---|");
    for (name, words) in [(BY_HAND, "reqwest by hand"), (OURS, "llm-api-router")] {
        println!(
            "| {words} | {:.0} | {:.2} | {:.0} | {:.0} |",
            rate(name),
            cpu(name),
            busy(name),
            sockets(name)
        );
    }
    let (rates, cpus) = (rate(OURS).ratio(&rate(BY_HAND)), cpu(OURS).ratio(&cpu(BY_HAND)));
    println!("| ratio | {rates:.2} | {cpus:.2} | | |");
    judge(Ratio {
        rate: rates.median(),
        cpu: cpus.median(),
    });
}

fn memory(results: &Results) -> Target {
    let each = |name| results.of(name, |run| number(run, "bytes") / number(run, "count") / 1024.0);
    let beyond = |name| each(name).combine(&each(SOCKETS), |one, two| one - two);
    println!("\n## 1,000 slow streams open at once\n");
    println!("| | KiB of memory per stream | beyond plain sockets |\n|---|---|---|");
    println!("| plain sockets, read and thrown away | {:.1} | |", each(SOCKETS));
    for (name, words) in [(BY_HAND, "reqwest by hand"), (OURS, "llm-api-router")] {
        println!("| {words} | {:.1} | {:.1} |", each(name), beyond(name));
    }
    Target {
        what: "KiB of memory per open stream, beyond a plain socket's",
        bound: Bound::AtMost(40.0),
        reached: beyond(OURS).median(),
    }
}

fn latency(results: &Results) -> Target {
    let time = |kind: &'static str| results.of(OURS, move |run| number(run, kind) * 1e6);
    let (warm, cold) = (time("warm"), time("cold"));
    println!("\n## TLS on loopback: time to an answer\n");
    println!("| | p50, µs | to a new socket's |\n|---|---|---|");
    for kind in [
        ("an open socket", "warm"),
        ("a new socket of the same client (resumes the TLS session)", "cold"),
        ("a new client (loads the certificates)", "new"),
    ] {
        let (words, kind) = kind;
        println!("| {words} | {:.0} | {:.2} |", time(kind), time(kind).ratio(&cold));
    }
    Target {
        what: "warm p50 over TLS, to a cold one",
        bound: Bound::AtMost(0.5),
        reached: warm.ratio(&cold).median(),
    }
}
