//! A conversation: prompt by prompt, each with everything that was said before.

use std::io::{self, BufRead, IsTerminal, Write};
use std::thread;

use llm_api_router::{Client, Message};
use tokio::sync::mpsc;

use super::answer::{self, Ended};
use super::{Options, opening};
use crate::failure::{Failure, remark};
use crate::signals::Interrupts;

const WELCOME: &str = "Ctrl-C ends an answer, and at the prompt the program; /clear forgets what was said.";

/// Asks and answers until the input ends.
pub async fn hold(client: &Client, options: &Options) -> Result<(), Failure> {
    let mut interrupts = Interrupts::listen()?;
    let at_terminal = io::stdin().is_terminal();
    if at_terminal {
        remark(WELCOME);
    }
    let mut lines = lines()?;
    let mut messages = opening(options);
    loop {
        if at_terminal {
            ask_for_a_line();
        }
        let line = tokio::select! {
            line = lines.recv() => line,
            () = interrupts.next() => return Err(Failure::Interrupted),
        };
        let Some(line) = line.transpose()? else { return Ok(()) };
        match line.trim() {
            "" => {}
            "/exit" | "/quit" => return Ok(()),
            "/clear" => messages = opening(options),
            prompt => exchange(client, options, &mut messages, prompt, &mut interrupts).await?,
        }
    }
}

/// One prompt and its answer. What failed is told and forgotten, so that the next prompt may do better.
async fn exchange(
    client: &Client,
    options: &Options,
    messages: &mut Vec<Message>,
    prompt: &str,
    interrupts: &mut Interrupts,
) -> Result<(), Failure> {
    messages.push(Message::user(prompt));
    let request = options.request(messages);
    match answer::show(client, request, options.output, interrupts).await {
        Ok(Ended::Whole(text) | Ended::Interrupted(text)) if !text.is_empty() => {
            messages.push(Message::assistant(text));
        }
        Ok(_) => {
            messages.pop();
        }
        Err(Failure::ReaderGone) => return Err(Failure::ReaderGone),
        Err(failure) => {
            messages.pop();
            failure.end();
        }
    }
    Ok(())
}

fn ask_for_a_line() {
    let mut out = io::stderr().lock();
    let _ = write!(out, "> ");
    let _ = out.flush();
}

/// The lines of the standard input, read in a thread of its own: reading cannot be given up, and Ctrl-C does not wait.
fn lines() -> io::Result<mpsc::Receiver<io::Result<String>>> {
    let (sender, lines) = mpsc::channel(1);
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        for line in io::stdin().lock().lines() {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    })?;
    Ok(lines)
}
