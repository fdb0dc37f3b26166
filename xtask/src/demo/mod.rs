//! `cargo xtask demo`: the same streamed chat from every host, side by side.

mod answer;
pub mod capabilities;
mod table;

use std::io::Write;

use crate::Outcome;
use crate::hosts::{self, Installed, Mock};
use crate::package;
use crate::process::Step;
use crate::project::Project;
use crate::setup::{self, Need};
use answer::{Answer, Line};

const HOSTS: [&str; 5] = ["node", "deno", "bun", "workerd", "chromium"];

/// Runs the demo; whether every host got the same text comes back.
pub fn run(project: &Project, args: &[&str]) -> Outcome<bool> {
    let all_hosts = match args {
        [] => true,
        ["--native"] => false,
        _ => return Err(format!("unknown arguments {args:?}: `cargo xtask demo [--native]`")),
    };
    hosts::build_native(project)?;
    let mock = Mock::start(project)?;
    let example = project.target.join("debug/examples/demo");
    let mut answers = vec![ask("native", &mock, Step::new(example).env("MOCK_URL", &mock.url))?];
    if all_hosts {
        let tools = setup::run(project, &[Need::Package, Need::Chromium])?;
        let installed = Installed::make(project, &package::build(project, &tools)?)?;
        for host in HOSTS {
            answers.push(ask(host, &mock, installed.script(&tools, &mock, host, "demo.mjs"))?);
        }
    }
    print!("\n{}", table::render(&answers));
    Ok(table::agree(&answers))
}

/// Lets one host ask, and prints the text as it arrives.
fn ask(host: &str, mock: &Mock, step: Step) -> Outcome<Answer> {
    println!("\n--- {host}");
    let before = mock.sockets()?;
    let mut done = None;
    let finished = step.named(host).watch(|line| match answer::read(line) {
        Some(Line::Piece(text)) => {
            print!("{text}");
            let _ = std::io::stdout().flush();
        }
        Some(Line::Done(answer)) => done = Some(answer),
        Some(Line::Capabilities(_)) => {}
        None => println!("{line}"),
    })?;
    println!();
    let problem = finished
        .problem()
        .or_else(|| done.is_none().then(|| format!("{host} did not say how it ended")));
    match (problem, done) {
        (None, Some(answer)) => Ok(Answer {
            host: host.to_owned(),
            sockets: mock.sockets()? - before,
            ..answer
        }),
        // The others go on: the table shows who failed.
        (problem, _) => {
            eprintln!("{}\n{}", problem.unwrap_or_default(), finished.tail(20));
            Ok(Answer {
                host: host.to_owned(),
                ..Answer::default()
            })
        }
    }
}
