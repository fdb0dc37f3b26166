//! The time from the call to its first event, on a socket that is open.

use std::time::Instant;

use serde_json::{Value, json};

use crate::measure;
use crate::{Contestant, Options, Outcome};

/// Asks one stream after the other; the median and the text.
pub(crate) async fn run<C: Contestant>(options: &Options, count: usize) -> Outcome<Value> {
    let client = C::new(options)?;
    let mut times = Vec::with_capacity(count);
    let mut text = String::new();
    for _ in 0..=count {
        text.clear();
        let (from, mut first) = (Instant::now(), None);
        let on_chunk = |piece: &str| {
            first.get_or_insert_with(|| from.elapsed());
            text.push_str(piece);
        };
        client.stream(on_chunk).await?;
        times.push(first.ok_or("the stream had no event")?.as_secs_f64());
    }
    // The first of all opened the socket.
    let median = measure::median(times.split_off(1));
    Ok(json!({ "first": median, "count": count, "text": text }))
}
