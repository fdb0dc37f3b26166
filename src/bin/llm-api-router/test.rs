//! `llm-api-router test`: one small call, and how long each part of it took.

use std::time::{Duration, Instant};

use clap::Args;
use llm_api_router::{CallOptions, ChatRequest, Client, Error, Message};
use serde_json::json;

use crate::failure::{Failure, as_json, complain, describe};
use crate::output::{Output, say, say_json};
use crate::target::{self, Target};

const EXAMPLES: &str = "\
It connects, then asks for one word as a stream. When something fails, it says which step, why, and
what to change.

Examples:
  OPENAI_API_KEY=… llm-api-router test --model gpt-4o-mini
  llm-api-router test --config router.toml --output json
  llm-api-router test -p openai-compatible --base-url http://localhost:8000/v1 -m llama-3";

/// Make one small call and tell how long it took, or what failed.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// What to ask
    #[arg(long, default_value = "Reply with the word OK.")]
    prompt: String,
    /// Form of the result
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// How far it came.
#[derive(Default)]
struct Report {
    connect: Option<Duration>,
    first_token: Option<Duration>,
    latency: Option<Duration>,
    model: Option<String>,
    answer: String,
}

/// The steps, by the names that users see.
enum Step {
    Connect,
    Call,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let document = options.target.document()?;
    let client = target::client(&document)?;
    let provider = document.text("provider_type").unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::default();
    let outcome = runtime.block_on(steps(&client, &options.prompt, &mut report));
    match outcome {
        Ok(()) => passed(&report, provider, options.output),
        Err((step, error)) => failed(&report, provider, &step, &error, options.output),
    }
}

async fn steps(client: &Client, prompt: &str, report: &mut Report) -> Result<(), (Step, Error)> {
    let started = Instant::now();
    client.warm(1).await.map_err(|error| (Step::Connect, error))?;
    report.connect = Some(started.elapsed());
    call(client, prompt, report).await.map_err(|error| (Step::Call, error))
}

async fn call(client: &Client, prompt: &str, report: &mut Report) -> Result<(), Error> {
    let started = Instant::now();
    let request = ChatRequest::new([Message::user(prompt)]);
    // The first failure is the one to tell.
    let options = CallOptions::default().max_retries(0);
    let mut stream = client.chat().completions().stream_with(request, &options).await?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        report.model.get_or_insert_with(|| chunk.model.to_string());
        let content = chunk.content().unwrap_or_default();
        if !content.is_empty() {
            report.first_token.get_or_insert_with(|| started.elapsed());
            report.answer.push_str(content);
        }
    }
    report.latency = Some(started.elapsed());
    Ok(())
}

fn passed(report: &Report, provider: &str, output: Output) -> Result<(), Failure> {
    match output {
        Output::Json => say_json(&as_object(report, provider, None)),
        Output::Text => say(format!(
            "{provider}: it works\n  model        {}\n  connect      {}\n  first token  {}\n  whole answer {}\n  it said      {:?}",
            report.model.as_deref().unwrap_or("not told"),
            milliseconds(report.connect),
            milliseconds(report.first_token),
            milliseconds(report.latency),
            beginning(&report.answer),
        )),
    }
}

fn failed(report: &Report, provider: &str, step: &Step, error: &Error, output: Output) -> Result<(), Failure> {
    let name = match step {
        Step::Connect => "connect",
        Step::Call => "call",
    };
    match output {
        Output::Json => say_json(&as_object(report, provider, Some((name, error))))?,
        Output::Text => complain(format!("{provider}: the step '{name}' failed: {}", describe(error))),
    }
    Err(Failure::Told)
}

fn as_object(report: &Report, provider: &str, failure: Option<(&str, &Error)>) -> serde_json::Value {
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    json!({
        "ok": failure.is_none(),
        "provider": provider,
        "model": report.model,
        "connect": seconds(report.connect),
        "first_token": seconds(report.first_token),
        "latency": seconds(report.latency),
        "answer": report.answer,
        "failed_step": failure.map(|(step, _)| step),
        "error": failure.map(|(_, error)| as_json(error)),
    })
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or_else(
        || "nothing came".to_owned(),
        |time| format!("{:.1} ms", time.as_secs_f64() * 1e3),
    )
}

/// Enough of an answer to see that it is one.
fn beginning(answer: &str) -> String {
    const ENOUGH: usize = 60;
    let mut words: String = answer.trim().chars().take(ENOUGH).collect();
    if words.len() < answer.trim().len() {
        words.push('…');
    }
    words
}
