//! What an event and a request cost, in allocations and sockets: counts, which no load on the machine changes.

#![allow(clippy::unwrap_used, clippy::panic)] // tests

use std::sync::mpsc;

use allocation_counter::measure;
use llm_api_router::mock_server::MockServer;
use llm_api_router::{ChatRequest, Client, ConnectionPoolConfig, Message, ProviderConfig};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server whose allocations are not counted, because it has a thread of its own.
struct Elsewhere {
    server: MockServer,
    _runtime: Runtime,
}

impl Elsewhere {
    fn start() -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (give, take) = mpsc::channel();
        runtime.spawn(async move { give.send(MockServer::bind("127.0.0.1:0").await.unwrap()) });
        Self {
            server: take.recv().unwrap(),
            _runtime: runtime,
        }
    }

    fn client(&self, scenario: &str) -> Client {
        let config = ProviderConfig::new("openai-compatible", "key")
            .base_url(self.server.scenario_url(scenario))
            .default_model("m")
            .connection_pool_config(ConnectionPoolConfig {
                max_connections: 4,
                max_keepalive_connections: 4,
                ..Default::default()
            });
        Client::new(config).unwrap()
    }
}

fn question() -> ChatRequest {
    ChatRequest::new([Message::user("hi")])
}

/// Reads a stream to its end: how many chunks it had.
async fn read(client: &Client) -> u64 {
    let mut stream = client.chat().completions().stream(question()).await.unwrap();
    let mut chunks = 0;
    while let Some(chunk) = stream.next().await {
        drop(chunk.unwrap());
        chunks += 1;
    }
    chunks
}

/// The allocations of a stream of 10,000 events beyond those of one of 1,000.
#[test]
fn an_event_of_a_stream_costs_at_most_two_allocations() {
    let elsewhere = Elsewhere::start();
    let runtime = runtime();
    let [(few, fewer), (many, more)] = ["events-1000", "events-10000"].map(|scenario| {
        let client = elsewhere.client(scenario);
        runtime.block_on(read(&client));
        let mut chunks = 0;
        let counted = measure(|| chunks = runtime.block_on(read(&client)));
        (chunks, counted.count_total)
    });
    assert!(few >= 1_000 && many >= few + 9_000, "{few} and {many} chunks");
    let (events, allocations) = (many - few, more - fewer);
    assert!(
        allocations <= 2 * events,
        "{allocations} allocations for {events} events"
    );
}

#[test]
fn streams_and_requests_one_after_the_other_open_one_socket() {
    let elsewhere = Elsewhere::start();
    let client = elsewhere.client("events-10");
    runtime().block_on(async {
        for _ in 0..100 {
            read(&client).await;
            client.chat().completions().create(question()).await.unwrap();
        }
    });
    let stats = elsewhere.server.stats();
    assert_eq!((stats.total, stats.most_open, stats.requests), (1, 1, 200));
}

#[test]
fn sixty_four_at_once_open_no_more_sockets_than_they_are_allowed() {
    let elsewhere = Elsewhere::start();
    let client = elsewhere.client("events-10");
    runtime().block_on(async {
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.chat().completions().create(question()).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    let stats = elsewhere.server.stats();
    assert_eq!((stats.total, stats.most_open, stats.requests), (4, 4, 64));
}
