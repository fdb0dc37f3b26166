//! A call that is dropped ends its work within 50 ms, whatever it was doing, and counts as no failure.

use std::time::Instant;

use llm_api_router::TimeLimit;

use crate::torture::{PATIENCE, Torture, black_hole, event, whole};
use crate::*;

/// By then all is over. Machines that run tests are busy: the best of several tries counts.
const AT_ONCE: Duration = ms(50);
const TRIES: usize = 5;

/// A client whose limits have no part in this.
fn patient(url: String, places: usize) -> Client {
    let off = TimeLimit::OFF;
    let timeouts = TimeoutConfig::default().pool(off).connect(off).read(off).write(off);
    let config = config(url)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::default());
    Client::new(config.connection_pool_config(sockets(places, places))).unwrap()
}

async fn until(condition: impl Fn() -> bool) {
    let from = Instant::now();
    while !condition() {
        assert!(from.elapsed() < PATIENCE, "it should have come to that by now");
        tokio::time::sleep(ms(1)).await;
    }
}

/// Each try brings a call into a state, cancels it, and tells how long it took until nothing of it was left.
async fn assert_ends_at_once(client: &Client, attempt: impl AsyncFn() -> Duration) {
    let mut best = PATIENCE;
    for _ in 0..TRIES {
        best = best.min(attempt().await);
    }
    assert!(best < AT_ONCE, "it took {best:?}");
    assert_all_cancelled(client, TRIES);
}

/// So many calls were cancelled, and none failed.
#[track_caller]
fn assert_all_cancelled(client: &Client, calls: usize) {
    let metrics = client.metrics();
    let [model] = metrics.models.as_slice() else {
        panic!("one model was asked: {metrics:?}");
    };
    assert_eq!(
        (model.cancellations, model.errors.len()),
        (calls as u64, 0),
        "{model:?}"
    );
    let pool = client.pool_stats();
    assert_eq!((pool.in_use, pool.waiting, pool.pool_timeouts), (0, 0, 0), "{pool:?}");
}

/// Cancels a call that is in its state; the time until its place is free and the server knows.
async fn cancel<T: std::fmt::Debug>(client: &Client, call: JoinHandle<T>, known: impl Future<Output = ()>) -> Duration {
    let from = Instant::now();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    known.await;
    until(|| client.pool_stats().in_use == 0).await;
    from.elapsed()
}

#[tokio::test]
async fn while_it_waits_for_a_place() {
    let server = Torture::start().await;
    let client = patient(server.url(), 1);
    let (stream, _socket) = open_stream(&server, &client).await;
    let mut best = PATIENCE;
    for _ in 0..TRIES {
        let call = asking(&client);
        until(|| client.pool_stats().waiting == 1).await;
        let from = Instant::now();
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        until(|| client.pool_stats().waiting == 0).await;
        best = best.min(from.elapsed());
    }
    assert!(best < AT_ONCE, "it took {best:?}");
    drop(stream);
    assert_all_cancelled(&client, TRIES + 1);
    assert_eq!(server.stats().requests, 1);
}

#[tokio::test]
async fn while_it_dials() {
    let hole = black_hole().await;
    let client = patient(format!("http://{}/v1", hole.address), 4);
    assert_ends_at_once(&client, async || {
        let call = asking(&client);
        until(|| client.pool_stats().sockets.unwrap().dialling == 1).await;
        cancel(&client, call, async {}).await
    })
    .await;
}

#[tokio::test]
async fn while_it_uploads() {
    let server = Torture::start().await;
    let client = patient(server.url(), 4);
    assert_ends_at_once(&client, async || {
        let call = {
            let client = client.clone();
            tokio::spawn(async move { client.chat().completions().create(long_question(8_000_000)).await })
        };
        let mut socket = server.accept().await;
        socket.request_head().await.unwrap();
        cancel(&client, call, async { drop(socket.closed().await) }).await
    })
    .await;
}

#[tokio::test]
async fn while_it_waits_for_the_head() {
    let server = Torture::start().await;
    let client = patient(server.url(), 4);
    assert_ends_at_once(&client, async || {
        let call = asking(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        cancel(&client, call, async { drop(socket.closed().await) }).await
    })
    .await;
}

#[tokio::test]
async fn while_it_waits_for_its_next_attempt() {
    let server = Torture::start().await;
    let client = patient(server.url(), 4);
    assert_ends_at_once(&client, async || {
        let call = asking(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        let busy = whole("503 Busy", "retry-after: 30\r\nconnection: close\r\n", "{}");
        socket.write(busy).await;
        until(|| client.pool_stats().in_use == 0).await;
        cancel(&client, call, async {}).await
    })
    .await;
    assert!(server.is_left_alone_for(ms(100)).await);
}

#[tokio::test]
async fn while_it_waits_for_its_first_content() {
    let server = Torture::start().await;
    let client = patient(server.url(), 4);
    assert_ends_at_once(&client, async || {
        let call = streaming(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        socket.write(STREAM.to_owned() + &crate::torture::comment()).await;
        tokio::time::sleep(ms(20)).await;
        cancel(&client, call, async { drop(socket.closed().await) }).await
    })
    .await;
}

#[tokio::test]
async fn while_an_answer_that_is_not_streamed_comes() {
    let server = Torture::start().await;
    let client = patient(server.url(), 4);
    assert_ends_at_once(&client, async || {
        let call = asking(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        socket
            .write("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":")
            .await;
        tokio::time::sleep(ms(20)).await;
        cancel(&client, call, async { drop(socket.closed().await) }).await
    })
    .await;
}

/// Read by a task, and left alone by its consumer with more behind it: both end when the stream is dropped.
#[tokio::test]
async fn while_it_streams_and_while_its_consumer_pauses() {
    let server = Torture::start().await;
    for reads in [true, false] {
        let client = patient(server.url(), 4);
        assert_ends_at_once(&client, async || {
            let (mut stream, mut socket) = open_stream(&server, &client).await;
            let call = tokio::spawn(async move {
                while reads && stream.next().await.is_some() {}
                std::future::pending::<()>().await;
                drop(stream);
            });
            for _ in 0..100 {
                socket.write(event("b")).await;
            }
            tokio::time::sleep(ms(20)).await;
            cancel(&client, call, async { drop(socket.closed().await) }).await
        })
        .await;
    }
}
