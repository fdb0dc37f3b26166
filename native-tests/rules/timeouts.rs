//! Seven clocks, each with its own error.

use std::time::Instant;

use llm_api_router::{ErrorKind, Phase, Replay, TimeLimit, TimeoutConfig, TimeoutKind};

use crate::torture::{END, Torture, black_hole, comment, done, event};
use crate::*;

/// All limits off but those that a test sets.
fn off() -> TimeoutConfig {
    TimeoutConfig::default()
        .pool(TimeLimit::OFF)
        .connect(TimeLimit::OFF)
        .write(TimeLimit::OFF)
        .read(TimeLimit::OFF)
}

/// Rule 12.
#[tokio::test]
async fn the_connect_limit_ends_a_dial_that_nobody_answers() {
    let hole = black_hole().await;
    let client = with_timeouts(format!("http://{}/v1", hole.address), off().connect(0.3));
    let from = Instant::now();
    let error = ask(&client).await.unwrap_err();
    assert_took(from.elapsed(), ms(300), ms(550));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Connect));
    assert_eq!(
        (error.phase(), error.replay(), error.bytes_sent()),
        (Some(Phase::Connect), Replay::NeverSent, 0)
    );
    assert_eq!(client.pool_stats().in_use, 0);
}

/// Rule 12.
#[tokio::test]
async fn the_connect_limit_covers_the_tls_handshake() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url().replace("http://", "https://"), off().connect(0.3));
    let from = Instant::now();
    let error = ask(&client).await.unwrap_err();
    assert_took(from.elapsed(), ms(300), ms(650));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Connect));
    server.accept().await.closed().await;
}

/// Rule 14.
#[tokio::test]
async fn the_read_limit_covers_the_wait_for_the_head() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(0.3));
    let asked = asking(&client);
    let mut socket = server.accept().await;
    let request = socket.request().await;
    let from = Instant::now();
    let error = asked.await.unwrap().unwrap_err();
    assert_took(from.elapsed(), ms(290), ms(550));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Read));
    assert_eq!(
        (error.phase(), error.replay()),
        (Some(Phase::Read), Replay::MaybeProcessed)
    );
    assert_eq!(
        (error.bytes_sent(), error.bytes_received()),
        (request.body.len() as u64, 0)
    );
    assert!(error.spent().read >= ms(290), "{:?}", error.spent());
    socket.closed().await;
}

/// Rule 14.
#[tokio::test]
async fn the_read_limit_starts_anew_with_each_chunk() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(0.3));
    let (stream, socket) = open_stream(&server, &client).await;
    let reading = tokio::spawn(read_to_end(stream));
    let mut last = Instant::now();
    for _ in 0..3 {
        tokio::time::sleep(ms(200)).await;
        last = Instant::now();
        socket.write(event("b")).await;
    }
    let error = reading.await.unwrap().unwrap_err();
    assert_took(last.elapsed(), ms(300), ms(550));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Read));
    assert_eq!((error.replay(), error.status()), (Replay::Processed, Some(200)));
    assert!(error.bytes_received() > 0);
}

/// Rule 14.
#[tokio::test]
async fn bytes_that_dribble_keep_the_read_limit_away() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(0.25));
    let (stream, socket) = open_stream(&server, &client).await;
    let reading = tokio::spawn(read_to_end(stream));
    let from = Instant::now();
    // One event, a few bytes at a time: no event is complete for longer than the limit.
    let rest = crate::torture::event("slow");
    for bytes in rest.as_bytes().chunks(rest.len() / 8) {
        tokio::time::sleep(ms(75)).await;
        assert!(socket.write(bytes).await);
    }
    socket.write(done() + END).await;
    assert_eq!(reading.await.unwrap().unwrap(), "aslow");
    assert_took(from.elapsed(), ms(600), ms(2000));
}

/// Rule 14: the head may dribble, too, as long as it is whole within the limit of its own.
#[tokio::test]
async fn the_read_limit_is_off_while_the_request_is_sent() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(0.3));
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.chat().completions().create(long_question(20_000_000)).await })
    };
    let mut socket = server.accept().await;
    // Longer than the read limit, nothing is taken.
    tokio::time::sleep(ms(600)).await;
    assert!(!asking.is_finished());
    socket.request().await;
    socket.write(ok("hi")).await;
    assert_eq!(asking.await.unwrap().unwrap().content(), Some("hi"));
}

/// Rule 14.
#[tokio::test]
async fn a_consumer_that_pauses_is_not_billed_as_reading() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(0.2).idle(0.2).first_token(0.2));
    let (mut stream, socket) = open_stream(&server, &client).await;
    tokio::time::sleep(ms(350)).await;
    assert_eq!(next_text(&mut stream).await, "a");
    tokio::time::sleep(ms(350)).await;
    socket.write(event("b")).await;
    assert_eq!(next_text(&mut stream).await, "b");
    tokio::time::sleep(ms(350)).await;
    socket.write(done() + END).await;
    assert_eq!(read_to_end(stream).await.unwrap(), "");
}

/// Rule 15.
#[tokio::test]
async fn the_write_limit_ends_an_upload_that_the_server_stops_reading() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().write(0.4));
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.chat().completions().create(long_question(50_000_000)).await })
    };
    let mut socket = server.accept().await;
    socket.request_head().await.unwrap();
    let from = Instant::now();
    let error = asking.await.unwrap().unwrap_err();
    assert_took(from.elapsed(), ms(390), ms(1500));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Write));
    assert_eq!(
        (error.phase(), error.replay()),
        (Some(Phase::Write), Replay::MaybeProcessed)
    );
    assert!((1..50_000_000).contains(&error.bytes_sent()), "{}", error.bytes_sent());
    assert!(socket.closed().await.len() < 50_000_000);
}

/// Rule 15.
#[tokio::test]
async fn a_slow_upload_that_moves_is_within_the_write_limit() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().write(0.4));
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.chat().completions().create(long_question(20_000_000)).await })
    };
    let mut socket = server.accept().await;
    let length: usize = socket
        .request_head()
        .await
        .unwrap()
        .header("content-length")
        .unwrap()
        .parse()
        .unwrap();
    let (from, mut read) = (Instant::now(), 0);
    while read < length {
        read += socket.read_some((length - read).min(1_000_000)).await;
        tokio::time::sleep(ms(60)).await;
    }
    assert_took(from.elapsed(), ms(900), ms(8000));
    socket.write(ok("hi")).await;
    assert_eq!(asking.await.unwrap().unwrap().content(), Some("hi"));
}

/// Rule 17.
#[tokio::test]
async fn the_idle_limit_is_not_reset_by_comments() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(5.0).idle(0.4));
    let (stream, socket) = open_stream(&server, &client).await;
    let reading = tokio::spawn(read_to_end(stream));
    let from = Instant::now();
    while !reading.is_finished() && from.elapsed() < ms(3000) {
        socket.write(comment()).await;
        tokio::time::sleep(ms(50)).await;
    }
    let error = reading.await.unwrap().unwrap_err();
    assert_took(from.elapsed(), ms(350), ms(750));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Idle));
}

/// Rule 17.
#[tokio::test]
async fn the_first_token_limit_runs_on_after_the_head() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().read(5.0).first_token(0.4));
    let begun = streaming(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    let from = Instant::now();
    tokio::time::sleep(ms(200)).await;
    socket.write(STREAM.to_owned() + &comment()).await;
    let error = read_to_end(begun.await.unwrap().unwrap()).await.unwrap_err();
    assert_took(from.elapsed(), ms(390), ms(650));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::FirstToken));
    socket.closed().await;
}

/// Rule 18.
#[tokio::test]
async fn the_total_limit_covers_the_waiting_and_the_answer() {
    let server = Torture::start().await;
    let client = client(server.url(), sockets(1, 1), off().total(0.6));
    let (busy, mut socket) = open_stream(&server, &client).await;
    let from = Instant::now();
    let asked = asking(&client);
    tokio::time::sleep(ms(300)).await;
    drop(busy);
    socket.closed().await;
    let mut socket = server.accept().await;
    socket.request().await;
    let error = asked.await.unwrap().unwrap_err();
    assert_took(from.elapsed(), ms(600), ms(700));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Total));
    let spent = error.spent();
    assert!(spent.pool >= ms(290) && spent.read >= ms(200), "{spent:?}");
    assert_took(error.elapsed(), ms(600), ms(650));
    socket.closed().await;
}

/// Rule 18: exact to 50 ms in the middle of a stream that goes on.
#[tokio::test]
async fn the_total_limit_ends_a_stream_that_goes_on() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), off().total(0.5));
    let from = Instant::now();
    let (stream, socket) = open_stream(&server, &client).await;
    let reading = tokio::spawn(read_to_end(stream));
    while !reading.is_finished() && from.elapsed() < ms(3000) {
        socket.write(event("b")).await;
        tokio::time::sleep(ms(20)).await;
    }
    let error = reading.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Total));
    assert_took(error.elapsed(), ms(500), ms(550));
}
