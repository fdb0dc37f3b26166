//! Over TLS: the time to an answer on a socket that is open, on a new socket, and with a new client.

use std::time::Instant;

use serde_json::{Value, json};

use crate::measure;
use crate::{Contestant, Options, Outcome};

/// The three in turn, so that what disturbs one disturbs all.
pub(crate) async fn run<C: Contestant>(options: &Options, count: usize) -> Outcome<Value> {
    let warm = C::new(options)?;
    let without = Options {
        keep: false,
        ..options.clone()
    };
    let cold = C::new(&without)?;
    let text = warm.ask().await?;
    cold.ask().await?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    let [open, socket, client] = &mut times;
    for _ in 0..count {
        open.push(time(&warm, &text).await?);
        socket.push(time(&cold, &text).await?);
        let from = Instant::now();
        time(&C::new(options)?, &text).await?;
        client.push(from.elapsed().as_secs_f64());
    }
    let [open, socket, client] = times.map(measure::median);
    Ok(json!({ "warm": open, "cold": socket, "new": client, "count": count, "text": text }))
}

async fn time<C: Contestant>(client: &C, text: &str) -> Outcome<f64> {
    let from = Instant::now();
    let answer = client.ask().await?;
    let time = from.elapsed();
    if answer != text {
        return Err(format!("an answer differs from the first one: {answer}").into());
    }
    Ok(time.as_secs_f64())
}
