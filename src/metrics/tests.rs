//! Calls recorded by hand under a made-up time.

use std::time::Duration;

use super::*;
use crate::deadline::{Clocks, Limits};
use crate::error::{Error, ErrorKind, TimeoutKind};
use crate::rt::Instant;
use crate::strain::Content;

fn at(millis: u64) -> Instant {
    Instant::at(Duration::from_millis(millis))
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn clocks(limits: Limits) -> SharedClocks {
    SharedClocks::new(Clocks::start(at(0), limits, true))
}

fn meter() -> Meter {
    Meter::new("openai", "https://example.com/v1")
}

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "made up")
}

/// The numbers of the only model.
fn only(meter: &Meter) -> ModelMetrics {
    let models = meter.models.lock().unwrap();
    assert_eq!(models.len(), 1);
    models[0].snapshot("openai")
}

fn counts(model: &ModelMetrics) -> (u64, u64, u64, u64) {
    let errors = model.errors.values().sum();
    (model.requests, model.successes, errors, model.cancellations)
}

#[test]
fn a_call_is_followed_from_its_start_to_its_end() {
    let meter = meter();
    let clocks = clocks(Limits::default());
    let mut recording = meter.start("chat", "m", clocks.clone());
    assert_eq!(counts(&only(&meter)), (1, 0, 0, 0));
    clocks.lock().dials(at(20));
    clocks.lock().uploads(at(50));
    clocks.lock().uploaded(at(60));
    clocks.lock().head_arrives(at(100));
    for (millis, first) in [(200, true), (230, false), (260, false)] {
        clocks.lock().reads(at(millis - 20));
        clocks.lock().receives(at(millis), 10);
        let content = clocks.lock().content_arrives(at(millis));
        assert_eq!(matches!(content, Content::First(_)), first);
        recording.content(content);
    }
    recording.used(Tokens {
        prompt: 7,
        completion: 3,
    });
    recording.succeeds(at(300), None);
    recording.fails(at(400), &error(ErrorKind::Network));
    drop(recording);
    let model = only(&meter);
    assert_eq!(counts(&model), (1, 1, 0, 0));
    assert_eq!((model.prompt_tokens, model.completion_tokens), (7, 3));
    for (stats, count, sum) in [
        (&model.latency, 1, 300),
        (&model.first_token, 1, 200),
        (&model.between_tokens, 2, 60),
        (&model.pool_wait, 1, 20),
        (&model.connect, 1, 30),
    ] {
        assert_eq!((stats.count, stats.sum), (count, millis(sum)));
    }
}

#[test]
fn the_consumers_pause_is_not_between_tokens() {
    let meter = meter();
    let clocks = clocks(Limits::default());
    let recording = meter.start("chat", "m", clocks.clone());
    clocks.lock().head_arrives(at(0));
    for (reads, receives) in [(0, 10), (1000, 1015)] {
        clocks.lock().reads(at(reads));
        clocks.lock().receives(at(receives), 10);
        recording.content(clocks.lock().content_arrives(at(receives)));
        clocks.lock().pauses(at(receives));
    }
    assert_eq!(only(&meter).between_tokens.sum, millis(15));
}

#[test]
fn what_is_dropped_without_an_end_was_cancelled_unless_it_was_whole() {
    let meter = meter();
    drop(meter.start("chat", "m", clocks(Limits::default())));
    assert_eq!(counts(&only(&meter)), (1, 0, 0, 1));
    let mut recording = meter.start("chat", "m", clocks(Limits::default()));
    recording.is_whole(None);
    drop(recording);
    assert_eq!(counts(&only(&meter)), (2, 1, 0, 1));
    // A closed client is no failure.
    meter
        .start("chat", "m", clocks(Limits::default()))
        .fails(at(1), &error(ErrorKind::Aborted));
    assert_eq!(counts(&only(&meter)), (3, 1, 0, 2));
}

#[test]
fn errors_are_told_apart_by_kind_and_timeouts_by_limit() {
    let meter = meter();
    let kinds = [
        ErrorKind::RateLimit,
        ErrorKind::Timeout(TimeoutKind::Read),
        ErrorKind::Timeout(TimeoutKind::Read),
        ErrorKind::Timeout(TimeoutKind::FirstToken),
    ];
    for kind in kinds {
        let mut recording = meter.start("chat", "m", clocks(Limits::default()));
        recording.retries();
        recording.fails(at(5), &error(kind));
    }
    let model = only(&meter);
    let expected = [("first_token_timeout", 1), ("rate_limit", 1), ("read_timeout", 2)];
    assert_eq!(model.errors, expected.into());
    assert_eq!((model.retries, model.latency.count, model.pool_wait.count), (4, 0, 4));
}

#[test]
fn many_models_are_counted_together_behind_the_first() {
    let meter = meter();
    let long = "x".repeat(LONGEST_NAME + 1);
    for model in (0..100).map(|number| format!("m{number}")).chain([long]) {
        for _ in 0..2 {
            drop(meter.start("chat", &model, clocks(Limits::default())));
        }
    }
    let models = meter.models.lock().unwrap();
    assert_eq!(models.len(), MODELS + 1);
    assert!(models[..MODELS].iter().all(|series| series.requests.get() == 2));
    assert_eq!((&*models[MODELS].model, models[MODELS].requests.get()), (OTHER, 2 * 69));
}

#[test]
fn limits_that_are_nearly_reached_are_counted_once_per_call() {
    let meter = meter();
    let limits = Limits {
        pool: Some(millis(100)),
        read: Some(millis(100)),
        idle: Some(millis(100)),
        ..Limits::default()
    };
    let clocks = clocks(limits);
    let mut recording = meter.start("chat", "m", clocks.clone());
    clocks.lock().uploads(at(79));
    clocks.lock().uploaded(at(80));
    clocks.lock().head_arrives(at(165));
    for from in [200, 400] {
        clocks.lock().reads(at(from));
        clocks.lock().receives(at(from + 85), 10);
        clocks.lock().pauses(at(from + 85));
    }
    recording.succeeds(at(500), None);
    let near = crate::strain::LIMITS.map(|kind| meter.pressure.near(kind));
    assert_eq!(near, [0, 0, 0, 1, 0, 0, 0]);
}

#[test]
fn a_consumer_that_lets_bytes_wait_is_slow() {
    let meter = meter();
    // The second waits for the server just as long, which is nobody's fault here.
    for waits_itself in [true, false] {
        let clocks = clocks(Limits::default());
        let mut recording = meter.start("chat", "m", clocks.clone());
        clocks.lock().head_arrives(at(0));
        clocks.lock().receives(at(0), 10);
        clocks.lock().pauses(at(0));
        if !waits_itself {
            clocks.lock().reads(at(1));
        }
        clocks.lock().ends(at(500));
        recording.succeeds(at(500), None);
        recording.leaves(at(500));
    }
    let streams = meter.pressure.streams();
    assert_eq!((streams.all, streams.slow, streams.full), (2, 1, 0));
    assert_eq!((streams.held, streams.took), (millis(500), millis(1000)));
}

#[test]
fn a_full_buffer_is_noticed() {
    let meter = meter();
    let clocks = clocks(Limits::default());
    let mut recording = meter.start("chat", "m", clocks.clone());
    clocks.lock().head_arrives(at(0));
    clocks.lock().reads(at(0));
    clocks.lock().receives(at(10), 10);
    clocks.lock().fills(at(10));
    clocks.lock().reads(at(30));
    clocks.lock().receives(at(900), 10);
    recording.succeeds(at(900), None);
    recording.leaves(at(900));
    let streams = meter.pressure.streams();
    assert_eq!((streams.full, streams.slow, streams.held), (1, 0, millis(20)));
}
