//! `llm-api-router benchmark`: many calls at once, their times, and what became of the sockets.

mod measure;
mod report;

use std::num::NonZeroUsize;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use llm_api_router::Client;
use llm_api_router::mock_server::MockServer;

use crate::document::{Document, Value};
use crate::failure::{Failure, complain};
use crate::output::{Output, say, say_json};
use crate::signals::Interrupts;
use crate::target::{self, Target};
use measure::{Measured, Work};

const EXAMPLES: &str = "\
With real providers every request costs tokens. Ctrl-C ends it; what was measured by then is shown.

Examples:
  llm-api-router benchmark --mock --requests 1000 --concurrency 20
  llm-api-router benchmark --config router.toml --requests 50 --concurrency 5 --compare-cold
  llm-api-router benchmark --provider ollama --model llama3.2 --requests 10 --output json";

/// Measure many calls: latency and first token in percentiles, sockets opened and reused.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Call an embedded server in place of a provider
    #[arg(long, conflicts_with_all = ["config", "provider", "base_url", "key_env"])]
    mock: bool,
    /// Calls to make
    #[arg(short = 'n', long, value_name = "N", default_value = "100")]
    requests: NonZeroUsize,
    /// Calls at the same time
    #[arg(short = 'j', long, value_name = "N", default_value = "10")]
    concurrency: NonZeroUsize,
    /// What to ask
    #[arg(long, default_value = "Reply with the word OK.")]
    prompt: String,
    /// The most tokens to answer with
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// Whole answers in place of streams
    #[arg(long)]
    no_stream: bool,
    /// The same once more with a new socket for every call
    #[arg(long)]
    compare_cold: bool,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(compare(options))
}

async fn compare(options: &Options) -> Result<(), Failure> {
    let server = if options.mock {
        Some(MockServer::bind("127.0.0.1:0").await?)
    } else {
        None
    };
    let document = match &server {
        Some(server) => mock(server, options),
        None => options.target.document()?,
    };
    let mut interrupts = Interrupts::listen()?;
    let pooled = one(&document, "pooled", options, &mut interrupts).await?;
    let cold = if options.compare_cold && !pooled.interrupted {
        let document = without_reuse(document);
        Some(one(&document, "cold", options, &mut interrupts).await?)
    } else {
        None
    };
    match options.output {
        Output::Json => say_json(&report::object(&pooled, cold.as_ref()))?,
        Output::Text => say(report::text(&pooled, cold.as_ref()))?,
    }
    let runs = || std::iter::once(&pooled).chain(&cold);
    if runs().any(|run| run.interrupted) {
        return Err(Failure::Interrupted);
    }
    match runs().find_map(|run| run.first_error.as_ref()) {
        None => Ok(()),
        Some(error) => {
            complain(format!("not every call went well; the first error was: {error}"));
            Err(Failure::Told)
        }
    }
}

async fn one(
    document: &Document,
    name: &'static str,
    options: &Options,
    interrupts: &mut Interrupts,
) -> Result<Measured, Failure> {
    let client: Client = target::client(document)?;
    let work = Work {
        requests: options.requests.get(),
        concurrency: options.concurrency.get(),
        prompt: options.prompt.clone(),
        max_tokens: options.max_tokens,
        stream: !options.no_stream,
    };
    let bar = progress(name, options.requests.get());
    let measured = measure::run(&client, work, &bar, interrupts).await;
    bar.finish_and_clear();
    measured
}

/// Shown in terminals alone.
fn progress(name: &'static str, requests: usize) -> ProgressBar {
    let bar = ProgressBar::new(requests as u64).with_message(name);
    // The template is this line; were it wrong, the default would do.
    match ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}, {per_sec}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn mock(server: &MockServer, options: &Options) -> Document {
    let mut document = Document::empty();
    let model = options.target.model().unwrap_or("mock");
    for (field, text) in [
        ("provider_type", "openai-compatible"),
        ("base_url", &server.base_url()),
        ("default_model", model),
    ] {
        document.set(&[field], Value::Text(text.to_owned()));
    }
    document
}

/// The same configuration with sockets that serve one call each.
fn without_reuse(mut document: Document) -> Document {
    document.set(
        &["connection_pool_config", "max_keepalive_connections"],
        Value::Number(0.0),
    );
    document
}
