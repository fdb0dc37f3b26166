//! The Rust API on wasm32, in Node and in browsers: answers, cancellation, limits and failures over the host's fetch,
//! and over a stand-in for it that counts what becomes of its requests.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this is test code, also what stands outside of test functions"
)]

mod answers;
mod cancel;
mod construction;
mod failures;
mod fake;
mod limits;
mod time;

use llm_api_router::{
    ChatRequest, ChatStream, Client, ConnectionPoolConfig, Message, ProviderConfig, Result, RetryConfig,
};

/// A client's configuration for the server at this address. Each attempt is looked at by itself: retries are off.
fn config(base_url: &str) -> ProviderConfig {
    ProviderConfig::new("openai-compatible", "test-key")
        .base_url(format!("{base_url}/v1"))
        .default_model("test-model")
        .retry_config(RetryConfig {
            max_retries: 0,
            ..Default::default()
        })
}

fn client(base_url: &str) -> Client {
    Client::new(config(base_url)).unwrap()
}

/// So many places in the pool.
fn places(count: usize) -> ConnectionPoolConfig {
    ConnectionPoolConfig {
        max_connections: count,
        max_keepalive_connections: count,
        ..Default::default()
    }
}

fn request() -> ChatRequest {
    ChatRequest::new([Message::user("Tell me about connection pools.")])
}

async fn stream(client: &Client) -> Result<ChatStream> {
    client.chat().completions().stream(request()).await
}

/// The text of a stream; an error ends it.
async fn text(mut stream: ChatStream) -> Result<String> {
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text += chunk?.content().unwrap_or_default();
    }
    Ok(text)
}
