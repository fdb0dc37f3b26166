//! What is measured from inside, by criterion: decoders, dialects, metrics.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::figures::{Bound, Target};
use super::report::Section;
use crate::Outcome;
use crate::project::{self, Project};
use crate::toolchain::native_cargo;

/// One measurement: its group and name, the bytes or elements that it works on, and the median of its times.
struct Figure {
    group: &'static str,
    name: &'static str,
    unit: &'static str,
    amount: f64,
    nanoseconds: f64,
}

/// The measurements, as `benches/native/inside.rs` names them.
const SSE: &str = "sse";
const SINGLE: &str = "sse, one event in single bytes";
const FIGURES: [(&str, &[&str]); 5] = [
    (SSE, &["whole", "16 bytes", "1 byte"]),
    ("ndjson", &["whole", "16 bytes", "1 byte"]),
    (SINGLE, &["1 MB", "10 MB", "100 MB"]),
    ("dialects", &["openai", "anthropic", "gemini", "aliyun", "ollama"]),
    ("metrics", &["a call", "a call of 1,000 reads"]),
];

/// Builds and runs them; the table and targets come back.
pub fn run(project: &Project) -> Outcome<Section> {
    let step = native_cargo(project, &["bench", "--package", "native-bench", "--bench", "inside"]);
    step.named("the benchmarks from inside")
        .args(["--", "--noplot"])
        .limit(Duration::from_secs(1800))
        .shown()
        .run()?;
    let folder = project.target.join("criterion");
    let mut figures = Vec::new();
    for (group, names) in FIGURES {
        for name in names {
            figures.push(figure(&folder, group, name)?);
        }
    }
    let mut section = Section::new(
        "On one core, without a network, by criterion; medians. Streams have 1,000 events, and dialects read them in \
         pieces of 16 KiB."
            .to_owned(),
    );
    let mut table = "| measured | | time | per second |\n|---|---|---|---|\n".to_owned();
    for figure in &figures {
        table.push_str(&figure.row());
    }
    section.text(table);
    let of = |group: &str, name: &str| {
        let figure = figures
            .iter()
            .find(|figure| (figure.group, figure.name) == (group, name));
        figure.map_or(f64::NAN, |figure| figure.amount / figure.nanoseconds)
    };
    section.target(Target::new(
        "GB per second of SSE in whole buffers",
        Bound::AtLeast(1.0),
        of(SSE, "whole"),
    ));
    section.target(Target::new(
        "time of a byte of an event of 100 MB that comes in single bytes, to that of 10 MB",
        Bound::AtMost(1.2),
        of(SINGLE, "10 MB") / of(SINGLE, "100 MB"),
    ));
    Ok(section)
}

/// What criterion has written about one measurement.
fn figure(folder: &Path, group: &'static str, name: &'static str) -> Outcome<Figure> {
    let dir = folder.join(group).join(name).join("new");
    let read = |file: &str| -> Outcome<Value> {
        let text = project::read(&dir.join(file))?;
        serde_json::from_str(&text).map_err(|error| format!("{file} of {group}/{name} is not JSON: {error}"))
    };
    let (estimates, benchmark) = (read("estimates.json")?, read("benchmark.json")?);
    let nanoseconds = estimates.pointer("/median/point_estimate").and_then(Value::as_f64);
    let amount = |unit: &str| {
        benchmark
            .pointer(&format!("/throughput/{unit}"))
            .and_then(Value::as_f64)
    };
    let (unit, amount) = match (amount("Bytes"), amount("Elements")) {
        (Some(bytes), _) => ("MB", bytes),
        (_, Some(elements)) => ("reads", elements),
        _ => ("calls", 1.0),
    };
    Ok(Figure {
        group,
        name,
        unit,
        amount,
        nanoseconds: nanoseconds.ok_or_else(|| format!("{group}/{name} has no median"))?,
    })
}

impl Figure {
    fn row(&self) -> String {
        let time = match self.nanoseconds {
            ns if ns >= 1e6 => format!("{:.1} ms", ns / 1e6),
            ns if ns >= 1e3 => format!("{:.1} µs", ns / 1e3),
            ns => format!("{ns:.0} ns"),
        };
        let rate = self.amount / self.nanoseconds * 1e9;
        let rate = match self.unit {
            "MB" => format!("{:.0} MB", rate / 1e6),
            unit => format!("{:.2} million {unit}", rate / 1e6),
        };
        format!("| {} | {} | {time} | {rate} |\n", self.group, self.name)
    }
}
