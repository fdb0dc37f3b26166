//! What the native client promises about sockets and time, watched from the server's side.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../torture/mod.rs"]
mod torture;

mod cancelling;
mod diagnosing;
mod figures;
mod limits;
mod reading;
mod replay;
mod retries;
mod reuse;
mod stalls;
mod timeouts;
mod waiting;
mod warming;

use std::time::Duration;

use llm_api_router::{
    ChatCompletion, ChatRequest, ChatStream, Client, ConnectionPoolConfig, Message, ProviderConfig, Result,
    RetryConfig, TimeoutConfig,
};
use tokio::task::JoinHandle;

use torture::{STREAM, Socket, Torture, event, ok};

/// Limits on sockets; the rest as documented.
fn sockets(max_connections: usize, max_keepalive_connections: usize) -> ConnectionPoolConfig {
    ConnectionPoolConfig {
        max_connections,
        max_keepalive_connections,
        ..Default::default()
    }
}

fn client(url: impl Into<String>, pool: ConnectionPoolConfig, timeouts: TimeoutConfig) -> Client {
    Client::new(config(url).connection_pool_config(pool).timeout_config(timeouts)).unwrap()
}

/// What all clients here have in common. Each attempt is looked at by itself: retries are off.
fn config(url: impl Into<String>) -> ProviderConfig {
    stalls::watch();
    ProviderConfig::new("openai-compatible", "key")
        .base_url(url)
        .default_model("m")
        .retry_config(RetryConfig {
            max_retries: 0,
            ..Default::default()
        })
}

/// A client with these limits on sockets and the documented ones on time.
fn with_sockets(url: impl Into<String>, pool: ConnectionPoolConfig) -> Client {
    client(url, pool, TimeoutConfig::default())
}

/// A client with these limits on time and the documented ones on sockets.
fn with_timeouts(url: impl Into<String>, timeouts: TimeoutConfig) -> Client {
    client(url, ConnectionPoolConfig::default(), timeouts)
}

fn question() -> ChatRequest {
    ChatRequest::new([Message::user("hi")])
}

/// A question of about so many bytes.
fn long_question(bytes: usize) -> ChatRequest {
    ChatRequest::new([Message::user("x".repeat(bytes))])
}

async fn ask(client: &Client) -> Result<ChatCompletion> {
    client.chat().completions().create(question()).await
}

/// Asks in a task of its own.
fn asking(client: &Client) -> JoinHandle<Result<ChatCompletion>> {
    let client = client.clone();
    tokio::spawn(async move { ask(&client).await })
}

async fn stream(client: &Client) -> Result<ChatStream> {
    client.chat().completions().stream(question()).await
}

/// Begins a stream in a task of its own.
fn streaming(client: &Client) -> JoinHandle<Result<ChatStream>> {
    let client = client.clone();
    tokio::spawn(async move { stream(&client).await })
}

/// The next chunk's text.
async fn next_text(stream: &mut ChatStream) -> String {
    stream
        .next()
        .await
        .expect("the stream goes on")
        .expect("a chunk")
        .content()
        .unwrap_or_default()
        .to_owned()
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Asserts that something that ends now took a time, generously upwards: machines that run tests are busy.
#[track_caller]
fn assert_took(time: Duration, least: Duration, most: Duration) {
    let stalled = stalls::allowance(time);
    assert!(
        time >= least && time <= most + stalled,
        "took {time:?}, which should be from {least:?} to {most:?}, and {stalled:?} for a busy machine"
    );
}

/// So many questions at once, all answered.
async fn ask_together(client: &Client, questions: usize) -> Vec<Result<ChatCompletion>> {
    let tasks: Vec<_> = (0..questions).map(|_| asking(client)).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Asks, answers on a socket that the client opens for it, and gives that socket, idle now.
async fn idle_socket(server: &Torture, client: &Client) -> Socket {
    let asked = asking(client);
    let mut socket = server.accept().await;
    answer_next(&mut socket).await;
    asked.await.unwrap().unwrap();
    socket
}

/// Answers the request that comes next on a socket.
async fn answer_next(socket: &mut Socket) {
    socket.request().await;
    socket.write(ok("hi")).await;
}

/// Asks and answers on a socket that is idle.
async fn reuse(socket: &mut Socket, client: &Client) {
    let asked = asking(client);
    answer_next(socket).await;
    asked.await.unwrap().unwrap();
}

/// Begins a stream on a socket that the client opens for it; its first chunk, "a", is out.
async fn open_stream(server: &Torture, client: &Client) -> (ChatStream, Socket) {
    let begun = streaming(client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(STREAM.to_owned() + &event("a")).await;
    (begun.await.unwrap().unwrap(), socket)
}

/// Reads a stream to its end.
async fn read_to_end(mut stream: ChatStream) -> Result<String> {
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.push_str(chunk?.content().unwrap_or_default());
    }
    Ok(text)
}
