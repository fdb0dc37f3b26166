//! Several origins, several addresses: what a client of one base URL cannot show.

use std::time::{Duration, Instant};

use super::Host;
use super::pair::Pair;
use torture::{Torture, answer_all, black_hole};

#[path = "../../../native-tests/torture/mod.rs"]
mod torture;

async fn answering() -> Torture {
    Torture::serve(|socket| answer_all(socket, Duration::ZERO)).await
}

/// Rule 2.
#[tokio::test]
async fn at_the_cap_the_longest_idle_socket_of_another_origin_makes_room() {
    let (one, two, three) = (answering().await, answering().await, answering().await);
    let pair = Pair::new(2, Host::default());
    pair.get(&one.url()).await.unwrap();
    pair.get(&two.url()).await.unwrap();
    pair.get(&three.url()).await.unwrap();
    one.until(|stats| stats.open == 0).await;
    assert_eq!((two.stats().open, three.stats().open), (1, 1));
    // The one that was used last has not been touched.
    pair.get(&two.url()).await.unwrap();
    assert_eq!(two.stats().total, 1);
}

/// Rule 2: never more sockets than the cap, whoever they lead to.
#[tokio::test]
async fn a_cap_of_one_holds_over_two_origins() {
    let (one, two) = (answering().await, answering().await);
    let pair = Pair::new(1, Host::default());
    for _ in 0..10 {
        pair.get(&one.url()).await.unwrap();
        assert_eq!((one.stats().open, two.stats().open), (1, 0));
        pair.get(&two.url()).await.unwrap();
        assert_eq!((one.stats().open, two.stats().open), (0, 1));
    }
}

/// Rule 3.
#[tokio::test]
async fn two_origins_in_turn_each_keep_their_socket_at_a_cap_of_two() {
    let (one, two) = (answering().await, answering().await);
    let pair = Pair::new(2, Host::default());
    for _ in 0..50 {
        pair.get(&one.url()).await.unwrap();
        pair.get(&two.url()).await.unwrap();
    }
    assert_eq!((one.stats().total, two.stats().total), (1, 1));
    assert_eq!((one.stats().requests, two.stats().requests), (50, 50));
}

/// Rule 13.
#[tokio::test]
async fn a_dead_address_leaves_time_for_the_next_one() {
    let server = answering().await;
    let hole = black_hole().await;
    let refusing = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for dead in [refusing, hole.address] {
        let addresses = vec![("two.test".to_owned(), vec![dead, server.address()])];
        let pair = Pair::new(
            1,
            Host {
                addresses,
                ..Host::default()
            },
        );
        let from = Instant::now();
        pair.get("http://two.test/v1").await.unwrap();
        assert!(
            from.elapsed() < Duration::from_millis(950),
            "within the connect limit, not {:?}",
            from.elapsed()
        );
    }
    assert_eq!(server.stats().total, 2);
}

/// A proxy gets the request whole, and hosts of `NO_PROXY` are reached without it.
#[tokio::test]
async fn a_proxy_of_the_environment_is_used_but_for_its_exceptions() {
    let (proxy, near) = (Torture::start().await, answering().await);
    let variable = |name: &str| match name {
        "HTTP_PROXY" => Some("http://proxy.test".to_owned()),
        "NO_PROXY" => Some("near.test".to_owned()),
        _ => None,
    };
    let addresses = vec![
        ("proxy.test".to_owned(), vec![proxy.address()]),
        ("near.test".to_owned(), vec![near.address()]),
    ];
    let pair = Pair::new(
        2,
        Host {
            addresses,
            variable,
            ..Host::default()
        },
    );
    let answer = async {
        let mut socket = proxy.accept().await;
        let line = socket.request().await.line;
        socket.write(torture::ok("hi")).await;
        line
    };
    let (sent, line) = tokio::join!(pair.get("http://far.test/v1"), answer);
    sent.unwrap();
    assert_eq!(line, "POST http://far.test/v1 HTTP/1.1");
    pair.get("http://near.test/v1").await.unwrap();
    assert_eq!((near.stats().requests, proxy.stats().requests), (1, 1));
}
