//! Each scenario, as bytes on the wire, against the plain answer.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::wire::{Body, Head, Socket};
use super::{CHAT, ask, content, events, request, server, whole_text, with, within};

/// Asks a server of its own for a stream.
async fn streamed(scenario: &str) -> (Head, Body) {
    let server = server().await;
    ask(
        &server,
        &format!("/_scenario/{scenario}{CHAT}"),
        &with(request(), "stream", true),
    )
    .await
}

async fn whole(scenario: &str) -> (Head, Body) {
    let server = server().await;
    ask(&server, &format!("/_scenario/{scenario}{CHAT}"), &request()).await
}

/// The events of the plain stream.
async fn plain() -> Vec<String> {
    let server = server().await;
    let (_, body) = ask(&server, CHAT, &with(request(), "stream", true)).await;
    body.pieces
        .into_iter()
        .map(|piece| String::from_utf8(piece).unwrap())
        .collect()
}

/// Role and half of the words.
async fn first_half() -> String {
    let plain = plain().await;
    // Role, words, finish, [DONE].
    let words = plain.len() - 3;
    plain[..=words / 2].concat()
}

#[tokio::test]
async fn html_and_empty() {
    for (head, body) in [streamed("html").await, whole("html").await] {
        assert_eq!(
            (head.status, head.header("content-type")),
            (200, Some("text/html; charset=utf-8"))
        );
        assert!(body.text().starts_with("<!doctype html>"));
    }
    for (head, body) in [streamed("empty").await, whole("empty").await] {
        assert_eq!((head.status, head.header("content-length")), (200, Some("0")));
        assert!(body.complete && body.bytes().is_empty());
    }
}

#[tokio::test]
async fn every_status() {
    for status in [400, 401, 403, 404, 408, 409, 422, 429, 500, 503, 529] {
        let (head, body) = streamed(&format!("status-{status}")).await;
        assert_eq!(head.status, status);
        assert!(head.header("x-request-id").unwrap().starts_with("req_"));
        assert_eq!(head.header("retry-after"), (status == 429).then_some("1"));
        let body: Value = serde_json::from_slice(&body.bytes()).unwrap();
        assert!(body["error"]["message"].is_string() && body["error"]["type"].is_string());
    }
}

#[tokio::test]
async fn malformed() {
    let (_, body) = streamed("malformed").await;
    let text = body.text();
    let broken: Vec<&str> = text
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").unwrap())
        .filter(|event| *event != "[DONE]" && serde_json::from_str::<Value>(event).is_err())
        .collect();
    assert_eq!(broken.len(), 1);
    assert!(body.complete && text.ends_with("data: [DONE]\n\n"));

    let (head, body) = whole("malformed").await;
    assert_eq!(head.header("content-type"), Some("application/json"));
    assert!(body.complete && serde_json::from_slice::<Value>(&body.bytes()).is_err());
}

#[tokio::test]
async fn truncated_ends_cleanly() {
    let (_, body) = streamed("truncated").await;
    assert!(body.complete);
    assert_eq!(body.text(), first_half().await);
    let (_, body) = whole("truncated").await;
    assert!(body.complete && serde_json::from_slice::<Value>(&body.bytes()).is_err());
}

#[tokio::test]
async fn cut_closes_in_the_middle_of_an_event() {
    let (head, body) = streamed("cut").await;
    assert_eq!(head.header("transfer-encoding"), Some("chunked"));
    assert!(!body.complete);
    let text = body.text();
    let rest = text.strip_prefix(&first_half().await).expect("half of the text came");
    assert!(rest.starts_with("data: {") && !rest.contains('\n'), "{rest}");

    let (head, body) = whole("cut").await;
    let announced: usize = head.header("content-length").unwrap().parse().unwrap();
    assert!(!body.complete);
    assert_eq!(body.bytes().len(), announced / 2);
}

#[tokio::test]
async fn a_cut_is_not_the_clients_doing() {
    let server = server().await;
    ask(&server, &format!("/_scenario/cut{CHAT}"), &request()).await;
    let stats = within(server.wait_until(|stats| stats.open == 0)).await;
    assert_eq!((stats.aborted, stats.in_flight), (0, 0));
}

#[tokio::test]
async fn error_in_stream() {
    let (_, body) = streamed("error-in-stream").await;
    let text = body.text();
    let error = text.strip_prefix(&first_half().await).expect("half of the text came");
    let error: Value = serde_json::from_str(error.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(error["error"]["type"], "server_error");
    assert!(body.complete);
    let (head, body) = whole("error-in-stream").await;
    assert_eq!(head.status, 200);
    assert_eq!(serde_json::from_slice::<Value>(&body.bytes()).unwrap(), error);
}

#[tokio::test]
async fn stalls_send_nothing_more() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    let half = first_half().await;
    within(async {
        socket
            .send(
                "POST",
                &format!("/_scenario/stall-body{CHAT}"),
                "",
                &with(request(), "stream", true).to_string(),
            )
            .await;
        socket.head().await;
        let mut came = String::new();
        while came.len() < half.len() {
            came.push_str(&String::from_utf8(socket.chunk().await.expect("an event")).unwrap());
        }
        assert_eq!(came, half);
    })
    .await;
    let silence = tokio::time::timeout(Duration::from_millis(200), socket.chunk()).await;
    assert!(silence.is_err(), "{silence:?}");

    let mut socket = Socket::connect(&server).await;
    socket
        .send(
            "POST",
            &format!("/_scenario/stall-head{CHAT}"),
            "",
            &request().to_string(),
        )
        .await;
    let silence = tokio::time::timeout(Duration::from_millis(200), socket.head()).await;
    assert!(silence.is_err(), "{silence:?}");
    assert_eq!(server.stats().in_flight, 2);
}

#[tokio::test]
async fn comments_crlf_and_bytes_change_the_form_alone() {
    let plain = plain().await;
    let (_, body) = streamed("comments").await;
    let comments: String = plain.iter().flat_map(|event| [": keep waiting\n\n", event]).collect();
    assert_eq!(body.text(), comments);

    let (_, body) = streamed("crlf").await;
    assert_eq!(body.text(), plain.concat().replace('\n', "\r\n"));

    let (_, body) = streamed("bytes").await;
    assert_eq!(body.text(), plain.concat());
    assert!(body.pieces.iter().all(|piece| (1..=7).contains(&piece.len())));

    let (_, body) = whole("bytes").await;
    assert!(body.pieces.len() > 100 && serde_json::from_slice::<Value>(&body.bytes()).is_ok());
}

#[tokio::test]
async fn slow_takes_its_time() {
    let server = server().await;
    for request in [
        with(with(request(), "stream", true), "max_tokens", 4),
        with(request(), "max_tokens", 4),
    ] {
        let started = Instant::now();
        let (_, body) = ask(&server, &format!("/_scenario/slow{CHAT}"), &request).await;
        assert!(body.complete && body.pieces.len() > 4);
        assert!(
            started.elapsed() >= Duration::from_millis(4 * 50),
            "{:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn endless_goes_on_after_the_text() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    let request = with(with(request(), "stream", true), "max_tokens", 5);
    within(async {
        socket
            .send("POST", &format!("/_scenario/endless{CHAT}"), "", &request.to_string())
            .await;
        socket.head().await;
        for _ in 0..20 {
            let event = String::from_utf8(socket.chunk().await.expect("an event")).unwrap();
            assert!(event.contains(r#""finish_reason":null"#), "{event}");
        }
    })
    .await;
}

#[tokio::test]
async fn close_closes_after_the_answer() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    within(async {
        let stream = with(request(), "stream", true).to_string();
        let (head, body) = socket.ask("POST", &format!("/_scenario/close{CHAT}"), &stream).await;
        assert_eq!(head.header("connection"), Some("close"));
        assert!(body.complete && body.text().ends_with("data: [DONE]\n\n"));
        assert!(socket.closed().await);
    })
    .await;
}

#[tokio::test]
async fn auth_wants_a_key() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    for (key, status) in [
        ("", 401),
        ("authorization: Basic eDp5\r\n", 401),
        ("authorization: Bearer \r\n", 401),
        ("authorization: Bearer any\r\n", 200),
    ] {
        within(async {
            socket
                .send("POST", &format!("/_scenario/auth{CHAT}"), key, &request().to_string())
                .await;
            let head = socket.head().await;
            socket.body(&head).await;
            assert_eq!(head.status, status, "{key}");
        })
        .await;
    }
}

#[tokio::test]
async fn echo_headers_tells_what_was_sent() {
    let server = server().await;
    let path = format!("/_scenario/echo-headers{CHAT}");
    let mut socket = Socket::connect(&server).await;
    let echoed = within(async {
        let headers = "X-Own: naïve\r\nX-Twice: 1\r\nx-twice: 2\r\nauthorization: Bearer key\r\n";
        socket
            .send("POST", &path, headers, &with(request(), "stream", true).to_string())
            .await;
        let head = socket.head().await;
        socket.body(&head).await.text()
    })
    .await;
    let echoed: Value = serde_json::from_str(&content(&events(&echoed))).unwrap();
    assert_eq!(echoed["x-own"], "naïve");
    assert_eq!(echoed["x-twice"], "1, 2");
    assert_eq!(echoed["authorization"], "Bearer key");

    let echoed: Value = serde_json::from_str(&whole_text(&server, &path, &request()).await).unwrap();
    assert_eq!(
        echoed,
        json!({"content-length": with(request(), "stream", false).to_string().len().to_string(), "host": "test"})
    );
}

#[tokio::test]
async fn events_come_in_the_number_asked_for() {
    let server = server().await;
    let path = format!("/_scenario/events-1000{CHAT}");
    let (_, body) = ask(&server, &path, &with(request(), "stream", true)).await;
    let events = events(&body.text());
    assert_eq!(events.len(), 1 + 1000 + 1);
    assert_eq!(content(&events), whole_text(&server, &path, &request()).await);
}

#[tokio::test]
async fn models_have_scenarios_too() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    within(async {
        let (_, body) = socket.ask("GET", "/v1/models", "").await;
        let models: Value = serde_json::from_slice(&body.bytes()).unwrap();
        assert_eq!(
            (&models["object"], &models["data"][0]["object"]),
            (&json!("list"), &json!("model"))
        );
        let (head, _) = socket.ask("GET", "/_scenario/status-500/v1/models", "").await;
        assert_eq!(head.status, 500);
        let (_, body) = socket.ask("GET", "/_scenario/truncated/v1/models", "").await;
        assert!(serde_json::from_slice::<Value>(&body.bytes()).is_err());
    })
    .await;
}
