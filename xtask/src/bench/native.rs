//! The native part: this client beside reqwest used by hand and beside other clients, each in a process of its own.

use serde_json::Value;

use super::field::{Field, in_turn, result};
use super::figures::{Bound, Figures, Target};
use super::plot;
use super::report::Section;
use crate::Outcome;

/// Odd, so that the median is a round that there was.
const ROUNDS: usize = 7;

const OURS: &str = "ours";
const BY_HAND: &str = "by_hand";
const SOCKETS: &str = "sockets";
const ASYNC_OPENAI: &str = "async_openai";
const GENAI: &str = "genai";
const HTTPX: &str = "httpx_client.py";
const OPENAI: &str = "openai_client.py";

/// What the tables call the contestants.
const NAMES: [(&str, &str); 6] = [
    (BY_HAND, "reqwest by hand"),
    (OURS, "llm-api-router"),
    (ASYNC_OPENAI, "async-openai"),
    (GENAI, "genai"),
    (HTTPX, "httpx by hand"),
    (OPENAI, "openai-python"),
];
const ALL: &[&str] = &[BY_HAND, OURS, ASYNC_OPENAI, GENAI, HTTPX, OPENAI];
const BOTH: &[&str] = &[BY_HAND, OURS];

/// One thing that is measured.
struct Part {
    task: &'static str,
    path: &'static str,
    count: u32,
    concurrency: u32,
    contestants: &'static [&'static str],
}

const UNARY: Part = Part {
    task: "ask",
    path: "/v1",
    count: 4_000,
    concurrency: 1,
    contestants: ALL,
};
const MANY: Part = Part {
    count: 20_000,
    concurrency: 64,
    ..UNARY
};
const THRONG: Part = Part {
    count: 20_000,
    concurrency: 1_000,
    contestants: BOTH,
    ..UNARY
};
const STREAMS: Part = Part {
    task: "stream",
    path: "/_scenario/events-1000/v1",
    count: 480,
    concurrency: 16,
    contestants: ALL,
};
const SHORT: Part = Part {
    path: "/_scenario/events-10/v1",
    count: 8_000,
    contestants: BOTH,
    ..STREAMS
};
const LONG: Part = Part {
    path: "/_scenario/events-100000/v1",
    count: 4,
    concurrency: 4,
    contestants: BOTH,
    ..STREAMS
};
const SEQUENCE: Part = Part {
    count: 100,
    concurrency: 1,
    contestants: BOTH,
    ..STREAMS
};
const FIRST: Part = Part {
    task: "first",
    path: "/_scenario/events-10/v1",
    count: 1_000,
    concurrency: 1,
    contestants: BOTH,
};
const OPEN: Part = Part {
    task: "open",
    path: "/_scenario/slow/v1",
    count: 1_000,
    concurrency: 1_000,
    contestants: &[SOCKETS, BY_HAND, OURS],
};
const TLS: Part = Part {
    task: "tls",
    path: "/v1",
    count: 100,
    concurrency: 1,
    contestants: &[OURS],
};

/// What every round of one part gave, by contestant.
#[derive(Default)]
struct Results(Vec<(&'static str, Vec<Value>)>);

/// Runs the rounds; the tables, pictures and targets come back.
pub fn run(field: &Field) -> Outcome<Section> {
    let parts = [
        &UNARY, &MANY, &THRONG, &STREAMS, &SHORT, &LONG, &SEQUENCE, &FIRST, &OPEN, &TLS,
    ];
    let mut all: [Results; 10] = std::array::from_fn(|_| Results::default());
    for number in 0..ROUNDS {
        eprintln!("native: round {} of {ROUNDS}", number + 1);
        for (part, results) in parts.iter().zip(&mut all) {
            round(field, part, number, results)?;
        }
    }
    let mut section = Section::new(format!(
        "{} {ROUNDS} rounds in alternating order; medians, and in brackets the lowest and highest.",
        field.pinning
    ));
    let [unary, many, throng, streams, short, long, sequence, first, open, tls] = all;
    single(&mut section, &unary, &many);
    streamed(&mut section, &streams, &sequence, &first);
    growth(&mut section, [&short, &streams, &long], [&unary, &many, &throng]);
    memory(&mut section, &open);
    latency(&mut section, &tls);
    Ok(section)
}

/// What does not depend on how fast the machine is, or how busy: the sockets that are opened.
pub fn counts(field: &Field) -> Outcome<Section> {
    const OURS_ALONE: &[&str] = &[OURS];
    let many = Part {
        count: 2_000,
        contestants: OURS_ALONE,
        ..MANY
    };
    let sequence = Part {
        contestants: OURS_ALONE,
        ..SEQUENCE
    };
    let mut section = Section::new("Counts alone, no times.".to_owned());
    for (part, what, most) in [
        (many, "sockets opened for 64 requests at a time", 64.0),
        (sequence, "sockets opened for 100 streams, one after the other", 1.0),
    ] {
        let mut results = Results::default();
        round(field, &part, 0, &mut results)?;
        let sockets = results.sockets(OURS).highest();
        section.target(Target::new(what, Bound::AtMost(most), sockets));
    }
    Ok(section)
}

/// Lets every contestant run once.
fn round(field: &Field, part: &Part, round: usize, results: &mut Results) -> Outcome {
    for contestant in in_turn(part.contestants, round) {
        let Some(step) = field.native(contestant) else {
            continue;
        };
        let before = field.sockets()?;
        let encrypted = part.task == TLS.task;
        let server = if encrypted { &field.https } else { &field.http };
        // Those in Python are slower by more than this: each gets about the same time.
        let share = if contestant.ends_with(".py") { 20 } else { 1 };
        let count = (part.count / share).max(part.concurrency);
        let finished = step
            .env("BENCH_CERTIFICATE", if encrypted { &field.certificate } else { "" })
            .args([part.task, &format!("{server}{}", part.path)])
            .args([count.to_string(), part.concurrency.to_string()])
            .limit(std::time::Duration::from_secs(60))
            .run()?;
        let mut run = result(contestant, &finished.stdout)?;
        let opened = field.sockets()?.saturating_sub(before);
        if let Some(fields) = run.as_object_mut() {
            fields.insert("sockets".to_owned(), opened.into());
        }
        results.add(contestant, run)?;
    }
    Ok(())
}

impl Results {
    /// Notes a run, whose text has to be the same as in all others.
    fn add(&mut self, contestant: &'static str, run: Value) -> Outcome {
        let first = self.0.iter().flat_map(|(_, runs)| runs).next();
        if let Some(first) = first.filter(|first| first.get("text") != run.get("text")) {
            return Err(format!(
                "{contestant} got another text than the first: {run} instead of {first}"
            ));
        }
        match self.0.iter_mut().find(|(name, _)| *name == contestant) {
            Some((_, runs)) => runs.push(run),
            None => self.0.push((contestant, vec![run])),
        }
        Ok(())
    }

    /// A figure of every round of one contestant.
    fn of(&self, contestant: &str, figure: impl Fn(&Value) -> f64) -> Figures {
        let runs = self.0.iter().find(|(name, _)| *name == contestant);
        Figures(runs.iter().flat_map(|(_, runs)| runs).map(figure).collect())
    }

    /// How much was done per second.
    fn rate(&self, contestant: &str, unit: &str) -> Figures {
        self.of(contestant, |run| number(run, unit) / number(run, "wall"))
    }

    /// Microseconds of CPU time that each took.
    fn cpu(&self, contestant: &str, unit: &str) -> Figures {
        self.of(contestant, |run| number(run, "cpu") / number(run, unit) * 1e6)
    }

    fn sockets(&self, contestant: &str) -> Figures {
        self.of(contestant, |run| number(run, "sockets"))
    }

    /// Ours to another's.
    fn ratio(&self, figure: impl Fn(&str) -> Figures, other: &str) -> f64 {
        figure(OURS).ratio(&figure(other)).median()
    }
}

fn number(run: &Value, name: &str) -> f64 {
    run.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

fn single(section: &mut Section, unary: &Results, many: &Results) {
    work(section, "One request after the other", "request", unary);
    work(section, "64 requests at a time", "request", many);
    section.target(Target::new(
        "CPU time per request, one after the other, to reqwest by hand",
        Bound::AtMost(1.05),
        unary.ratio(|name| unary.cpu(name, "count"), BY_HAND),
    ));
    section.target(Target::new(
        "requests per second, 64 at a time, to reqwest by hand",
        Bound::AtLeast(0.95),
        many.ratio(|name| many.rate(name, "count"), BY_HAND),
    ));
    section.target(Target::new(
        "sockets opened for 64 requests at a time",
        Bound::AtMost(64.0),
        many.sockets(OURS).highest(),
    ));
}

fn streamed(section: &mut Section, streams: &Results, sequence: &Results, first: &Results) {
    work(section, "Streams of 1,000 events, 16 at a time", "event", streams);
    let rates = NAMES.map(|(name, words)| (words, streams.rate(name, "events")));
    section.plot(
        "native-streams",
        "Streams of 1,000 events, 16 at a time",
        plot::bars(
            "Events per second on one core, 16 streams of 1,000 events at a time",
            "",
            "llm-api-router",
            &rates,
        ),
    );
    for (other, least) in [
        (BY_HAND, 1.10),
        (ASYNC_OPENAI, 2.0),
        (GENAI, 4.0),
        (HTTPX, 14.0),
        (OPENAI, 14.0),
    ] {
        section.target(Target::new(
            format!("events per second, 16 streams at a time, to {}", words(other)),
            Bound::AtLeast(least),
            streams.ratio(|name| streams.rate(name, "events"), other),
        ));
    }
    section.target(Target::new(
        "CPU time per event, 16 streams at a time, to reqwest by hand",
        Bound::AtMost(1.0),
        streams.ratio(|name| streams.cpu(name, "events"), BY_HAND),
    ));
    section.target(Target::new(
        "sockets opened for 100 streams, one after the other",
        Bound::AtMost(1.0),
        sequence.sockets(OURS).highest(),
    ));
    let time = |name: &str| first.of(name, |run| number(run, "first") * 1e6);
    section.text(format!(
        "| Time to the first event, on an open socket | µs |\n|---|---|\n| reqwest by hand | {:.0} |\n| llm-api-router | {:.0} |\n",
        time(BY_HAND),
        time(OURS)
    ));
    section.target(Target::new(
        "time to the first event, to reqwest by hand",
        Bound::AtMost(1.1),
        first.ratio(time, BY_HAND),
    ));
}

/// A table of rates and costs, per request or per event.
fn work(section: &mut Section, title: &str, unit: &str, results: &Results) {
    let field = if unit == "event" { "events" } else { "count" };
    let mut table = format!(
        "| {title} | {unit}s per second | to reqwest by hand | µs of CPU per {unit} | its core busy, % | sockets opened |\n\
         |---|---|---|---|---|---|\n"
    );
    for (name, words) in NAMES {
        let rate = results.rate(name, field);
        if rate.0.is_empty() {
            continue;
        }
        let busy = results.of(name, |run| number(run, "cpu") / number(run, "wall") * 100.0);
        table.push_str(&format!(
            "| {words} | {:.0} | {:.2} | {:.2} | {:.0} | {:.0} |\n",
            rate,
            rate.ratio(&results.rate(BY_HAND, field)),
            results.cpu(name, field),
            busy.median(),
            results.sockets(name).median()
        ));
    }
    section.text(table);
}

/// Whether more of the same costs more than it should.
fn growth(section: &mut Section, streams: [&Results; 3], requests: [&Results; 3]) {
    let cost =
        |results: &[&Results; 3], unit: &str, name: &str| results.map(|results| results.cpu(name, unit).median());
    let mut table =
        "| µs of CPU | per event: 10 in a stream | 1,000 | 100,000 | per request: 1 in flight | 64 | 1,000 |\n\
                     |---|---|---|---|---|---|---|\n"
            .to_owned();
    for name in BOTH {
        table.push_str(&format!("| {} |", words(name)));
        for value in cost(&streams, "events", name)
            .into_iter()
            .chain(cost(&requests, "count", name))
        {
            table.push_str(&format!(" {value:.2} |"));
        }
        table.push('\n');
    }
    section.text(table);
    let lines =
        |results: &[&Results; 3], unit| [BY_HAND, OURS].map(|name| (words(name), cost(results, unit, name).to_vec()));
    section.plot(
        "native-growth-events",
        "CPU time per event as streams grow",
        plot::curves(
            "CPU time per event, by events in a stream",
            "µs",
            "llm-api-router",
            &["10", "1,000", "100,000"],
            &lines(&streams, "events"),
        ),
    );
    section.plot(
        "native-growth-requests",
        "CPU time per request as more are in flight",
        plot::curves(
            "CPU time per request, by requests in flight",
            "µs",
            "llm-api-router",
            &["1", "64", "1,000"],
            &lines(&requests, "count"),
        ),
    );
    for (what, [few, some, many]) in [
        ("event, as streams grow", cost(&streams, "events", OURS)),
        ("request, as more are in flight", cost(&requests, "count", OURS)),
    ] {
        section.target(Target::new(
            format!("CPU time per {what}, to that of a step before (the larger of two)"),
            Bound::AtMost(1.2),
            (some / few).max(many / some),
        ));
    }
}

fn memory(section: &mut Section, results: &Results) {
    let each = |name| results.of(name, |run| number(run, "bytes") / number(run, "count") / 1024.0);
    let beyond = |name| each(name).combine(&each(SOCKETS), |one, two| one - two);
    let mut table = format!(
        "| 1,000 slow streams open at once | KiB of memory per stream | beyond plain sockets |\n|---|---|---|\n\
         | plain sockets, read and thrown away | {:.1} | |\n",
        each(SOCKETS)
    );
    for name in BOTH {
        table.push_str(&format!(
            "| {} | {:.1} | {:.1} |\n",
            words(name),
            each(name),
            beyond(name)
        ));
    }
    section.text(table);
    section.target(Target::new(
        "KiB of memory per open stream, beyond a plain socket's",
        Bound::AtMost(36.0),
        beyond(OURS).median(),
    ));
}

fn latency(section: &mut Section, results: &Results) {
    let time = |kind: &'static str| results.of(OURS, move |run| number(run, kind) * 1e6);
    let (warm, cold) = (time("warm"), time("cold"));
    let mut table = "| TLS on loopback: time to an answer | p50, µs | to a new socket's |\n|---|---|---|\n".to_owned();
    for (words, kind) in [
        ("an open socket", "warm"),
        ("a new socket of the same client (resumes the TLS session)", "cold"),
        ("a new client (loads the certificates)", "new"),
    ] {
        table.push_str(&format!(
            "| {words} | {:.0} | {:.2} |\n",
            time(kind),
            time(kind).ratio(&cold)
        ));
    }
    section.text(table);
    section.target(Target::new(
        "warm p50 over TLS, to a cold one",
        Bound::AtMost(0.5),
        warm.ratio(&cold).median(),
    ));
}

fn words(name: &str) -> &str {
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(name, |(_, words)| words)
}
