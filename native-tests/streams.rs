//! Streamed answers end to end, against the mock server.

#![allow(clippy::unwrap_used, clippy::panic)] // tests

use llm_api_router::mock_server::{MockServer, Script};
use llm_api_router::{ChatRequest, ChatStream, Client, ErrorKind, Message, ProviderConfig, Replay, RetryConfig};

fn client(base_url: String) -> Client {
    Client::new(
        ProviderConfig::new("openai-compatible", "key")
            .base_url(base_url)
            .default_model("m")
            .retry_config(RetryConfig {
                max_retries: 0,
                ..Default::default()
            }),
    )
    .unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new([Message::user("naïve question")])
}

async fn text(stream: &mut ChatStream) -> llm_api_router::Result<String> {
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.push_str(chunk?.content().unwrap_or_default());
    }
    Ok(text)
}

#[tokio::test]
async fn streamed_and_whole_answers_say_the_same_whatever_the_wire_looks_like() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let whole = client(server.base_url())
        .chat()
        .completions()
        .create(request())
        .await
        .unwrap();
    let whole = whole.content().unwrap();
    assert!(whole.contains("naïve question"), "{whole}");
    for scenario in ["crlf", "bytes", "comments", "close"] {
        let client = client(server.scenario_url(scenario));
        let mut stream = client.chat().completions().stream(request()).await.unwrap();
        assert_eq!(text(&mut stream).await.unwrap(), whole, "{scenario}");
        assert!(stream.next().await.is_none(), "the end stays the end");
    }
}

#[tokio::test]
async fn a_hundred_streams_in_sequence_open_one_socket() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let client = client(server.base_url());
    for _ in 0..100 {
        let mut stream = client.chat().completions().stream(request()).await.unwrap();
        text(&mut stream).await.unwrap();
    }
    assert_eq!(server.stats().total, 1, "{:?}", server.stats());
}

#[tokio::test]
async fn answers_that_are_not_whole_are_errors_and_what_came_is_handed_over() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    for (scenario, kind) in [
        ("truncated", ErrorKind::Stream),
        ("cut", ErrorKind::Network),
        ("malformed", ErrorKind::Stream),
        ("error-in-stream", ErrorKind::Provider),
    ] {
        let client = client(server.scenario_url(scenario));
        let mut stream = client.chat().completions().stream(request()).await.unwrap();
        let mut chunks = 0;
        let error = loop {
            match stream.next().await.unwrap() {
                Ok(_) => chunks += 1,
                Err(error) => break error,
            }
        };
        assert!(chunks > 3, "{scenario}: {chunks}");
        assert_eq!(
            (error.kind(), error.replay()),
            (kind, Replay::Processed),
            "{scenario}: {error}"
        );
        assert!(stream.next().await.is_none());
        assert_eq!(client.pool_stats().in_use, 0, "{scenario}");
    }
}

#[tokio::test]
async fn answers_that_are_none_are_typed_errors() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    for (scenario, kind) in [
        ("html", ErrorKind::Stream),
        ("empty", ErrorKind::Stream),
        ("status-400", ErrorKind::BadRequest),
        ("status-401", ErrorKind::Authentication),
        ("status-403", ErrorKind::Permission),
        ("status-404", ErrorKind::NotFound),
        ("status-429", ErrorKind::RateLimit),
        ("status-500", ErrorKind::Provider),
    ] {
        let client = client(server.scenario_url(scenario));
        let whole = client.chat().completions().create(request()).await.unwrap_err();
        let streamed = match client.chat().completions().stream(request()).await {
            Err(error) => error,
            Ok(mut stream) => text(&mut stream).await.unwrap_err(),
        };
        assert_eq!(
            (whole.kind(), streamed.kind()),
            (kind, kind),
            "{scenario}: {whole} / {streamed}"
        );
        assert_eq!(client.pool_stats().in_use, 0, "{scenario}");
    }
}

#[tokio::test]
async fn a_dropped_stream_or_call_frees_its_place_and_the_server_sees_it() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let endless = client(server.scenario_url("endless"));
    let mut stream = endless.chat().completions().stream(request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    assert_eq!(endless.pool_stats().in_use, 1);
    drop(stream);
    assert_eq!(endless.pool_stats().in_use, 0);
    server
        .wait_until(|stats| stats.aborted == 1 && stats.in_flight == 0)
        .await;

    let stalled = client(server.scenario_url("stall-head"));
    let call = tokio::spawn(async move { stalled.chat().completions().create(request()).await });
    server.wait_until(|stats| stats.in_flight == 1).await;
    call.abort();
    server
        .wait_until(|stats| stats.aborted == 2 && stats.in_flight == 0)
        .await;
}

#[tokio::test]
async fn a_refused_connection_is_a_network_error_and_nothing_was_sent() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let client = client(server.base_url());
    server.shut_down().await;
    let error = client.chat().completions().create(request()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.replay()),
        (ErrorKind::Network, Replay::NeverSent),
        "{error}"
    );
}

#[test]
fn a_call_outside_a_runtime_is_an_error_that_says_so() {
    let client = client("http://127.0.0.1:9/v1".to_owned());
    let mut call = std::pin::pin!(client.chat().completions().create(request()));
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    match std::future::Future::poll(call.as_mut(), context) {
        std::task::Poll::Ready(Err(error)) => assert!(error.to_string().contains("tokio"), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_an_endless_stream_so_much_is_kept_and_no_more() {
    let event = serde_json::json!({"events": ["x".repeat(1 << 20)]});
    let script = serde_json::json!([[{"repeat": {"times": 17, "acts": [event]}}, "done"]]);
    let server = MockServer::scripted(serde_json::from_value::<Script>(script).unwrap()).unwrap();
    let client = client(server.base_url());
    let whole = client.chat().completions().stream(request()).await.unwrap();
    assert_eq!(
        whole.text().await.unwrap().len(),
        17 << 20,
        "who asks for all of it gets it"
    );

    let mut taken = client.chat().completions().stream(request()).await.unwrap();
    assert_eq!(text(&mut taken).await.unwrap().len(), 17 << 20);
    let error = taken.final_completion().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
}
