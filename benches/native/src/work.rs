//! As many requests as are asked for, so many at a time: time on the clock and on the processor.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};

use crate::measure;
use crate::{Contestant, Options, Outcome};

/// Warms up, then measures.
pub(crate) async fn run<C: Contestant>(options: &Options, count: usize, streaming: bool) -> Outcome<Value> {
    let client = C::new(options)?;
    let text = if streaming {
        let mut text = String::new();
        client.stream(|piece| text.push_str(piece)).await?;
        text
    } else {
        client.ask().await?
    };
    let text: Arc<str> = text.into();
    all(
        &client,
        &text,
        (count / 10).max(options.concurrency),
        options.concurrency,
        streaming,
    )
    .await?;

    let (wall, cpu) = (Instant::now(), measure::cpu()?);
    let events = all(&client, &text, count, options.concurrency, streaming).await?;
    let (wall, cpu) = (wall.elapsed(), measure::cpu()? - cpu);
    Ok(json!({
        "wall": wall.as_secs_f64(),
        "cpu": cpu.as_secs_f64(),
        "count": count,
        "events": events,
        "text": &*text,
    }))
}

/// Every answer has to be the same text. Gives the number of events.
async fn all<C: Contestant>(
    client: &C,
    text: &Arc<str>,
    count: usize,
    concurrency: usize,
    streaming: bool,
) -> Outcome<usize> {
    let left = Arc::new(AtomicUsize::new(count));
    let mut workers = Vec::new();
    for _ in 0..concurrency {
        let (client, text, left) = (client.clone(), Arc::clone(text), Arc::clone(&left));
        workers.push(tokio::spawn(async move {
            let mut events = 0;
            // One thread: nobody else takes the last one between the look and the taking.
            while left.load(Ordering::Relaxed) > 0 {
                left.fetch_sub(1, Ordering::Relaxed);
                events += one(&client, &text, streaming).await?;
            }
            Outcome::Ok(events)
        }));
    }
    let mut events = 0;
    for worker in workers {
        events += worker.await??;
    }
    Ok(events)
}

async fn one<C: Contestant>(client: &C, text: &str, streaming: bool) -> Outcome<usize> {
    let mut events = 0;
    let answer = if streaming {
        let mut answer = String::with_capacity(text.len());
        let on_chunk = |piece: &str| {
            events += 1;
            answer.push_str(piece);
        };
        client.stream(on_chunk).await?;
        answer
    } else {
        client.ask().await?
    };
    if answer == text {
        Ok(events)
    } else {
        Err(format!("an answer differs from the first one: {answer}").into())
    }
}
