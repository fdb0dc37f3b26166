//! The metrics as text for Prometheus, in its exposition format 0.0.4.

use std::fmt::{Display, Formatter, Result, Write};

use super::snapshot::{Metrics, ModelMetrics};
use super::times::{BOUNDS, TimeStats};
use crate::client::PoolStats;
use crate::transport::SocketStats;

/// The metrics as text.
pub(crate) fn text(metrics: &Metrics) -> String {
    let mut text = String::with_capacity(4096 + 12_000 * metrics.models.len());
    // Writing to a string cannot fail.
    let _ = calls(&mut text, &metrics.models)
        .and_then(|()| times(&mut text, &metrics.models))
        .and_then(|()| pool(&mut text, &metrics.pool))
        .and_then(|()| {
            metrics
                .pool
                .sockets
                .as_ref()
                .map_or(Ok(()), |stats| sockets(&mut text, stats))
        });
    text
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> Result {
    writeln!(out, "# HELP llm_router_{name} {help}\n# TYPE llm_router_{name} {kind}")
}

/// The labels that every sample of a model has.
struct Model<'a>(&'a ModelMetrics);

impl Display for Model<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        let Self(metrics) = self;
        write!(out, "provider=\"{}\"", metrics.provider)?;
        // Lists of models are asked of no model.
        match metrics.model.as_str() {
            "" => Ok(()),
            model => write!(out, ",model=\"{}\"", Escaped(model)),
        }
    }
}

/// The value of a label: backslashes, quotes and line feeds are escaped.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for character in self.0.chars() {
            match character {
                '\\' => out.write_str("\\\\")?,
                '"' => out.write_str("\\\"")?,
                '\n' => out.write_str("\\n")?,
                other => out.write_char(other)?,
            }
        }
        Ok(())
    }
}

fn calls(out: &mut String, models: &[ModelMetrics]) -> Result {
    head(
        out,
        "requests_total",
        "counter",
        "Calls that have ended, by how they did.",
    )?;
    for model in models {
        let labels = Model(model);
        let errors = model.errors.values().sum();
        for (status, count) in [
            ("success", model.successes),
            ("error", errors),
            ("cancelled", model.cancellations),
        ] {
            writeln!(out, "llm_router_requests_total{{{labels},status=\"{status}\"}} {count}")?;
        }
    }
    head(out, "requests_in_progress", "gauge", "Calls that have not ended.")?;
    for model in models {
        let ended = model.successes + model.errors.values().sum::<u64>() + model.cancellations;
        let count = model.requests.saturating_sub(ended);
        writeln!(out, "llm_router_requests_in_progress{{{}}} {count}", Model(model))?;
    }
    head(
        out,
        "errors_total",
        "counter",
        "Calls that failed, by the kind of the error.",
    )?;
    for model in models {
        for (kind, count) in &model.errors {
            writeln!(
                out,
                "llm_router_errors_total{{{},kind=\"{kind}\"}} {count}",
                Model(model)
            )?;
        }
    }
    head(out, "retries_total", "counter", "Further attempts of calls.")?;
    for model in models {
        writeln!(out, "llm_router_retries_total{{{}}} {}", Model(model), model.retries)?;
    }
    head(out, "tokens_total", "counter", "Tokens, as far as the providers tell.")?;
    for model in models {
        for (kind, count) in [("prompt", model.prompt_tokens), ("completion", model.completion_tokens)] {
            writeln!(
                out,
                "llm_router_tokens_total{{{},type=\"{kind}\"}} {count}",
                Model(model)
            )?;
        }
    }
    Ok(())
}

fn times(out: &mut String, models: &[ModelMetrics]) -> Result {
    type Of = fn(&ModelMetrics) -> &TimeStats;
    let all: [(&str, &str, Of); 5] = [
        (
            "request_duration_seconds",
            "From the start of a call to the last of its answer, of calls that succeeded.",
            |model| &model.latency,
        ),
        (
            "time_to_first_token_seconds",
            "From the start of a streamed call to its first content.",
            |model| &model.first_token,
        ),
        (
            "time_between_tokens_seconds",
            "Between reads of a stream that brought content.",
            |model| &model.between_tokens,
        ),
        (
            "pool_wait_seconds",
            "How long calls waited for a place in the pool.",
            |model| &model.pool_wait,
        ),
        (
            "connect_duration_seconds",
            "How long opening a connection took.",
            |model| &model.connect,
        ),
    ];
    for (name, help, of) in all {
        head(out, name, "histogram", help)?;
        for model in models {
            histogram(out, name, &Model(model), of(model))?;
        }
    }
    Ok(())
}

fn histogram(out: &mut String, name: &str, labels: &Model<'_>, stats: &TimeStats) -> Result {
    for ((bound, _), count) in BOUNDS.iter().zip(&stats.within) {
        writeln!(out, "llm_router_{name}_bucket{{{labels},le=\"{bound}\"}} {count}")?;
    }
    let (count, sum) = (stats.count, stats.sum.as_secs_f64());
    writeln!(out, "llm_router_{name}_bucket{{{labels},le=\"+Inf\"}} {count}")?;
    writeln!(out, "llm_router_{name}_sum{{{labels}}} {sum}")?;
    writeln!(out, "llm_router_{name}_count{{{labels}}} {count}")
}

/// One sample without labels, or several that differ in one label.
fn family(out: &mut String, name: &str, kind: &str, help: &str, samples: &[(&str, f64)]) -> Result {
    head(out, name, kind, help)?;
    for (label, value) in samples {
        writeln!(out, "llm_router_{name}{label} {value}")?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus knows nothing but floats")]
fn pool(out: &mut String, stats: &PoolStats) -> Result {
    let gauges = [
        ("pool_max_connections", "The limit on sockets.", stats.max_connections),
        ("pool_in_use", "Calls that have a place in the pool.", stats.in_use),
        (
            "pool_peak",
            "The most calls that had a place or waited for one at once.",
            stats.peak,
        ),
        (
            "pool_waiting",
            "Calls that wait for a place in the pool.",
            stats.waiting,
        ),
    ];
    for (name, help, value) in gauges {
        family(out, name, "gauge", help, &[("", value as f64)])?;
    }
    let longest = stats.longest_wait.as_secs_f64();
    let help = "The longest time that a call has waited for a place in the pool.";
    family(out, "pool_longest_wait_seconds", "gauge", help, &[("", longest)])?;
    for (name, help, value) in [
        (
            "pool_waits_total",
            "Calls that had to wait for a place in the pool.",
            stats.waited,
        ),
        (
            "pool_timeouts_total",
            "Calls that gave up waiting for a place in the pool.",
            stats.pool_timeouts,
        ),
    ] {
        family(out, name, "counter", help, &[("", value as f64)])?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus knows nothing but floats")]
fn sockets(out: &mut String, stats: &SocketStats) -> Result {
    let states = [
        ("{state=\"idle\"}", stats.idle as f64),
        ("{state=\"dialling\"}", stats.dialling as f64),
    ];
    family(
        out,
        "pool_sockets",
        "gauge",
        "Sockets that wait to be used again, or are being opened.",
        &states,
    )?;
    let closed = &stats.closed;
    let reasons = [
        ("{reason=\"expiry\"}", closed.expiry as f64),
        ("{reason=\"surplus\"}", closed.surplus as f64),
        ("{reason=\"evicted\"}", closed.evicted as f64),
        ("{reason=\"server\"}", closed.server as f64),
        ("{reason=\"error\"}", closed.error as f64),
        ("{reason=\"cancelled\"}", closed.cancelled as f64),
    ];
    for (name, help, samples) in [
        (
            "pool_sockets_opened_total",
            "Sockets opened.",
            [("", stats.opened as f64)].as_slice(),
        ),
        (
            "pool_sockets_reused_total",
            "Requests that were given a socket that had served before.",
            &[("", stats.reused as f64)],
        ),
        (
            "pool_sockets_stale_total",
            "Idle sockets that the server had closed by the time that a request wanted them.",
            &[("", stats.stale as f64)],
        ),
        (
            "pool_sockets_reopened_total",
            "Sockets opened within 30 s after an idle one was closed, by the reason for that.",
            &[
                ("{reason=\"expiry\"}", stats.reopened_after_expiry as f64),
                ("{reason=\"surplus\"}", stats.reopened_after_surplus as f64),
            ],
        ),
        ("pool_sockets_closed_total", "Sockets closed, by reason.", &reasons),
    ] {
        family(out, name, "counter", help, samples)?;
    }
    Ok(())
}
