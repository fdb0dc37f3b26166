//! What a benchmark shows: a table, or the same as JSON.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::measure::{Measured, percentile};

/// Two runs beside each other, or one.
pub fn text(pooled: &Measured, cold: Option<&Measured>) -> String {
    let runs: Vec<&Measured> = std::iter::once(pooled).chain(cold).collect();
    let mut text = String::new();
    if cold.is_some() {
        row(&mut text, "", ["pooled", "cold"].map(str::to_owned));
    }
    let mut line = |name: &str, cell: &dyn Fn(&Measured) -> String| {
        row(&mut text, name, runs.iter().map(|run| cell(run)));
    };
    line("calls that went well", &|run| run.latencies.len().to_string());
    line("calls that failed", &failures);
    line("calls at a time", &|run| run.concurrency.to_string());
    line("calls per second", &|run| format!("{:.1}", per_second(run)));
    for percent in [50, 95, 99, 100] {
        let name = if percent == 100 {
            "latency, longest".to_owned()
        } else {
            format!("latency, p{percent}")
        };
        line(&name, &|run| milliseconds(percentile(&run.latencies, percent)));
    }
    if runs.iter().any(|run| !run.first_tokens.is_empty()) {
        for percent in [50, 95, 99] {
            line(&format!("first token, p{percent}"), &|run| {
                milliseconds(percentile(&run.first_tokens, percent))
            });
        }
    }
    line("sockets opened", &|run| sockets(run, |sockets| sockets.opened));
    line("calls on a used socket", &|run| sockets(run, |sockets| sockets.reused));
    line("longest wait for a place", &|run| {
        milliseconds(Some(run.pool.longest_wait))
    });
    if let Some(ratio) = cold.and_then(|cold| ratio(pooled, cold)) {
        let _ = writeln!(
            text,
            "\nreuse takes {ratio:.2} of the time that new sockets take (latency, p50)"
        );
    }
    // What the cold run shows is what it was made to show.
    for finding in &pooled.findings {
        let (setting, now, then) = (finding.setting, finding.current, finding.suggested);
        let _ = writeln!(text, "\n{}\n  try {setting} = {then} (now {now})", finding.message);
    }
    text.trim_end().to_owned()
}

pub fn object(pooled: &Measured, cold: Option<&Measured>) -> Value {
    json!({
        "pooled": run(pooled),
        "cold": cold.map(run),
        "latency_ratio": cold.and_then(|cold| ratio(pooled, cold)),
    })
}

fn run(run: &Measured) -> Value {
    let percentiles = |times: &[Duration]| {
        let seconds = |percent| percentile(times, percent).map(|time| time.as_secs_f64());
        json!({ "p50": seconds(50), "p95": seconds(95), "p99": seconds(99), "max": seconds(100) })
    };
    json!({
        "succeeded": run.latencies.len(),
        "failed": run.failed,
        "interrupted": run.interrupted,
        "concurrency": run.concurrency,
        "seconds": run.took.as_secs_f64(),
        "per_second": per_second(run),
        "latency": percentiles(&run.latencies),
        "first_token": percentiles(&run.first_tokens),
        "sockets_opened": run.pool.sockets.map(|sockets| sockets.opened),
        "sockets_reused": run.pool.sockets.map(|sockets| sockets.reused),
        "pool": run.pool,
        "findings": run.findings,
    })
}

fn row(text: &mut String, name: &str, cells: impl IntoIterator<Item = String>) {
    let _ = write!(text, "{name:<26}");
    for cell in cells {
        let _ = write!(text, "{cell:>14}");
    }
    text.push('\n');
}

fn failures(run: &Measured) -> String {
    if run.failed.is_empty() {
        return "0".to_owned();
    }
    let kinds = run.failed.iter().map(|(kind, count)| format!("{count} {kind}"));
    kinds.collect::<Vec<_>>().join(", ")
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls")]
fn per_second(run: &Measured) -> f64 {
    run.latencies.len() as f64 / run.took.as_secs_f64().max(1e-9)
}

fn ratio(pooled: &Measured, cold: &Measured) -> Option<f64> {
    let of = |run: &Measured| percentile(&run.latencies, 50).map(|time| time.as_secs_f64());
    Some(of(pooled)? / of(cold)?.max(1e-9))
}

fn sockets(run: &Measured, figure: impl Fn(llm_api_router::SocketStats) -> u64) -> String {
    run.pool
        .sockets
        .map_or_else(|| "not told".to_owned(), |sockets| figure(sockets).to_string())
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| format!("{:.2} ms", time.as_secs_f64() * 1e3))
}
