//! The command line: picks the subcommand. Each has a file of its own.

mod benchmark;
mod chat;
mod completions;
mod document;
mod failure;
mod keys;
mod mock;
mod models;
mod output;
mod signals;
mod target;
mod test;
mod validate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::{EXIT_CODES, Failure};

/// A client for LLM APIs, and tools around it.
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = after_help())]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Chat(chat::Options),
    Test(test::Options),
    Validate(validate::Options),
    Models(models::Options),
    Benchmark(benchmark::Options),
    Mock(mock::Options),
    Completions(completions::Options),
}

fn after_help() -> String {
    format!(
        "\
{}

{EXIT_CODES}

Examples:
  OPENAI_API_KEY=… llm-api-router chat --model gpt-4o-mini Hello!
  llm-api-router chat --provider ollama --model llama3.2
  llm-api-router validate router.toml
  llm-api-router test --config router.toml
  llm-api-router COMMAND --help",
        keys::ENVIRONMENT
    )
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => match run(&cli.command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.end(),
        },
        Err(error) => {
            // Help and version, too; when nobody reads them, nobody misses them.
            let _ = error.print();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(u8::MAX))
        }
    }
}

fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Chat(options) => chat::run(options),
        Command::Test(options) => test::run(options),
        Command::Validate(options) => validate::run(options),
        Command::Models(options) => models::run(options),
        Command::Benchmark(options) => benchmark::run(options),
        Command::Mock(options) => mock::run(options),
        Command::Completions(options) => completions::run(options),
    }
}
