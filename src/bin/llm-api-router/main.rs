//! The command line: picks the subcommand. Each has a file of its own.

mod mock;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use lexopt::prelude::*;

const HELP: &str = "\
A client for LLM APIs, and tools around it.

Usage: llm-api-router <COMMAND>

Commands:
  mock       Serve an LLM API for tests ('llm-api-router mock --help')

Options:
  -h, --help     Show this text
  -V, --version  Show the version
";

/// For arguments that make no sense, as most programs have it.
const USAGE_ERROR: u8 = 2;

fn main() -> ExitCode {
    match command(lexopt::Parser::from_env()) {
        Ok(Command::Say(text)) => done(io::stdout().write_all(text.as_bytes())),
        Ok(Command::Mock(options)) => done(mock::run(&options)),
        Err(error) => {
            complain(format!("{error}\n\nTry 'llm-api-router --help'."));
            ExitCode::from(USAGE_ERROR)
        }
    }
}

enum Command {
    Say(String),
    Mock(mock::Options),
}

fn command(mut arguments: lexopt::Parser) -> Result<Command, lexopt::Error> {
    match arguments.next()? {
        Some(Value(name)) if name == "mock" => {
            Ok(mock::options(arguments)?.map_or_else(|| Command::Say(mock::HELP.to_owned()), Command::Mock))
        }
        Some(Value(name)) => Err(format!("there is no command '{}'; there is: mock", name.to_string_lossy()).into()),
        Some(Short('h') | Long("help")) => Ok(Command::Say(HELP.to_owned())),
        Some(Short('V') | Long("version")) => {
            Ok(Command::Say(format!("llm-api-router {}\n", env!("CARGO_PKG_VERSION"))))
        }
        Some(other) => Err(other.unexpected()),
        None => Err("a command is missing; there is: mock".into()),
    }
}

fn done(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error);
            ExitCode::FAILURE
        }
    }
}

fn complain(what: impl Display) {
    // Nobody is left to tell when this fails.
    let _ = writeln!(io::stderr(), "error: {what}");
}
