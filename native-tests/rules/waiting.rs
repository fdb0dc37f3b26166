//! Who waits for a socket, for how long, and in which order.

use std::net::TcpListener;
use std::time::Instant;

use llm_api_router::{ErrorKind, Phase, Replay, TimeoutConfig, TimeoutKind};

use crate::torture::{Torture, answer_all};
use crate::*;

/// Rule 11.
#[tokio::test]
async fn the_pool_limit_ends_the_waiting_for_a_socket() {
    let server = Torture::start().await;
    let client = client(server.url(), sockets(1, 1), TimeoutConfig::default().pool(0.2));
    let (_stream, _socket) = open_stream(&server, &client).await;
    let from = Instant::now();
    let error = ask(&client).await.unwrap_err();
    assert_took(from.elapsed(), ms(200), ms(450));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Pool));
    assert_eq!((error.phase(), error.replay()), (Some(Phase::Pool), Replay::NeverSent));
    assert_eq!(error.limit(), Some(ms(200)));
    assert_eq!(client.pool_stats().pool_timeouts, 1);
}

/// Rule 11.
#[tokio::test]
async fn a_pool_limit_of_zero_takes_a_free_socket_and_never_waits() {
    let server = Torture::start().await;
    let client = client(server.url(), sockets(1, 1), TimeoutConfig::default().pool(0.0));
    let mut socket = idle_socket(&server, &client).await;
    reuse(&mut socket, &client).await;
    let busy = asking(&client);
    socket.request().await;
    let from = Instant::now();
    let error = ask(&client).await.unwrap_err();
    assert_took(from.elapsed(), ms(0), ms(50));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Pool));
    socket.write(ok("hi")).await;
    busy.await.unwrap().unwrap();
}

/// Waits until so many requests are in line.
async fn until_waiting(client: &Client, waiters: usize) {
    while client.pool_stats().waiting != waiters {
        tokio::task::yield_now().await;
    }
}

/// Rule 8.
#[tokio::test]
async fn waiters_are_served_in_the_order_of_their_coming() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let first = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    for number in 1..=5 {
        let waiter = client.clone();
        tokio::spawn(async move { waiter.chat().completions().create(long_question(1000 * number)).await });
        until_waiting(&client, number).await;
    }
    socket.write(ok("hi")).await;
    first.await.unwrap().unwrap();
    for number in 1..=5 {
        let length = socket.request().await.body.len();
        assert!(
            (1000 * number..1000 * number + 900).contains(&length),
            "waiter {number} is next, not one with {length} bytes"
        );
        socket.write(ok("hi")).await;
    }
}

/// Rule 8.
#[tokio::test]
async fn a_cancelled_waiter_leaves_the_line_without_a_trace() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let busy = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    let cancelled = asking(&client);
    until_waiting(&client, 1).await;
    let next = asking(&client);
    until_waiting(&client, 2).await;
    cancelled.abort();
    until_waiting(&client, 1).await;
    socket.write(ok("hi")).await;
    busy.await.unwrap().unwrap();
    answer_next(&mut socket).await;
    next.await.unwrap().unwrap();
    let (stats, pool) = (server.stats(), client.pool_stats());
    assert_eq!((stats.total, stats.requests, pool.in_use, pool.waiting), (1, 2, 0, 0));
}

/// Rule 8.
#[tokio::test]
async fn a_cancelled_dial_frees_its_place() {
    let server = Torture::start().await;
    let url = server.url().replace("http://", "https://");
    let client = with_sockets(url, sockets(1, 1));
    let dialling = asking(&client);
    let mut first = server.accept().await;
    let waiting = asking(&client);
    until_waiting(&client, 1).await;
    dialling.abort();
    first.closed().await;
    server.accept().await;
    assert_eq!(server.stats().most, 1);
    waiting.abort();
}

/// Rule 8.
#[tokio::test]
async fn a_failed_dial_lets_the_next_waiter_try() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = with_sockets(format!("http://{free}/v1"), sockets(1, 1));
    for answer in ask_together(&client, 5).await {
        let error = answer.unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.replay()),
            (ErrorKind::Network, Some("ECONNREFUSED"), Replay::NeverSent)
        );
    }
    assert_eq!(client.pool_stats().in_use, 0);
}

/// Rule 8.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_random_cancellations_leave_full_capacity() {
    const CAP: usize = 16;
    let server = Torture::serve(|socket| answer_all(socket, ms(1))).await;
    let client = client(server.url(), sockets(CAP, CAP), TimeoutConfig::default().pool(30.0));
    let worker = |seed: u64, client: Client| async move {
        let mut random = Random(seed);
        let mut cancelled = 0;
        for _ in 0..160 {
            let patience = std::time::Duration::from_micros(random.below(40_000));
            cancelled += usize::from(tokio::time::timeout(patience, ask(&client)).await.is_err());
        }
        cancelled
    };
    let workers: Vec<_> = (1..=64)
        .map(|seed| tokio::spawn(worker(seed, client.clone())))
        .collect();
    let mut cancelled = 0;
    for worker in workers {
        cancelled += worker.await.unwrap();
    }
    assert!(
        (1000..=10_140).contains(&cancelled),
        "{cancelled} of 10,240 were cancelled, so that both ways were tried"
    );
    let pool = client.pool_stats();
    assert_eq!((pool.in_use, pool.waiting), (0, 0));
    for answer in ask_together(&client, 4 * CAP).await {
        answer.unwrap();
    }
    let stats = server.stats();
    assert!(stats.most <= CAP && stats.open <= CAP, "{stats:?}");
}

/// Small pseudo-random numbers, the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
