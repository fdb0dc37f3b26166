//! Seven ways to set up the connection pool, each shown by what the sockets did:
//! `cargo run --example connection_pool_optimization --features mock-server`.
//!
//! 1 defaults, 2 a pool of your own, 3 time limits of your own, 4 high concurrency, 5 low latency,
//! 6 few resources, 7 long streams. `examples/node/connection_pool_optimization.mjs` is the same in JavaScript.
//!
//! It brings its own server, so that it costs nothing and shows the same every time.

use std::fmt::Display;
use std::time::{Duration, Instant};

use llm_api_router::mock_server::MockServer;
use llm_api_router::{
    CallOptions, ChatRequest, ChatStream, Client, ConnectionPoolConfig, Message, Preset, ProviderConfig, Result,
    RetryConfig, SocketStats, TimeoutConfig,
};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let server = MockServer::bind("127.0.0.1:0").await?;
    defaults(&server).await?;
    own_pool(&server).await?;
    own_timeouts(&server).await?;
    high_concurrency(&server).await?;
    low_latency(&server).await?;
    few_resources(&server).await?;
    long_streams(&server).await?;
    Ok(())
}

/// Calls one after the other share one socket; nothing has to be set for that.
async fn defaults(server: &MockServer) -> Result<()> {
    title("1 defaults");
    let client = Client::new(config(server.base_url()))?;
    for _ in 0..10 {
        ask(&client).await?;
    }
    let sockets = sockets(&client);
    show("calls", 10);
    show("sockets opened", sockets.opened);
    show("calls on a used socket", sockets.reused);
    Ok(())
}

/// More calls than places: the rest waits in line, and few sockets are kept afterwards.
async fn own_pool(server: &MockServer) -> Result<()> {
    title("2 a pool of your own: max_connections 4, max_keepalive_connections 2, keepalive_expiry 0.2 s");
    let client = Client::new(config(server.base_url()).connection_pool_config(ConnectionPoolConfig {
        max_connections: 4,
        max_keepalive_connections: 2,
        keepalive_expiry: Duration::from_millis(200),
        ..Default::default()
    }))?;
    let mut streams = open_streams(&client, 4).await?;
    let waiting = spawn_calls(&client, 8);
    until(|| client.pool_stats().waiting == 8).await;
    show("calls that wait while 4 streams run", client.pool_stats().waiting);
    finish(&mut streams).await?;
    let failed = failures(waiting).await;
    show("calls that failed", failed);
    until(|| sockets(&client).idle <= 2).await;
    show("sockets opened", sockets(&client).opened);
    until(|| sockets(&client).idle == 0).await;
    show("sockets closed as surplus", sockets(&client).closed.surplus);
    show("sockets closed by expiry", sockets(&client).closed.expiry);
    show_time("longest wait", client.pool_stats().longest_wait);
    Ok(())
}

/// Each limit names itself in its error, so that you know which one to change.
async fn own_timeouts(server: &MockServer) -> Result<()> {
    title("3 time limits of your own: pool 0.1 s, read 0.3 s");
    let limits = TimeoutConfig::default().connect(5.0).read(0.3).write(5.0).pool(0.1);
    // Or the silent server would be asked again.
    let once = RetryConfig {
        max_retries: 0,
        ..Default::default()
    };
    let one_place = ConnectionPoolConfig {
        max_connections: 1,
        max_keepalive_connections: 1,
        ..Default::default()
    };
    let client = Client::new(
        config(server.scenario_url("stall-head"))
            .timeout_config(limits)
            .retry_config(once)
            .connection_pool_config(one_place),
    )?;
    let started = Instant::now();
    let (silent, crowded) = tokio::join!(ask(&client), ask(&client));
    for (name, outcome) in [("silent server", silent), ("no free place", crowded)] {
        show(
            name,
            outcome.err().map_or("no error".to_owned(), |error| error.to_string()),
        );
    }
    show("pool timeouts", client.pool_stats().pool_timeouts);
    show("sockets closed with their call", sockets(&client).closed.cancelled);
    show_time("all of it took", started.elapsed());
    // `timeout` alone sets pool, connect, write and read; `timeout_config` goes before it.
    Client::new(config(server.base_url()).timeout(30.0)).map(drop)
}

/// A burst opens what it needs; enough sockets stay for the next burst.
async fn high_concurrency(server: &MockServer) -> Result<()> {
    title("4 high concurrency: 200 sockets, 50 kept for 600 s");
    let client = Client::new(config(server.base_url()).preset(Preset::HighConcurrency))?;
    let mut burst = open_streams(&client, 120).await?;
    show("streams at once", client.pool_stats().in_use);
    finish(&mut burst).await?;
    until(|| client.pool_stats().in_use == 0 && sockets(&client).idle <= 50).await;
    let first = sockets(&client);
    show("sockets opened by the first burst", first.opened);
    show("sockets kept", first.idle);
    let mut burst = open_streams(&client, 50).await?;
    let second = sockets(&client);
    show("sockets opened by the next 50 streams", second.opened - first.opened);
    show("streams on a used socket", second.reused - first.reused);
    finish(&mut burst).await
}

/// Sockets that are open before they are needed: no call waits for a handshake.
async fn low_latency(server: &MockServer) -> Result<()> {
    title("5 low latency: 50 sockets, 20 kept for 120 s; connect 5 s, read 30 s, write 5 s, pool 5 s");
    let client = Client::new(config(server.base_url()).preset(Preset::LowLatency))?;
    let warmed = client.warm(10).await?;
    show("sockets opened ahead", warmed);
    let mut streams = open_streams(&client, 10).await?;
    show("sockets opened by 10 streams", sockets(&client).opened - warmed as u64);
    show("streams on an open socket", sockets(&client).reused);
    finish(&mut streams).await?;
    show_time("longest wait", client.pool_stats().longest_wait);
    Ok(())
}

/// A small pool stays small, whatever is asked of it.
async fn few_resources(server: &MockServer) -> Result<()> {
    title("6 few resources: 20 sockets, 5 kept for 60 s, buffers of 32 KiB");
    // Each answer takes half a second, so that all calls are there before the first is done.
    let client = Client::new(config(server.scenario_url("slow")).preset(Preset::ResourceConstrained))?;
    server.wait_until(|stats| stats.open == 0).await;
    server.reset_stats();
    let failed = failures(spawn_calls(&client, 60)).await;
    until(|| sockets(&client).idle <= 5).await;
    show("calls", 60);
    show("calls that failed", failed);
    show("sockets at once, as the server saw them", server.stats().most_open);
    show("sockets kept", sockets(&client).idle);
    show("pool timeouts", client.pool_stats().pool_timeouts);
    Ok(())
}

/// A long stream may take its time and its reader too; one that falls silent is noticed soon.
async fn long_streams(server: &MockServer) -> Result<()> {
    title("7 long streams: 50 sockets, 20 kept for 600 s, buffers of 128 KiB; read 300 s, idle 0.5 s");
    let config = |url| {
        config(url)
            .preset(Preset::LongStreaming)
            .timeout_config(Preset::LongStreaming.timeout_config().idle(0.5))
    };
    let client = Client::new(config(server.base_url()))?;
    for _ in 0..3 {
        let mut stream = open(&client).await?;
        stream.next().await.transpose()?;
        // A reader that is busy elsewhere, for longer than `idle`: its own time is not the provider's.
        tokio::time::sleep(Duration::from_millis(600)).await;
        read(&mut stream).await?;
    }
    show("streams read slowly to their end", 3);
    show("sockets opened", sockets(&client).opened);

    let dropped = Client::new(config(server.scenario_url("endless")))?;
    drop(open(&dropped).await?);
    until(|| sockets(&dropped).closed.total() == 1).await;
    show(
        "sockets closed with a stream that was dropped",
        sockets(&dropped).closed.cancelled,
    );

    let silent = Client::new(config(server.scenario_url("stall-body")))?;
    let started = Instant::now();
    let error = read(&mut open(&silent).await?).await.err();
    show(
        "silent stream",
        error.map_or("no error".to_owned(), |error| error.to_string()),
    );
    show_time("noticed after", started.elapsed());
    // One call may have limits of its own.
    let own = CallOptions::default().read(600.0).total(3600.0);
    let answer = client.chat().completions().create_with(request(), &own).await?;
    show(
        "characters of a call with limits of its own",
        answer.content().unwrap_or_default().chars().count(),
    );
    Ok(())
}

fn config(base_url: String) -> ProviderConfig {
    ProviderConfig::new("openai-compatible", "any-key")
        .base_url(base_url)
        .default_model("any-model")
}

fn request() -> ChatRequest {
    ChatRequest::new([Message::user("Tell me about connection pools.")])
}

async fn ask(client: &Client) -> Result<()> {
    client.chat().completions().create(request()).await.map(drop)
}

async fn open(client: &Client) -> Result<ChatStream> {
    client.chat().completions().stream(request()).await
}

async fn read(stream: &mut ChatStream) -> Result<()> {
    while let Some(chunk) = stream.next().await {
        chunk?;
    }
    Ok(())
}

/// Opens streams at the same time and reads none of them yet.
async fn open_streams(client: &Client, count: usize) -> Result<Vec<ChatStream>> {
    let mut opening = JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        opening.spawn(async move { open(&client).await });
    }
    opening.join_all().await.into_iter().collect()
}

async fn finish(streams: &mut Vec<ChatStream>) -> Result<()> {
    for stream in streams.iter_mut() {
        read(stream).await?;
    }
    streams.clear();
    Ok(())
}

fn spawn_calls(client: &Client, count: usize) -> JoinSet<Result<()>> {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        calls.spawn(async move { ask(&client).await });
    }
    calls
}

async fn failures(calls: JoinSet<Result<()>>) -> usize {
    calls.join_all().await.iter().filter(|outcome| outcome.is_err()).count()
}

/// What the client counts about its sockets.
fn sockets(client: &Client) -> SocketStats {
    client.pool_stats().sockets.unwrap_or_default()
}

/// Waits for a figure to come to where it is going, ten seconds at most.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn title(words: &str) {
    println!("\n{words}");
}

fn show(name: &str, value: impl Display) {
    println!("  {name}: {value}");
}

fn show_time(name: &str, time: Duration) {
    show(name, format_args!("{:.3} s", time.as_secs_f64()));
}
