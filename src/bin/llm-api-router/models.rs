//! `llm-api-router models`: what a provider has to offer.

use clap::Args;

use crate::failure::Failure;
use crate::output::{Output, say, say_json};
use crate::target::Target;

const EXAMPLES: &str = "\
Examples:
  OPENAI_API_KEY=… llm-api-router models
  llm-api-router models --provider ollama
  llm-api-router models --config router.toml --output json | jq '.data[].id'";

/// List the models that a key may use
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,

    #[command(flatten)]
    target: Target,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let client = options.target.client()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let models = runtime.block_on(client.models().list())?;
    match options.output {
        Output::Json => say_json(&models),
        Output::Text => models.data.iter().try_for_each(|model| say(&model.id)),
    }
}
