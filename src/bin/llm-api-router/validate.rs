//! `llm-api-router validate`: everything that is wrong in configuration files, with the lines.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::document::{Document, Format};
use crate::failure::{Failure, complain, remark};
use crate::output::{Output, say, say_json};
use crate::{keys, target};

const EXAMPLES: &str = "\
A file holds one provider; durations are seconds, keys are snake_case or camelCase:

  provider_type = \"openai\"
  default_model = \"gpt-4o-mini\"

  [connection_pool_config]
  max_connections = 50

  [timeout_config]
  read = 120
  idle = 15

Each problem is one line, FILE:LINE:COLUMN: what is wrong. Nothing is sent.

Examples:
  llm-api-router validate router.toml
  llm-api-router validate --output json config/*.yaml
  generate-config | llm-api-router validate --format json -";

/// Check configuration files in JSON, TOML or YAML and name the line of each problem.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Files to check; '-' is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Notation of the files [default: by the end of their names]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let mut valid = true;
    for file in &options.files {
        valid &= check(file, options)?;
    }
    if valid { Ok(()) } else { Err(Failure::Told) }
}

/// Whether a file is valid; says so.
fn check(file: &Path, options: &Options) -> Result<bool, Failure> {
    let text = target::read_file(file)?;
    let document = Document::read(&text, target::format_of(file, options.format)?);
    let (problems, provider) = match document {
        Err(problem) => (vec![problem], None),
        Ok(document) => {
            let provider = document.text("provider_type").map(str::to_owned);
            let needs_key = document.get("api_key").is_none();
            (target::problems(document), provider.map(|name| (name, needs_key)))
        }
    };
    let missing_key = provider
        .as_ref()
        .filter(|(name, needs_key)| *needs_key && keys::key(name).is_none())
        .and_then(|(name, _)| keys::variables(name).first());
    match options.output {
        Output::Json => {
            let list = problems.iter().map(|problem| {
                json!({
                    "line": problem.at.map(|at| at.line),
                    "column": problem.at.map(|at| at.column),
                    "message": problem.message,
                })
            });
            say_json(&json!({
                "file": file,
                "valid": problems.is_empty(),
                "provider_type": provider.as_ref().map(|(name, _)| name),
                "missing_key": missing_key,
                "problems": list.collect::<Vec<_>>(),
            }))?;
        }
        Output::Text if problems.is_empty() => {
            let provider = provider.as_ref().map_or("", |(name, _)| name);
            say(format!("{}: valid ({provider})", file.display()))?;
            if let Some(variable) = missing_key {
                remark(format!("note: it holds no api_key, and {variable} is not set"));
            }
        }
        Output::Text => complain(target::lines(file, &problems)),
    }
    Ok(problems.is_empty())
}
