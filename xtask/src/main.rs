//! The project's commands: `cargo xtask <command>`.

mod lock;
mod package;
mod process;
mod project;
mod setup;
mod toolchain;

use std::process::ExitCode;

use project::Project;
use setup::Need;

/// The result of a step; an error is a sentence for the person who ran the command.
pub type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "cargo xtask <command>

  setup                    install what is missing (the others do it by themselves)
  package                  build pkg/, ready for `npm pack`
  size [--record]          compare the package's size with its budget, or make it the budget";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Outcome {
    let project = Project::find()?;
    match args {
        ["setup"] => setup::run(&project, &[Need::Package, Need::Chromium, Need::Tests]).map(|_| ()),
        ["package"] => package::run(&project, &setup::run(&project, &[Need::Package])?).map(|_| ()),
        ["size", rest @ ..] => size(&project, rest),
        _ => Err(format!("unknown command `{}`\n\n{HELP}", args.join(" "))),
    }
}

fn size(project: &Project, args: &[&str]) -> Outcome {
    let tools = setup::run(project, &[Need::Package])?;
    let sizes = package::size::measure(project, &tools, &package::build(project, &tools)?)?;
    print!("{}", package::size::table(&sizes));
    match args {
        [] => package::size::check(project, &sizes),
        ["--record"] => package::size::record(project, &sizes),
        _ => Err(format!("unknown arguments {args:?}: `cargo xtask size [--record]`")),
    }
}
