//! How many sockets there may be: at once, idle, and for how long.

use std::time::{Duration, Instant};

use llm_api_router::{ConnectionPoolConfig, ErrorKind, TimeoutConfig, TimeoutKind};

use crate::torture::{END, Torture, answer_all, done, event};
use crate::*;

/// Rule 1.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_concurrent_requests_share_two_sockets_at_a_cap_of_two() {
    let server = Torture::serve(|socket| answer_all(socket, ms(10))).await;
    let client = with_sockets(server.url(), sockets(2, 2));
    for answer in ask_together(&client, 10).await {
        assert_eq!(answer.unwrap().content(), Some("hi"));
    }
    let stats = server.stats();
    assert_eq!((stats.most, stats.total, stats.requests), (2, 2, 10), "{stats:?}");
}

/// Rule 1, where a pool that races checkouts against dials opens many more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_workers_at_a_cap_of_sixteen_open_exactly_sixteen_sockets() {
    let server = Torture::serve(|socket| answer_all(socket, ms(1))).await;
    let client = with_sockets(server.url(), sockets(16, 16));
    let worker = |client: Client| async move {
        for _ in 0..30 {
            ask(&client).await.unwrap();
        }
    };
    let workers: Vec<_> = (0..64).map(|_| tokio::spawn(worker(client.clone()))).collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let stats = server.stats();
    assert_eq!(
        (stats.most, stats.total, stats.requests),
        (16, 16, 64 * 30),
        "{stats:?}"
    );
}

/// Rule 1.
#[tokio::test]
async fn a_dial_in_progress_counts_as_a_socket() {
    let server = Torture::start().await;
    // TLS to a server that never answers the handshake: the dial is in progress for as long as the test wants.
    let url = server.url().replace("http://", "https://");
    let client = client(url, sockets(1, 1), TimeoutConfig::default().pool(0.2));
    let first = asking(&client);
    let mut dialling = server.accept().await;
    let refused = ask(&client).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Timeout(TimeoutKind::Pool), "{refused}");
    assert_eq!(server.stats().total, 1);
    first.abort();
    dialling.closed().await;
}

/// Rule 4.
#[tokio::test]
async fn idle_sockets_alone_count_against_the_keepalive_limit() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(10, 3));
    let mut busy = Vec::new();
    for _ in 0..3 {
        busy.push(open_stream(&server, &client).await);
    }
    let mut socket = idle_socket(&server, &client).await;
    for _ in 0..5 {
        reuse(&mut socket, &client).await;
    }
    assert_eq!(server.stats().total, 4);
    for (mut stream, _) in busy {
        assert_eq!(next_text(&mut stream).await, "a");
    }
}

/// Rule 5.
#[tokio::test]
async fn a_keepalive_limit_of_zero_closes_every_socket_after_its_use() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(10, 0));
    for _ in 0..3 {
        assert_eq!(idle_socket(&server, &client).await.closed().await, b"");
    }
    let stats = server.stats();
    assert_eq!((stats.open, stats.most, stats.total), (0, 1, 3));
}

/// Rule 5.
#[tokio::test]
async fn after_a_burst_the_longest_idle_sockets_are_closed_first() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(10, 2));
    let mut burst = Vec::new();
    for _ in 0..5 {
        let asked = asking(&client);
        burst.push((asked, server.accept().await));
    }
    // They become idle in this order.
    let mut idle = Vec::new();
    for (_, mut socket) in burst {
        answer_next(&mut socket).await;
        idle.push(socket);
    }
    for socket in &mut idle[..3] {
        assert_eq!(socket.closed().await, b"");
    }
    for socket in &mut idle[3..] {
        assert!(
            socket.stays_open_for(ms(50)).await,
            "socket {} is within the limit",
            socket.id()
        );
    }
}

fn expiring(expiry: Duration) -> ConnectionPoolConfig {
    ConnectionPoolConfig {
        keepalive_expiry: expiry,
        ..Default::default()
    }
}

/// Rule 6.
#[tokio::test]
async fn an_idle_socket_is_closed_at_its_age_without_any_traffic() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), expiring(ms(400)));
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    let from = Instant::now();
    socket.write(ok("hi")).await;
    asked.await.unwrap().unwrap();
    assert_eq!(socket.closed().await, b"");
    assert_took(from.elapsed(), ms(400), ms(650));
}

/// Rule 6.
#[tokio::test]
async fn only_what_has_expired_is_closed_and_a_busy_socket_never() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), expiring(ms(600)));
    let (mut stream, mut busy) = open_stream(&server, &client).await;
    // Two sockets become idle 300 ms apart.
    let _asked = (asking(&client), asking(&client));
    let (mut one, mut two) = (server.accept().await, server.accept().await);
    let from = Instant::now();
    answer_next(&mut one).await;
    tokio::time::sleep(ms(300)).await;
    answer_next(&mut two).await;
    one.closed().await;
    assert_took(from.elapsed(), ms(600), ms(850));
    assert!(two.stays_open_for(ms(20)).await);
    two.closed().await;
    assert_took(from.elapsed(), ms(900), ms(1150));
    // The busy one has lived on.
    assert_eq!(next_text(&mut stream).await, "a");
    busy.write(event("b") + &done() + END).await;
    assert_eq!(read_to_end(stream).await.unwrap(), "b");
    assert!(busy.stays_open_for(ms(50)).await);
}

/// Rule 6: a socket's age counts from its last use.
#[tokio::test]
async fn reuse_makes_a_socket_young_again() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), expiring(ms(300)));
    let mut socket = idle_socket(&server, &client).await;
    for _ in 0..3 {
        tokio::time::sleep(ms(150)).await;
        reuse(&mut socket, &client).await;
    }
    let from = Instant::now();
    socket.closed().await;
    assert_took(from.elapsed(), ms(250), ms(550));
    assert_eq!(server.stats().total, 1);
}

/// Rule 10.
#[tokio::test]
async fn dropping_the_client_closes_its_idle_sockets() {
    let server = Torture::serve(|socket| answer_all(socket, ms(20))).await;
    let client = with_sockets(server.url(), sockets(4, 4));
    for answer in ask_together(&client, 4).await {
        answer.unwrap();
    }
    assert_eq!(server.stats().open, 4);
    drop(client);
    assert_took(server.until(|stats| stats.open == 0).await, ms(0), ms(1000));
}

/// Rule 10: closing does so, too, and lets what is under way come to its end.
#[tokio::test]
async fn closing_the_client_closes_idle_sockets_and_lets_a_stream_end() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(4, 4));
    let (stream, mut busy) = open_stream(&server, &client).await;
    let mut idle = idle_socket(&server, &client).await;
    client.close();
    assert_eq!(idle.closed().await, b"");
    busy.write(event("b") + &done() + END).await;
    assert_eq!(read_to_end(stream).await.unwrap(), "ab");
    assert_eq!(busy.closed().await, b"");
    assert_eq!(ask(&client).await.unwrap_err().kind(), ErrorKind::Aborted);
}

/// Rule 10: from a thread that knows no runtime, too.
#[test]
fn dropping_the_client_outside_of_its_runtime_closes_its_idle_sockets() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = runtime.block_on(Torture::serve(|socket| answer_all(socket, ms(0))));
    let client = with_sockets(server.url(), sockets(4, 4));
    runtime.block_on(ask(&client)).unwrap();
    assert_eq!(server.stats().open, 1);
    drop(client);
    runtime.block_on(server.until(|stats| stats.open == 0));
}
