//! Many streams over one socket, within the limits of both sides.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinError;

use super::server::{BIG, Server, all, gets, pair};

#[tokio::test]
async fn a_hundred_streams_share_one_socket() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(4));
    let running = gets(&pair, &server.url("/hold"), 100);
    seen.until(|figures| figures.streams == 100).await;
    assert_eq!((seen.sweep().total, pair.gate.stats().in_use), (1, 100));
    server.release.send_replace(true);
    all(running).await;
    pair.get(&server.url("/")).await.unwrap();
    assert_eq!((seen.sweep().total, seen.sweep().open), (1, 1));
    let stats = pair.transport.sockets().unwrap();
    assert_eq!((stats.opened, stats.idle, pair.gate.stats().in_use), (1, 1, 0));
}

#[tokio::test]
async fn a_cancelled_stream_leaves_the_others_running() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    let mut running = gets(&pair, &server.url("/hold"), 3);
    seen.until(|figures| figures.streams == 3).await;
    let cancelled = running.remove(1);
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    seen.until(|figures| figures.streams == 2).await;
    assert_eq!(pair.gate.stats().in_use, 2);
    // The place is free, on the same socket.
    pair.get(&server.url("/")).await.unwrap();
    server.release.send_replace(true);
    all(running).await;
    assert_eq!((seen.sweep().total, seen.sweep().open), (1, 1));
}

#[tokio::test]
async fn the_one_who_dials_may_be_cancelled() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    let mut running = gets(&pair, &server.url("/"), 3);
    let dialling = running.remove(0);
    while pair.transport.sockets().unwrap().dialling == 0 {
        tokio::task::yield_now().await;
    }
    dialling.abort();
    all(running).await;
    assert_eq!(seen.sweep().most, 1);
    assert_eq!(pair.gate.stats().in_use, 0);
}

#[tokio::test]
async fn more_streams_than_a_socket_carries_open_another_within_the_cap() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(2));
    let running = gets(&pair, &server.url("/hold"), 250);
    seen.until(|figures| figures.streams == 200).await;
    let gate = pair.gate.stats();
    assert_eq!((seen.sweep().open, gate.in_use, gate.waiting), (2, 200, 50));
    server.release.send_replace(true);
    all(running).await;
    assert_eq!((seen.sweep().most, seen.sweep().total), (2, 2));
}

#[tokio::test]
async fn a_server_that_allows_few_streams_is_sent_no_more_and_all_are_answered() {
    for sockets in [1, 2] {
        let seen = Arc::default();
        let (server, pair) = (Server::limited(&seen, 3).await, pair(sockets));
        // Its limit arrives with the first answer.
        pair.get(&server.url("/")).await.unwrap();
        let running = gets(&pair, &server.url("/hold"), 20);
        seen.until(|figures| figures.streams == 3).await;
        server.release.send_replace(true);
        all(running).await;
        let figures = seen.sweep();
        assert_eq!((figures.most_streams, figures.requests, figures.most), (3, 21, 1));
        assert_eq!(pair.gate.stats().in_use, 0);
    }
}

#[tokio::test]
async fn requests_that_go_out_before_the_server_has_told_its_limit_are_answered_too() {
    let seen = Arc::default();
    let (server, pair) = (Server::limited(&seen, 3).await, pair(1));
    all(gets(&pair, &server.url("/"), 50)).await;
    assert_eq!((seen.sweep().most, pair.gate.stats().in_use), (1, 0));
}

#[tokio::test]
async fn a_cap_of_one_holds_over_two_origins() {
    let seen = Arc::default();
    let (one, two) = (Server::start(&seen).await, Server::start(&seen).await);
    let pair = pair(1);
    for _ in 0..10 {
        let mut running = gets(&pair, &one.url("/"), 5);
        running.extend(gets(&pair, &two.url("/"), 5));
        all(running).await;
    }
    let figures = seen.sweep();
    assert_eq!((figures.most, figures.open, figures.requests), (1, 1, 100));
}

#[tokio::test]
async fn consumers_that_pause_stop_no_other() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    let mut unread = Vec::new();
    for _ in 0..99 {
        unread.push(pair.send(&server.url("/big")).await.unwrap());
    }
    assert_eq!(pair.get(&server.url("/big")).await.unwrap(), BIG);
    assert_eq!((seen.sweep().total, pair.gate.stats().in_use), (1, 99));
    drop(unread);
    assert_eq!(pair.gate.stats().in_use, 0);
    pair.get(&server.url("/")).await.unwrap();
    assert_eq!(seen.sweep().total, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancellations_at_any_moment_leak_nothing() {
    let seen = Arc::default();
    let (one, two) = (Server::start(&seen).await, Server::start(&seen).await);
    let pair = pair(2);
    for round in 0..100_u32 {
        let server = if round % 3 == 0 { &two } else { &one };
        let running = gets(&pair, &server.url("/"), 30);
        for (number, task) in (0_u32..).zip(&running) {
            if (number + round) % 4 != 0 {
                tokio::time::sleep(Duration::from_micros(u64::from(round * 7 % 90))).await;
                task.abort();
            }
        }
        for task in running {
            let outcome = task.await;
            assert!(outcome.as_ref().is_err_and(JoinError::is_cancelled) || outcome.is_ok_and(|read| read == 2));
        }
    }
    assert_eq!(pair.gate.stats().in_use, 0);
    assert!(seen.sweep().most <= 2, "{:?}", seen.sweep());
    all(gets(&pair, &one.url("/"), 200)).await;
    all(gets(&pair, &two.url("/"), 200)).await;
    assert!(seen.sweep().most <= 2, "{:?}", seen.sweep());
}
