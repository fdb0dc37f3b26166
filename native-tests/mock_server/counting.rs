//! The counters: exact, and not changed by looking at them.

use serde_json::{Value, json};

use super::wire::Socket;
use super::{CHAT, request, server, with, within};

#[tokio::test]
async fn keep_alive_is_one_socket() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    within(async {
        socket.ask("POST", CHAT, &request().to_string()).await;
        socket
            .ask("POST", CHAT, &with(request(), "stream", true).to_string())
            .await;
        socket.ask("GET", "/v1/models", "").await;
    })
    .await;
    let stats = server.stats();
    assert_eq!((stats.open, stats.most_open, stats.total), (1, 1, 1));
    assert_eq!((stats.requests, stats.in_flight, stats.aborted), (3, 0, 0));
}

#[tokio::test]
async fn most_open_is_the_most_at_once() {
    let server = server().await;
    let open = async |count: usize| {
        let mut sockets = Vec::new();
        for _ in 0..count {
            let mut socket = Socket::connect(&server).await;
            socket.ask("GET", "/v1/models", "").await;
            sockets.push(socket);
        }
        sockets
    };
    within(async {
        let mut sockets = open(8).await;
        sockets.truncate(3);
        server.wait_until(|stats| stats.open == 3).await;
        let _more = open(2).await;
        let stats = server.stats();
        assert_eq!((stats.open, stats.most_open, stats.total), (5, 8, 10));
    })
    .await;
}

#[tokio::test]
async fn silent_sockets_count() {
    let server = server().await;
    within(async {
        let _silent = Socket::connect(&server).await;
        let mut slow = Socket::connect(&server).await;
        slow.write("PO").await;
        // Gone without a word.
        drop(Socket::connect(&server).await);
        server.wait_until(|stats| stats.total == 3 && stats.open == 2).await;
        slow.write("ST /v1/models HTTP/1.1\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(slow.head().await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn control_sockets_do_not_count() {
    let server = server().await;
    within(async {
        let mut api = Socket::connect(&server).await;
        api.ask("GET", "/v1/models", "").await;

        for _ in 0..5 {
            let mut control = Socket::connect(&server).await;
            let (head, body) = control.ask("GET", "/_stats", "").await;
            let stats: Value = serde_json::from_slice(&body.bytes()).unwrap();
            let expected = json!({"open": 1, "most_open": 1, "total": 1, "requests": 1, "in_flight": 0, "aborted": 0});
            assert_eq!(stats, expected);
            assert_eq!(serde_json::to_value(server.stats()).unwrap(), expected);
            // Else a pool could send its next API request here.
            assert_eq!(head.header("connection"), Some("close"));
            assert!(control.closed().await);
        }
        // An API socket that looks at the counters stays what it is.
        let (head, _) = api.ask("GET", "/_stats", "").await;
        assert_eq!(head.header("connection"), None);
        api.ask("GET", "/v1/models", "").await;
        assert_eq!(server.stats().total, 1);
    })
    .await;
}

#[tokio::test]
async fn a_control_socket_may_hesitate() {
    let server = server().await;
    within(async {
        let mut control = Socket::connect(&server).await;
        // Taken for an API socket at first, and taken back.
        server.wait_until(|stats| stats.open == 1 && stats.total == 1).await;
        control.write("GET /_st").await;
        control.write("ats HTTP/1.1\r\n\r\n").await;
        let head = control.head().await;
        let stats: Value = serde_json::from_slice(&control.body(&head).await.bytes()).unwrap();
        assert_eq!(
            (&stats["open"], &stats["most_open"], &stats["total"]),
            (&json!(0), &json!(0), &json!(0))
        );
    })
    .await;
}

#[tokio::test]
async fn a_scenario_is_no_control_path() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    within(socket.ask("GET", "/_scenario/html/v1/models", "")).await;
    assert_eq!((server.stats().total, server.stats().requests), (1, 1));
}

#[tokio::test]
async fn a_reset_keeps_what_is_open() {
    let server = server().await;
    within(async {
        let mut sockets = [Socket::connect(&server).await, Socket::connect(&server).await];
        for socket in &mut sockets {
            socket.ask("GET", "/v1/models", "").await;
        }
        let [kept, gone] = sockets;
        drop(gone);
        server.wait_until(|stats| stats.open == 1).await;
        let (_, body) = Socket::connect(&server).await.ask("POST", "/_stats/reset", "").await;
        let expected = json!({"open": 1, "most_open": 1, "total": 0, "requests": 0, "in_flight": 0, "aborted": 0});
        assert_eq!(serde_json::from_slice::<Value>(&body.bytes()).unwrap(), expected);

        Socket::connect(&server).await.ask("GET", "/v1/models", "").await;
        assert_eq!((server.stats().most_open, server.stats().total), (2, 1));
        server.reset_stats();
        assert_eq!((server.stats().requests, server.stats().total), (0, 0));
        drop(kept);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted() {
    let server = server().await;
    within(async {
        for (count, scenario) in ["stall-head", "stall-body", "endless"].into_iter().enumerate() {
            let mut socket = Socket::connect(&server).await;
            let path = format!("/_scenario/{scenario}{CHAT}");
            socket
                .send("POST", &path, "", &with(request(), "stream", true).to_string())
                .await;
            server.wait_until(|stats| stats.in_flight == 1).await;
            if scenario != "stall-head" {
                socket.head().await;
                socket.chunk().await.expect("an event");
            }
            drop(socket);
            let gone = server.wait_until(|stats| stats.open == 0 && stats.in_flight == 0).await;
            assert_eq!(gone.aborted as usize, count + 1, "{scenario}");
        }
    })
    .await;
}
