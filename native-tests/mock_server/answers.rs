//! What is answered: texts, shapes, errors, CORS.

use serde_json::{Value, json};

use super::wire::Socket;
use super::{CHAT, ask, content, events, request, server, whole_text, with, within};

#[tokio::test]
async fn the_same_text_whole_streamed_and_from_parts() {
    let (first, second) = (server().await, server().await);
    let text = whole_text(&first, CHAT, &request()).await;
    let (head, stream) = ask(&second, CHAT, &with(request(), "stream", true)).await;
    assert_eq!(head.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let parts = json!([{"role": "user", "content": [
        {"type": "text", "text": "Tell me about "}, {"type": "text", "text": "connection pools."}
    ]}]);

    assert_eq!(content(&events(&stream.text())), text);
    assert_eq!(
        whole_text(&first, CHAT, &with(request(), "messages", parts)).await,
        text
    );
    assert!(
        text.starts_with("You said “Tell me about connection pools.” "),
        "{text}"
    );
    assert!(
        ["naïve", "café", "東京", "🙂"].iter().all(|word| text.contains(word)),
        "{text}"
    );
    assert!((40..=120).contains(&text.split(' ').count()), "{text}");
    assert_ne!(whole_text(&first, CHAT, &with(request(), "model", "other")).await, text);
}

#[tokio::test]
async fn a_stream_has_the_shape_of_openai() {
    let server = server().await;
    let request = with(
        with(request(), "stream", true),
        "stream_options",
        json!({"include_usage": true}),
    );
    let (_, stream) = ask(&server, CHAT, &request).await;
    // Every event in a chunk of its own.
    assert!(stream.complete && stream.pieces.iter().all(|piece| piece.ends_with(b"\n\n")));
    let events = events(&stream.text());
    assert_eq!(events.len() + 1, stream.pieces.len());

    let [role, words @ .., finish, usage] = events.as_slice() else {
        panic!("too few events: {events:?}")
    };
    assert_eq!(role["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(role["choices"][0]["delta"]["content"], "");
    assert!(words.iter().all(|word| word["choices"][0]["finish_reason"].is_null()));
    assert_eq!(finish["choices"][0]["finish_reason"], "stop");
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["completion_tokens"], words.len());
    assert_eq!(usage["usage"]["prompt_tokens"], 5);
    for event in &events {
        assert_eq!(event["object"], "chat.completion.chunk");
        assert_eq!((&event["id"], &event["created"]), (&role["id"], &role["created"]));
    }
}

#[tokio::test]
async fn max_tokens_bounds_the_words() {
    let server = server().await;
    let text = whole_text(&server, CHAT, &request()).await;
    for name in ["max_tokens", "max_completion_tokens"] {
        let (_, body) = ask(&server, CHAT, &with(request(), name, 9)).await;
        let answer: Value = serde_json::from_slice(&body.bytes()).unwrap();
        let short = answer["choices"][0]["message"]["content"].as_str().unwrap();
        assert_eq!(short.split(' ').count(), 9);
        assert!(text.starts_with(short));
        assert_eq!(answer["choices"][0]["finish_reason"], "length");
    }
}

#[tokio::test]
async fn bad_requests_are_explained() {
    let server = server().await;
    let chat = |request: Value| ("POST", CHAT, request.to_string());
    let table = [
        (("POST", CHAT, "{\"model\": ".to_owned()), 400, "parse the JSON body"),
        (("POST", CHAT, String::new()), 400, "parse the JSON body"),
        (chat(json!([])), 400, "'model'"),
        (chat(json!({"model": "m"})), 400, "'messages'"),
        (chat(json!({"model": "m", "messages": []})), 400, "'messages'"),
        (chat(json!({"model": "m", "messages": ["hello"]})), 400, "'role'"),
        (chat(with(request(), "max_tokens", 0)), 400, "'max_tokens'"),
        (("GET", CHAT, String::new()), 405, "POST only"),
        (("POST", "/v1/models", String::new()), 405, "GET only"),
        (("POST", "/_stats", String::new()), 405, "GET only"),
        (("GET", "/_stats/reset", String::new()), 405, "POST only"),
        (
            ("GET", "/", String::new()),
            404,
            "There are: POST /v1/chat/completions, POST /v1/embeddings, GET /v1/models",
        ),
        (
            ("GET", "/_other", String::new()),
            404,
            "There are: POST /v1/chat/completions",
        ),
        (
            ("POST", "/_scenario/nope/v1/chat/completions", String::new()),
            404,
            "stall-head, stall-body",
        ),
        (
            ("POST", "/_scenario/cut/v1/other", String::new()),
            404,
            "GET /v1/models",
        ),
    ];
    for ((method, path, body), status, message) in table {
        let (head, answer) = within(Socket::connect(&server).await.ask(method, path, &body)).await;
        assert_eq!(head.status, status, "{method} {path} {body}");
        assert_eq!(head.header("allow").is_some(), status == 405);
        let answer: Value = serde_json::from_slice(&answer.bytes()).unwrap();
        let said = answer["error"]["message"].as_str().unwrap();
        assert!(said.contains(message), "{method} {path} {body}: {said}");
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    within(async {
        socket.send("HEAD", "/v1/models", "", "").await;
        assert_eq!(socket.head().await.status, 405);
        // The next answer starts right here.
        assert_eq!(socket.ask("GET", "/v1/models", "").await.0.status, 200);
    })
    .await;
    assert_eq!(server.stats().aborted, 0);
}

#[tokio::test]
async fn pages_of_any_origin_may_ask() {
    let server = server().await;
    let mut socket = Socket::connect(&server).await;
    within(async {
        let asked = "origin: http://page\r\naccess-control-request-method: POST\r\n\
                     access-control-request-headers: authorization,content-type,x-own\r\n";
        for path in [CHAT, "/_scenario/status-500/v1/chat/completions", "/_stats/reset"] {
            socket.send("OPTIONS", path, asked, "").await;
            let head = socket.head().await;
            assert_eq!(head.status, 204);
            assert_eq!(head.header("access-control-allow-origin"), Some("*"));
            assert_eq!(
                head.header("access-control-allow-headers"),
                Some("authorization,content-type,x-own")
            );
            assert!(head.header("access-control-allow-methods").unwrap().contains("POST"));
            assert_eq!(head.header("access-control-max-age"), Some("86400"));
        }
        let paths = [
            "/v1/models",
            "/_scenario/status-429/v1/models",
            "/_scenario/html/v1/models",
            "/nowhere",
            "/_stats",
        ];
        for path in paths {
            let (head, _) = socket.ask("GET", path, "").await;
            assert_eq!(head.header("access-control-allow-origin"), Some("*"), "{path}");
            assert!(
                head.header("access-control-expose-headers")
                    .unwrap()
                    .contains("x-request-id, retry-after")
            );
        }
    })
    .await;
    assert_eq!(server.stats().requests, 4);
}
