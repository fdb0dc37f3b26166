//! The project's commands: `cargo xtask <command>`.

mod bench;
mod check;
mod counts;
mod demo;
mod hosts;
mod http;
mod manifest;
mod package;
mod process;
mod project;
mod promises;
mod setup;
mod test;
mod toolchain;

use std::process::ExitCode;

use project::Project;
use setup::Need;

/// The result of a step; an error is a sentence for the person who ran the command.
pub type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "cargo xtask <command>

  demo [--native]          the same streamed chat from every host, or from native Rust alone
  test [--native | --wasm | --host NAME…]
                           all tests, or a part of them
  check                    formatting, lints, documentation, types, package, size
  bench [native | web | size | counts]
                           this client beside others: time, memory, sockets, size; `counts` alone: no time
  promises                 what this client promises and what others do, measured
  capabilities             ask every host what it promises, and write the README's table of it
  package [--without PROVIDER…]
                           build pkg/, ready for `npm pack`
  size [--record | --providers]
                           compare the package's size with its budget, make it the budget, or say what each provider
                           costs that may be left out
  setup                    install what is missing (the others do it by themselves)";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the command reached what it is for; an error says what stopped it.
fn run(args: &[&str]) -> Outcome<bool> {
    if matches!(args, [] | ["help" | "--help" | "-h"]) {
        println!("{HELP}");
        return Ok(true);
    }
    let project = Project::find()?;
    match args {
        ["demo", rest @ ..] => demo::run(&project, rest),
        ["test", rest @ ..] => test::run(&project, rest),
        ["capabilities"] => demo::capabilities::run(&project),
        ["promises"] => promises::run(&project),
        ["bench", rest @ ..] => bench::run(&project, rest),
        ["check"] => check::run(&project),
        ["package"] => pack(&project, &[]).map(|()| true),
        ["package", "--without", left_out @ ..] => pack(&project, left_out).map(|()| true),
        ["size", rest @ ..] => size(&project, rest).map(|()| true),
        ["setup"] => setup::run(&project, &Need::ALL).map(|_| true),
        _ => Err(format!("unknown command `{}`\n\n{HELP}", args.join(" "))),
    }
}

fn pack(project: &Project, left_out: &[&str]) -> Outcome {
    let tools = setup::run(project, &[Need::Package])?;
    package::run(project, &tools, left_out).map(|_| ())
}

fn size(project: &Project, args: &[&str]) -> Outcome {
    let tools = setup::run(project, &[Need::Package])?;
    if args == ["--providers"] {
        print!("{}", package::providers::table(project, &tools)?);
        return Ok(());
    }
    let sizes = package::size::measure(project, &tools, &package::build(project, &tools)?)?;
    print!("{}", package::size::table(&sizes));
    match args {
        [] => package::size::check(project, &sizes),
        ["--record"] => package::size::record(project, &sizes),
        _ => Err(format!(
            "unknown arguments {args:?}: `cargo xtask size [--record | --providers]`"
        )),
    }
}
