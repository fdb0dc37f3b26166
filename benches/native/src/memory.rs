//! Slow streams that are open at the same time: what they hold in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::measure;
use crate::{Contestant, Options, Outcome};

/// Chunks that every stream has had when memory is measured: none is in its first moments any more.
const CHUNKS: usize = 3;

/// Opens so many streams and measures when all of them flow.
pub(crate) async fn run<C: Contestant>(options: &Options, count: usize) -> Outcome<Value> {
    let client = C::new(options)?;
    let before = measure::memory()?;
    let flowing = Arc::new(AtomicUsize::new(0));
    let (report, mut reports) = mpsc::unbounded_channel();
    for _ in 0..count {
        let (client, flowing, report) = (client.clone(), Arc::clone(&flowing), report.clone());
        tokio::spawn(async move {
            let mut chunks = 0;
            let on_chunk = |_: &str| {
                chunks += 1;
                if chunks == CHUNKS && flowing.fetch_add(1, Ordering::Relaxed) + 1 == count {
                    let _ = report.send(Ok(()));
                }
            };
            let why = match client.stream(on_chunk).await {
                Ok(()) => "it came to its end".to_owned(),
                Err(error) => error.to_string(),
            };
            let _ = report.send(Err(format!("a stream ended before all were open: {why}")));
        });
    }
    reports.recv().await.ok_or("nobody reported")??;
    let after = measure::memory()?;
    Ok(json!({ "bytes": after.saturating_sub(before), "count": count }))
}
