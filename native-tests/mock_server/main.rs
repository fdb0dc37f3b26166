//! The embedded LLM server, seen from the wire.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this is test code, also what stands outside of test functions"
)]

mod answers;
mod counting;
mod scenarios;
mod stopping;
mod wire;

use std::time::Duration;

use llm_api_router::mock_server::MockServer;
use serde_json::{Value, json};
use wire::{Body, Head, Socket};

const CHAT: &str = "/v1/chat/completions";

async fn server() -> MockServer {
    MockServer::bind("127.0.0.1:0").await.expect("loopback has a free port")
}

/// Fails instead of hanging.
async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("done within 20 seconds")
}

fn request() -> Value {
    json!({"model": "demo-model", "messages": [{"role": "user", "content": "Tell me about connection pools."}]})
}

fn with(mut request: Value, name: &str, value: impl Into<Value>) -> Value {
    request[name] = value.into();
    request
}

/// Asks over a socket of its own.
async fn ask(server: &MockServer, path: &str, request: &Value) -> (Head, Body) {
    within(Socket::connect(server).await.ask("POST", path, &request.to_string())).await
}

/// The JSON of the events of a stream, up to `[DONE]`, which has to be there.
fn events(stream: &str) -> Vec<Value> {
    let (events, rest) = stream
        .split_once("data: [DONE]\n\n")
        .expect("the stream ends with [DONE]");
    assert_eq!(rest, "");
    let events = events
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").expect("one line of data"));
    events.map(|event| serde_json::from_str(event).expect("JSON")).collect()
}

/// The content of events, joined.
fn content(events: &[Value]) -> String {
    events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .collect()
}

/// The text of the answer that is not streamed.
async fn whole_text(server: &MockServer, path: &str, request: &Value) -> String {
    let (head, body) = ask(server, path, &with(request.clone(), "stream", false)).await;
    assert_eq!(head.status, 200);
    let completion: Value = serde_json::from_slice(&body.bytes()).expect("JSON");
    completion["choices"][0]["message"]["content"]
        .as_str()
        .expect("a text")
        .to_owned()
}
