//! One call of a case, as its consumer makes it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use llm_api_router::{CallOptions, ChatRequest, Error, Message};
use serde::Deserialize;

use super::table::{Call, Case};
use super::world::World;

/// What a call came to.
#[derive(Debug, Default)]
pub struct Outcome {
    pub text: String,
    pub error: Option<Error>,
    pub aborted: bool,
    pub elapsed: Duration,
}

/// The calls of a case, each with its number.
pub fn numbered(case: &Case) -> Vec<Call> {
    let all = case.calls.iter().flat_map(|call| std::iter::repeat_n(call, call.times));
    all.enumerate()
        .map(|(number, call)| Call { number, ..call.clone() })
        .collect()
}

/// Starts when it should, and ends by itself, or by being dropped when it should be aborted.
pub async fn run(world: Rc<World>, call: Call) -> Result<Outcome, String> {
    let chunks = Cell::new(0);
    if let Some(moment) = call.start {
        world.until(moment, world.started, &chunks).await?;
    }
    let started = Instant::now();
    let text = RefCell::default();
    let mut outcome = Outcome::default();
    let consuming = consume(&world, &call, &text, &chunks);
    match call.abort {
        None => outcome.error = consuming.await.err(),
        Some(moment) => tokio::select! {
            ended = consuming => outcome.error = ended.err(),
            come = world.until(moment, started, &chunks) => {
                come?;
                outcome.aborted = true;
            }
        },
    }
    outcome.elapsed = started.elapsed();
    outcome.text = text.into_inner();
    world.over.borrow_mut().insert(call.number);
    Ok(outcome)
}

async fn consume(world: &World, call: &Call, text: &RefCell<String>, chunks: &Cell<usize>) -> Result<(), Error> {
    let said = call
        .prompt_bytes
        .map_or_else(|| call.number.to_string(), |bytes| "x".repeat(bytes));
    let request = ChatRequest::new([Message::user(said)]);
    let options = call
        .options
        .as_ref()
        .map(|options| CallOptions::deserialize(options).expect("options"));
    let options = options.unwrap_or_default();
    let completions = world.client.chat().completions();
    if !call.stream {
        let answer = completions.create_with(request, &options).await?;
        text.borrow_mut().push_str(answer.content().unwrap_or_default());
        return Ok(());
    }
    let mut stream = completions.stream_with(request, &options).await?;
    while let Some(chunk) = stream.next().await {
        text.borrow_mut().push_str(chunk?.content().unwrap_or_default());
        chunks.set(chunks.get() + 1);
        if call.stop.is_some_and(|stop| chunks.get() == stop.chunks) {
            return Ok(());
        }
        if let Some(pause) = call.pause.filter(|pause| chunks.get() == pause.chunks) {
            tokio::time::sleep(Duration::from_secs_f64(pause.seconds)).await;
        }
    }
    Ok(())
}
