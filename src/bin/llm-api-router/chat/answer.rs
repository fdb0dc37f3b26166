//! One answer: asked for, shown as it comes, and ended by Ctrl-C.

use std::io::{self, Write};

use llm_api_router::{ChatRequest, Client};

use super::Form;
use crate::failure::Failure;
use crate::output::say_json;
use crate::signals::Interrupts;

/// How an answer ended, and its text.
pub enum Ended {
    Whole(String),
    Interrupted(String),
}

/// Shows the answer to a request. Ctrl-C drops the request, which closes its socket.
pub async fn show(
    client: &Client,
    request: ChatRequest,
    form: Form,
    interrupts: &mut Interrupts,
) -> Result<Ended, Failure> {
    let mut text = String::new();
    let showing = async {
        match form {
            Form::Json => whole(client, request, &mut text).await,
            Form::Text | Form::Jsonl => chunks(client, request, form, &mut text).await,
        }
    };
    let outcome = tokio::select! {
        shown = showing => Some(shown),
        () = interrupts.next() => None,
    };
    if form == Form::Text && (outcome.is_none() || !text.is_empty()) {
        end_line();
    }
    match outcome {
        None => Ok(Ended::Interrupted(text)),
        Some(Ok(())) => Ok(Ended::Whole(text)),
        Some(Err(failure)) => Err(failure),
    }
}

async fn whole(client: &Client, request: ChatRequest, text: &mut String) -> Result<(), Failure> {
    let answer = client.chat().completions().create(request).await?;
    text.push_str(answer.content().unwrap_or_default());
    say_json(&answer)
}

async fn chunks(client: &Client, request: ChatRequest, form: Form, text: &mut String) -> Result<(), Failure> {
    let mut stream = client.chat().completions().stream(request).await?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        let content = chunk.content().unwrap_or_default();
        text.push_str(content);
        if form == Form::Jsonl {
            say_json(&chunk)?;
        } else {
            write(content)?;
        }
    }
    Ok(())
}

fn write(content: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(content.as_bytes())?;
    Ok(out.flush()?)
}

/// Whatever comes next begins a line of its own.
fn end_line() {
    // Only the reader's end makes this fail, and the next write tells that too.
    let _ = write("\n");
}
