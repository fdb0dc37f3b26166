//! `llm-api-router completions`: what a shell needs to complete the command line.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Cli;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  llm-api-router completions bash > ~/.local/share/bash-completion/completions/llm-api-router
  llm-api-router completions zsh > ~/.zfunc/_llm-api-router
  llm-api-router completions fish > ~/.config/fish/completions/llm-api-router.fish";

/// Print a script with which a shell completes commands and options.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The shell
    shell: Shell,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    // The generator panics where it cannot write; memory takes everything.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, name, &mut script);
    Ok(io::stdout().write_all(&script)?)
}
