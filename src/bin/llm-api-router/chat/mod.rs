//! `llm-api-router chat`: one question, or a conversation.

mod answer;
mod conversation;

use std::io::{self, IsTerminal, Read};

use clap::{Args, ValueEnum};
use llm_api_router::{ChatRequest, Message};

use crate::failure::Failure;
use crate::signals::Interrupts;
use crate::target::Target;
use answer::Ended;

const EXAMPLES: &str = "\
The answer is shown as it is written. Without a prompt, in a terminal, it is a conversation that
remembers what was said; without a prompt and with an input that is piped, the input is the prompt.

Ctrl-C ends a running answer: its request is cancelled. At the prompt of a conversation it ends the
program, as Ctrl-D does. In a conversation, /clear forgets what was said, and /exit ends it.

Examples:
  llm-api-router chat --model gpt-4o-mini \"Why is the sky blue?\"
  llm-api-router chat --config router.toml
  git diff | llm-api-router chat --provider xai --model grok-4 \"Review this:\" -
  llm-api-router chat --output json --model gpt-4o-mini Hello! | jq .usage";

/// Chat, streamed to the terminal: one question, or a conversation.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// What to ask; '-' stands for the standard input
    prompt: Vec<String>,
    /// Instructions that go before the conversation
    #[arg(short, long, value_name = "TEXT")]
    system: Option<String>,
    /// The most tokens to answer with
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// How much chance there is in the answer, from 0 to 2
    #[arg(long, value_name = "X")]
    temperature: Option<f64>,
    /// A conversation, also where the input is no terminal: one prompt per line
    #[arg(short, long, conflicts_with = "prompt")]
    interactive: bool,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
    #[command(flatten)]
    target: Target,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The text, as it is written
    #[default]
    Text,
    /// The whole answer as one JSON object
    Json,
    /// Every chunk of the answer as a line of JSON, as it comes
    Jsonl,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let client = options.target.client()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let converses = options.interactive || (options.prompt.is_empty() && io::stdin().is_terminal());
    runtime.block_on(async {
        if converses {
            return conversation::hold(&client, options).await;
        }
        let prompt = prompt(&options.prompt)?;
        let mut messages = opening(options);
        messages.push(Message::user(prompt));
        let mut interrupts = Interrupts::listen()?;
        match answer::show(&client, options.request(&messages), options.output, &mut interrupts).await? {
            Ended::Whole(_) => Ok(()),
            Ended::Interrupted(_) => Err(Failure::Interrupted),
        }
    })
}

/// What stands before anybody has said anything.
fn opening(options: &Options) -> Vec<Message> {
    options.system.iter().map(Message::system).collect()
}

impl Options {
    fn request(&self, messages: &[Message]) -> ChatRequest {
        let mut request = ChatRequest::new(messages.iter().cloned());
        request.max_tokens = self.max_tokens;
        request.temperature = self.temperature;
        request
    }
}

/// The words of the command line, and the standard input where there is `-` or nothing.
fn prompt(words: &[String]) -> Result<String, Failure> {
    let mut parts = vec![
        words
            .iter()
            .filter(|word| *word != "-")
            .cloned()
            .collect::<Vec<_>>()
            .join(" "),
    ];
    if words.is_empty() || words.iter().any(|word| word == "-") {
        let mut input = String::new();
        io::stdin()
            .read_to_string(&mut input)
            .map_err(|error| Failure::Usage(format!("the standard input cannot be read: {error}")))?;
        parts.push(input.trim_end().to_owned());
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return Err(Failure::Usage("the prompt is empty".to_owned()));
    }
    Ok(parts.join("\n\n"))
}
