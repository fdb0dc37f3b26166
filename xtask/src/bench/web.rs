//! The web part: the packed npm package beside OpenAI's client and the host's own fetch, in every host.

use serde_json::Value;

use super::field::{self, Field};
use super::figures::{Bound, Figures, Target};
use super::report::Section;
use crate::Outcome;
use crate::hosts::Installed;
use crate::package;
use crate::process::Step;
use crate::project::{self, Project};
use crate::setup::{self, Need, Tools};

/// Odd, so that the median is a round that there was.
const ROUNDS: usize = 5;

const RAW: &str = "raw";
const OPENAI: &str = "openai";
const OURS: &str = "ours";

/// The contestants, and what the tables call them.
const CONTESTANTS: [(&str, &str); 3] = [
    (RAW, "fetch and JSON.parse by hand"),
    (OPENAI, "`openai`"),
    (OURS, "llm-api-router"),
];

/// The hosts, and how many times as many events per second as `openai` are aimed at.
const HOSTS: [(&str, &str, f64); 5] = [
    ("node", "Node", 2.5),
    ("deno", "Deno", 2.0),
    ("bun", "Bun", 2.0),
    ("workerd", "workerd", 1.5),
    ("chromium", "Chromium", 2.0),
];

/// What every round gave, by host and contestant.
#[derive(Default)]
struct Results(Vec<(&'static str, &'static str, Value)>);

/// Packs the package, runs the rounds; the tables and targets come back.
pub fn run(project: &Project, field: &Field) -> Outcome<Section> {
    let tools = setup::run(project, &[Need::Package, Need::Chromium])?;
    let peers = setup::peers(project)?;
    let installed = Installed::make(project, &package::build(project, &tools)?)?;
    let web = installed.dir.join("web");
    project::copy_dir(&project.root.join("benches/web"), &web)?;
    project::copy_dir(&peers.join("node_modules"), &web.join("node_modules"))?;

    let mut results = Results::default();
    let mut problems: Vec<(&str, String)> = Vec::new();
    for round in 0..ROUNDS {
        for (host, name, _) in HOSTS {
            // A host that failed once has no median: it is not worth the time of the others.
            if problems.iter().any(|(failed, _)| *failed == name) {
                continue;
            }
            eprintln!("web: round {} of {ROUNDS}, {name}", round + 1);
            for (contestant, _) in field::in_turn(&CONTESTANTS, round) {
                match measure(field, &tools, &installed, host, contestant) {
                    Ok(run) => results.0.push((host, contestant, run)),
                    Err(problem) => {
                        eprintln!("{problem}");
                        problems.push((name, problem));
                        break;
                    }
                }
            }
        }
    }
    let mut section = Section::new(format!(
        "The packed npm package in every host; all talk to the same server. {} {ROUNDS} rounds in alternating order, \
         each contestant in a fresh process; medians of the rounds and of their ratios, and in brackets the lowest and \
         highest. A single stream that takes more than 5 s is left then, and counts for as far as it came.",
        field.pinning
    ));
    for (name, problem) in problems {
        let first = problem.lines().next().unwrap_or_default();
        section.text(format!("{name} could not be measured: {first}"));
    }
    streams(
        &mut section,
        &results,
        "short",
        "Streams of 1,000 events, one after the other",
    );
    streams(
        &mut section,
        &results,
        "long",
        "Streams of 50,000 events, one after the other",
    );
    single(&mut section, &results);
    Ok(section)
}

fn measure(field: &Field, tools: &Tools, installed: &Installed, host: &str, contestant: &str) -> Outcome<Value> {
    let step = field
        .cores
        .client("node".as_ref())
        .named(format!("{contestant} in {host}"));
    let step: Step = installed.prepare(tools, &field.http, step);
    let finished = field::without_proxy(step)
        .args(["web/run.mjs", host, contestant])
        .limit(std::time::Duration::from_secs(120))
        .run()?;
    field::result(contestant, &finished.stdout)
}

impl Results {
    /// A figure of one contestant's rounds in one host.
    fn of(&self, host: &str, contestant: &str, figure: impl Fn(&Value) -> f64) -> Figures {
        let runs = self.0.iter().filter(|(at, who, _)| (*at, *who) == (host, contestant));
        Figures(runs.map(|(_, _, run)| figure(run)).collect())
    }
}

fn number(run: &Value, task: &str, name: &str) -> f64 {
    let value = run.get(task).and_then(|task| task.get(name));
    value.and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// Events per second of one task.
fn streams(section: &mut Section, results: &Results, task: &str, title: &str) {
    let mut table = format!("| {title}: thousand events per second |");
    for (_, words) in CONTESTANTS {
        table.push_str(&format!(" {words} |"));
    }
    table.push_str(" to `openai` | to fetch by hand |\n|---|---|---|---|---|---|\n");
    for (host, name, least) in HOSTS {
        let rate = |who| {
            results.of(host, who, |run| {
                number(run, task, "events") / number(run, task, "seconds") / 1e3
            })
        };
        let (to_openai, to_raw) = (rate(OURS).ratio(&rate(OPENAI)), rate(OURS).ratio(&rate(RAW)));
        table.push_str(&format!("| {name} |"));
        for (who, _) in CONTESTANTS {
            table.push_str(&format!(" {:.0} |", rate(who).median()));
        }
        table.push_str(&format!(" {to_openai:.2} | {to_raw:.2} |\n"));
        let (least, least_raw) = if task == "short" { (least, 1.0) } else { (1.0, 0.5) };
        let what = |other: &str| format!("{name}, {}: events per second, to {other}", title.to_lowercase());
        section.target(Target::new(what("`openai`"), Bound::AtLeast(least), to_openai.median()));
        section.target(Target::new(
            what("fetch by hand"),
            Bound::AtLeast(least_raw),
            to_raw.median(),
        ));
    }
    section.text(table);
}

/// Why single answers over loopback do not come near the time of a fetch by hand.
const OWN_COST: &str = "What a call costs by itself, with a fetch that answers at once (measured apart, on a busy \
    machine): about 56 µs of processor time in Node and 20 µs in Bun, where the fetch by hand takes 18 and 2. With \
    a server, where little of it is in the processor's caches, it is more. In Node, after 3,000 calls, an answer \
    takes 470 µs by hand and 640 here: some 60 of the difference are what limits need of the host (an \
    AbortController, a timer and, because the `read` limit starts anew with every piece of a body, a reader instead \
    of `json()`; and a turn of the host, without which its pool opens a second socket), some 50 the core (a third \
    of them for checking the answer, the rest for the request, the clocks and the metrics), the others the \
    JavaScript around it. What limits need, alone, made a fetch by hand 1.0 to 1.2 times as long in Node, Bun and \
    workerd, and 1.4 times in Deno. The table's answers come after 300 calls, which engines have not yet compiled \
    as well: the first hundreds of a process cost most. Where the whole answer takes 160 (Bun) to 380 µs (workerd), \
    as over loopback, this shows; beside a model's answer it does not.";

/// The time of an answer that is not streamed.
fn single(section: &mut Section, results: &Results) {
    let mut table = "| Single answers, one after the other: µs each |".to_owned();
    for (_, words) in CONTESTANTS {
        table.push_str(&format!(" {words} |"));
    }
    table.push_str(" to fetch by hand |\n|---|---|---|---|---|\n");
    for (host, name, _) in HOSTS {
        let time = |who| {
            results.of(host, who, |run| {
                number(run, "ask", "seconds") / number(run, "ask", "count") * 1e6
            })
        };
        let to_raw = time(OURS).ratio(&time(RAW));
        table.push_str(&format!("| {name} |"));
        for (who, _) in CONTESTANTS {
            table.push_str(&format!(" {:.0} |", time(who).median()));
        }
        table.push_str(&format!(" {to_raw:.2} |\n"));
        let what = format!("{name}, single answers: time, to fetch by hand");
        section.target(Target::new(what, Bound::AtMost(1.2), to_raw.median()));
    }
    section.text(table);
    section.text(OWN_COST);
}
