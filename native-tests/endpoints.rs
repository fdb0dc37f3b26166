//! What is not chat, from Rust: lists of models, which may come in pages, and how they are counted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // test code, also outside of test functions

use llm_api_router::mock_server::{MockServer, Script};
use llm_api_router::{CallOptions, Client, ErrorKind, ProviderConfig};
use serde_json::json;

/// A server that answers one request after the other with these; the last one for ever.
fn serve(answers: &[serde_json::Value]) -> MockServer {
    let acts: Vec<_> = answers
        .iter()
        .map(|answer| json!([{"data": answer.to_string()}]))
        .collect();
    let script: Script = serde_json::from_value(acts.into()).unwrap();
    MockServer::scripted(script).unwrap()
}

fn client(server: &MockServer, provider: &str) -> Client {
    Client::new(ProviderConfig::new(provider, "key").base_url(server.url())).unwrap()
}

async fn ids(client: &Client) -> Vec<String> {
    let models = client.models().list().await.unwrap();
    assert!(!models.extra.keys().any(|name| name.contains("page")), "{models:?}");
    models.data.into_iter().map(|model| model.id).collect()
}

#[tokio::test]
async fn every_page_of_a_list_is_asked_for() {
    let server = serve(&[
        json!({"models": [{"name": "models/a"}, {"name": "models/b"}], "nextPageToken": "2"}),
        json!({"models": [{"name": "models/c"}], "nextPageToken": "3"}),
        json!({"models": [{"name": "models/d"}]}),
    ]);
    assert_eq!(ids(&client(&server, "gemini")).await, ["a", "b", "c", "d"]);
    assert_eq!((server.stats().requests, server.stats().total), (3, 1));

    let server = serve(&[
        json!({"data": [{"id": "a"}], "has_more": true, "last_id": "a"}),
        json!({"data": [{"id": "b"}], "has_more": false, "last_id": "b"}),
    ]);
    assert_eq!(ids(&client(&server, "anthropic")).await, ["a", "b"]);
    assert_eq!(server.stats().requests, 2);
}

#[tokio::test]
async fn a_list_without_an_end_is_an_error() {
    let server = serve(&[json!({"models": [{"name": "models/a"}], "nextPageToken": "2"})]);
    let error = client(&server, "gemini").models().list().await.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Stream, Some("gemini")));
    assert!(error.to_string().contains("100 pages"), "{error}");
    assert_eq!(server.stats().requests, 100);
}

#[tokio::test]
async fn a_page_that_fails_fails_the_list() {
    let server = serve(&[
        json!({"models": [{"name": "models/a"}], "nextPageToken": "2"}),
        json!({"error": {"code": 403, "message": "no more", "status": "PERMISSION_DENIED"}}),
    ]);
    let client = client(&server, "gemini");
    let options = CallOptions::default().max_retries(0);
    let error = client.models().list_with(&options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
}

#[tokio::test]
async fn lists_are_counted_without_the_name_of_a_model() {
    let server = serve(&[json!({"models": [{"name": "models/a"}]})]);
    let client = client(&server, "gemini");
    ids(&client).await;
    let models = client.metrics().models;
    assert_eq!(
        (models.len(), models[0].model.as_str(), models[0].successes),
        (1, "", 1)
    );
    let text = client.metrics_prometheus();
    let line = "llm_router_requests_total{provider=\"gemini\",status=\"success\"} 1\n";
    assert!(text.contains(line) && !text.contains("model="), "{text}");
}
