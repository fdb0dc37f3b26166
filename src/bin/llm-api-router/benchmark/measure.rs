//! The calls themselves: some tasks that each make one call after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use llm_api_router::{ChatRequest, Client, Error, Finding, Message, PoolStats, Result};
use tokio::sync::mpsc;

use crate::failure::{Failure, describe};
use crate::signals::Interrupts;

/// What is to be done.
pub struct Work {
    pub requests: usize,
    pub concurrency: usize,
    pub prompt: String,
    pub max_tokens: Option<u64>,
    pub stream: bool,
}

/// What was seen.
pub struct Measured {
    pub concurrency: usize,
    /// Of the calls that went well, sorted.
    pub latencies: Vec<Duration>,
    pub first_tokens: Vec<Duration>,
    pub failed: BTreeMap<String, usize>,
    pub first_error: Option<String>,
    pub took: Duration,
    pub pool: PoolStats,
    /// What the client's numbers say about its configuration.
    pub findings: Vec<Finding>,
    pub interrupted: bool,
}

/// The times of one call.
struct Times {
    latency: Duration,
    first_token: Option<Duration>,
}

pub async fn run(
    client: &Client,
    work: Work,
    bar: &ProgressBar,
    interrupts: &mut Interrupts,
) -> std::result::Result<Measured, Failure> {
    let concurrency = work.concurrency.min(work.requests);
    let work = Arc::new(work);
    let begun = Arc::new(AtomicUsize::new(0));
    let (sender, mut results) = mpsc::channel(concurrency);
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..concurrency {
        let (client, work, begun, sender) = (client.clone(), Arc::clone(&work), Arc::clone(&begun), sender.clone());
        tasks.spawn(async move {
            while begun.fetch_add(1, Ordering::Relaxed) < work.requests {
                if sender.send(call(&client, &work).await).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let (mut done, mut errors, mut interrupted) = (Vec::new(), Vec::<Error>::new(), false);
    loop {
        tokio::select! {
            result = results.recv() => match result {
                Some(Ok(times)) => done.push(times),
                Some(Err(error)) => errors.push(error),
                None => break,
            },
            () = interrupts.next() => {
                interrupted = true;
                break;
            }
        }
        bar.inc(1);
    }
    let took = started.elapsed();
    tasks.shutdown().await;
    Ok(Measured {
        concurrency,
        latencies: sorted(done.iter().map(|times| times.latency)),
        first_tokens: sorted(done.iter().filter_map(|times| times.first_token)),
        failed: by_kind(&errors),
        first_error: errors.first().map(describe),
        took,
        pool: client.pool_stats(),
        findings: client.diagnose(),
        interrupted,
    })
}

async fn call(client: &Client, work: &Work) -> Result<Times> {
    let mut request = ChatRequest::new([Message::user(work.prompt.as_str())]);
    request.max_tokens = work.max_tokens;
    let completions = client.chat().completions();
    let started = Instant::now();
    let mut first_token = None;
    if work.stream {
        let mut stream = completions.stream(request).await?;
        while let Some(chunk) = stream.next().await {
            if chunk?.content().is_some_and(|content| !content.is_empty()) {
                first_token.get_or_insert_with(|| started.elapsed());
            }
        }
    } else {
        completions.create(request).await?;
    }
    Ok(Times {
        latency: started.elapsed(),
        first_token,
    })
}

fn sorted(times: impl Iterator<Item = Duration>) -> Vec<Duration> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times
}

fn by_kind(errors: &[Error]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for error in errors {
        *counts.entry(error.kind().to_string()).or_default() += 1;
    }
    counts
}

/// The time that `percent` of all calls did not pass: nearest rank, so that it is one that was measured.
pub fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::percentile;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        for (percent, milliseconds) in [(0, 1), (50, 100), (95, 190), (99, 198), (100, 200)] {
            assert_eq!(percentile(&times, percent), Some(Duration::from_millis(milliseconds)));
        }
        assert_eq!(percentile(&times[..1], 99), Some(Duration::from_millis(1)));
        assert_eq!(percentile(&[], 50), None);
    }
}
