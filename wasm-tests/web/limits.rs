//! Limits of places and of time, each with bounds on how long it took.

use llm_api_router::{Client, Error, ErrorKind, Phase, Replay, TimeoutConfig, TimeoutKind};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fake::Fake;
use crate::time::{all, measure, sleep};
use crate::{config, places, stream, text};

/// Busy machines are late; timers that fire early would be a defect.
const LATE: f64 = 400.0;

fn limited(fake: &Fake, limits: TimeoutConfig) -> Client {
    let config = config(&fake.url).connection_pool_config(places(1));
    Client::new(config.timeout_config(limits)).unwrap()
}

/// The call ends with this timeout, in time, and leaves nothing behind.
async fn expires(client: &Client, kind: TimeoutKind, milliseconds: f64) -> Error {
    let call = async {
        let answer = stream(client).await?;
        text(answer).await
    };
    let (outcome, took) = measure(call).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(kind), "{error}");
    assert!(
        (milliseconds..milliseconds + LATE).contains(&took),
        "{kind}: {took} ms instead of {milliseconds}"
    );
    error
}

#[wasm_bindgen_test]
async fn a_place_in_the_pool() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a")], { open: true })"#);
    let client = limited(&fake, TimeoutConfig::default().pool(0.1));
    let first = stream(&client).await.unwrap();
    let error = expires(&client, TimeoutKind::Pool, 100.0).await;
    assert_eq!((error.phase(), error.replay()), (Some(Phase::Pool), Replay::NeverSent));
    assert_eq!((fake.requests(), client.pool_stats().waiting), (1, 0));
    drop(first);
    assert!(stream(&client).await.is_ok());
}

#[wasm_bindgen_test]
async fn a_place_in_the_pool_at_once_or_never() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a")], { open: true })"#);
    let client = limited(&fake, TimeoutConfig::default().pool(0.0));
    let _first = stream(&client).await.unwrap();
    expires(&client, TimeoutKind::Pool, 0.0).await;
}

#[wasm_bindgen_test]
async fn the_queue_is_first_in_first_out() {
    let fake = Fake::new(r#"return fake.stream([5, fake.text(String(fake.requests.length)), fake.end])"#);
    let client = limited(&fake, TimeoutConfig::default());
    let calls = (0..8).map(|_| async { text(stream(&client).await.unwrap()).await.unwrap() });
    let order: Vec<_> = all(calls).await;
    assert_eq!(order, ["1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[wasm_bindgen_test]
async fn a_head_that_never_comes_ends_with_the_sum_of_the_merged_limits() {
    let fake = Fake::new("return fake.never(signal)");
    let limits = TimeoutConfig::default().connect(0.05).write(0.05).read(0.1);
    let client = limited(&fake, limits);
    let error = expires(&client, TimeoutKind::Read, 200.0).await;
    assert_eq!(error.merged_phases(), [Phase::Connect, Phase::Write, Phase::Read]);
    assert_eq!(error.replay(), Replay::MaybeProcessed);
    assert_eq!((fake.aborted(), client.pool_stats().in_use), (1, 0));
}

#[wasm_bindgen_test]
async fn each_chunk_starts_the_read_clock_anew() {
    let fake = Fake::new(r#"return fake.stream([60, fake.text("a"), 60, fake.text("b"), 60, fake.end])"#);
    let client = limited(&fake, TimeoutConfig::default().read(0.15));
    assert_eq!(text(stream(&client).await.unwrap()).await.unwrap(), "ab");
}

#[wasm_bindgen_test]
async fn a_body_that_falls_silent() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a")], { open: true })"#);
    let client = limited(&fake, TimeoutConfig::default().read(0.1));
    let error = expires(&client, TimeoutKind::Read, 100.0).await;
    assert_eq!(
        (error.replay(), error.merged_phases()),
        (Replay::Processed, [].as_slice())
    );
    assert_eq!(
        (fake.aborted(), fake.cancelled(), client.pool_stats().in_use),
        (1, 1, 0)
    );
}

#[wasm_bindgen_test]
async fn the_consumer_s_pause_is_not_billed() {
    let fake = Fake::new(r#"return fake.stream([fake.text("a"), fake.text("b"), fake.end])"#);
    let client = limited(&fake, TimeoutConfig::default().read(0.05).idle(0.05));
    let mut answer = stream(&client).await.unwrap();
    answer.next().await.unwrap().unwrap();
    sleep(150.0).await;
    assert_eq!(text(answer).await.unwrap(), "b");
}

#[wasm_bindgen_test]
async fn the_whole_call() {
    let fake = Fake::new(r#"return fake.stream(Array.from({ length: 200 }, () => [20, fake.text("a")]).flat())"#);
    let client = limited(&fake, TimeoutConfig::default().total(0.15));
    expires(&client, TimeoutKind::Total, 150.0).await;
    let silent = Fake::new("return fake.never(signal)");
    expires(
        &limited(&silent, TimeoutConfig::default().total(0.1)),
        TimeoutKind::Total,
        100.0,
    )
    .await;
}

#[wasm_bindgen_test]
async fn the_first_token_though_the_head_and_pings_arrived() {
    let fake = Fake::new(r#"return fake.stream(Array.from({ length: 200 }, () => [20, ": ping\n\n"]).flat())"#);
    let client = limited(&fake, TimeoutConfig::default().first_token(0.1));
    expires(&client, TimeoutKind::FirstToken, 100.0).await;
}

#[wasm_bindgen_test]
async fn further_content_though_pings_arrive() {
    let fake = Fake::new(
        r#"return fake.stream([fake.text("a"), ...Array.from({ length: 200 }, () => [20, ": ping\n\n"]).flat()])"#,
    );
    let client = limited(&fake, TimeoutConfig::default().idle(0.1));
    expires(&client, TimeoutKind::Idle, 100.0).await;
}

#[wasm_bindgen_test]
async fn a_limit_longer_than_a_host_s_timer_holds_does_not_fire_at_once() {
    let fake = Fake::new(r#"return fake.stream([30, fake.text("a"), fake.end])"#);
    let client = limited(&fake, TimeoutConfig::default().read(1e7).total(1e8));
    assert_eq!(text(stream(&client).await.unwrap()).await.unwrap(), "a");
}
