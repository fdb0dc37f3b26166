//! The native part: this client beside reqwest used by hand and beside other clients, each in a process of its own.

mod parts;
mod results;
mod tables;

use std::time::{Duration, Instant};

use serde_json::Value;

use parts::{FIRST, LONG, MANY, OPEN, OURS, Part, SEQUENCE, SHORT, STREAMS, THRONG, TLS, UNARY};
use results::Results;

use super::field::{Field, in_turn, result};
use super::figures::{Bound, Target};
use super::report::Section;
use crate::Outcome;
use crate::process::Step;

/// Odd, so that the median is a round that there was.
const ROUNDS: usize = 7;
/// On a slow machine there are fewer: after so long no other round begins, once there were enough.
const ENOUGH: usize = 5;
const LONGEST: Duration = Duration::from_secs(8 * 60);

/// Runs the rounds; the tables, pictures and targets come back.
pub fn run(field: &Field) -> Outcome<Section> {
    let parts = [
        &UNARY, &MANY, &THRONG, &STREAMS, &SHORT, &LONG, &SEQUENCE, &FIRST, &OPEN, &TLS,
    ];
    let mut all: [Results; 10] = std::array::from_fn(|_| Results::default());
    let from = Instant::now();
    let mut rounds = 0;
    while rounds < ROUNDS && (rounds < ENOUGH || from.elapsed() < LONGEST) {
        eprintln!(
            "native: round {} of {ROUNDS}, after {} s",
            rounds + 1,
            from.elapsed().as_secs()
        );
        for (part, results) in parts.iter().zip(&mut all) {
            round(field, part, rounds, results)?;
        }
        rounds += 1;
    }
    let mut section = Section::new(format!(
        "{} {rounds} rounds in alternating order; medians, and in brackets the lowest and highest.",
        field.pinning
    ));
    let failures = all.iter().zip(parts).flat_map(|(results, part)| results.failures(part));
    for failure in field.missing.iter().cloned().chain(failures) {
        section.text(failure);
    }
    let [unary, many, throng, streams, short, long, sequence, first, open, tls] = all;
    tables::single(&mut section, &unary, &many);
    tables::streamed(&mut section, &streams, &sequence, &first);
    tables::growth(&mut section, [&short, &streams, &long], [&unary, &many, &throng]);
    tables::memory(&mut section, &open);
    tables::latency(&mut section, &tls);
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

/// Lets every contestant run once. One that failed is out: the others' figures are worth no less for it.
fn round(field: &Field, part: &Part, round: usize, results: &mut Results) -> Outcome {
    for contestant in in_turn(part.contestants, round) {
        let Some(step) = field.native(contestant).filter(|_| results.takes(contestant)) else {
            continue;
        };
        let before = field.sockets()?;
        let outcome = measure(field, part, contestant, step).and_then(|mut run| {
            let opened = field.sockets()?.saturating_sub(before);
            if let Some(fields) = run.as_object_mut() {
                fields.insert("sockets".to_owned(), opened.into());
            }
            results.add(contestant, run)
        });
        if let Err(problem) = outcome {
            eprintln!("{problem}");
            results.fails(contestant, &problem);
        }
    }
    Ok(())
}

/// One run of a contestant's program.
fn measure(field: &Field, part: &Part, contestant: &str, step: Step) -> Outcome<Value> {
    let encrypted = part.task == TLS.task;
    let (server, step) = if encrypted {
        (&field.https, step.env("BENCH_CERTIFICATE", &field.certificate))
    } else {
        (&field.http, step)
    };
    // Those in Python are slower by more than this: each gets about the same time.
    let share = if contestant.ends_with(".py") { 20 } else { 1 };
    let count = (part.count / share).max(part.concurrency);
    let finished = step
        .args([part.task, &format!("{server}{}", part.path)])
        .args([count.to_string(), part.concurrency.to_string()])
        .limit(Duration::from_secs(60))
        .run()?;
    result(contestant, &finished.stdout)
}
