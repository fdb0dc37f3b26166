//! The tables, pictures and targets of the native benchmark.

use super::parts::{ASYNC_OPENAI, BOTH, BY_HAND, GENAI, HTTPX, NAMES, OPENAI, OURS, SOCKETS, words};
use super::results::{Results, number};
use crate::bench::figures::{Bound, Target};
use crate::bench::plot;
use crate::bench::report::Section;

/// Answers that are not streamed.
pub(super) fn single(section: &mut Section, unary: &Results, many: &Results) {
    work(section, "One request after the other", "request", unary);
    work(section, "64 requests at a time", "request", many);
    section.text(
        "“hyper by hand, on reqwest's connections” is no client: reqwest opens its sockets, and it speaks on them itself. It \
         shows what of a request's cost is reqwest's own, which no client that sends through reqwest can save.",
    );
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

/// Streams: events, sockets, the time to the first one.
pub(super) fn streamed(section: &mut Section, streams: &Results, sequence: &Results, first: &Results) {
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
pub(super) fn growth(section: &mut Section, streams: [&Results; 3], requests: [&Results; 3]) {
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

/// What an open stream holds.
pub(super) fn memory(section: &mut Section, results: &Results) {
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

/// What a new connection over TLS costs.
pub(super) fn latency(section: &mut Section, results: &Results) {
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
