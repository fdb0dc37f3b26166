//! The client that blocks, against the mock server: outside of any runtime, inside of both kinds, and in many threads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // test code, also outside of test functions

mod served;

use std::thread;
use std::time::Duration;

use llm_api_router::blocking::{ChatStream, Client};
use llm_api_router::{
    CallOptions, ChatRequest, ConnectionPoolConfig, EmbeddingRequest, ErrorKind, Message, ProviderConfig, Result,
    TimeoutKind,
};
use served::serve;
use tokio::runtime::{Builder, Runtime};

fn config(base_url: String) -> ProviderConfig {
    ProviderConfig::new("openai-compatible", "key")
        .base_url(base_url)
        .default_model("m")
}

fn client(base_url: String) -> Client {
    Client::new(config(base_url)).unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new([Message::user("naïve question")])
}

fn whole(client: &Client) -> String {
    let answer = client.chat().completions().create(request()).unwrap();
    answer.content().unwrap().to_owned()
}

fn stream(client: &Client) -> ChatStream {
    client.chat().completions().stream(request()).unwrap()
}

fn text(stream: impl Iterator<Item = Result<llm_api_router::ChatChunk>>) -> String {
    stream
        .map(|chunk| chunk.unwrap().content().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn it_says_what_the_asynchronous_client_says_over_one_socket() {
    let served = serve();
    let expected = served.runtime.block_on(async {
        let client = llm_api_router::Client::new(config(served.server.base_url())).unwrap();
        let answer = client.chat().completions().create(request()).await.unwrap();
        answer.content().unwrap().to_owned()
    });
    served.wait_until(|stats| stats.open == 0);
    served.server.reset_stats();
    let client = client(served.server.base_url());
    assert_eq!(client.warm(1).unwrap(), 1);
    for _ in 0..20 {
        assert_eq!(whole(&client), expected);
        let mut stream = stream(&client);
        assert_eq!(text(&mut stream), expected);
        assert!(stream.next().is_none(), "the end stays the end");
    }
    let metrics = client.metrics();
    assert_eq!(
        (metrics.models[0].model.as_str(), metrics.models[0].successes),
        ("m", 40)
    );
    assert!(
        client
            .metrics_prometheus()
            .contains("llm_router_pool_sockets_opened_total 1")
    );
    assert_eq!(client.diagnose(), []);
    let stats = client.pool_stats();
    let sockets = stats.sockets.unwrap();
    assert_eq!((stats.in_use, sockets.idle, sockets.opened), (0, 1, 1), "{sockets:?}");
    assert_eq!((served.server.stats().total, served.server.stats().requests), (1, 40));
}

#[test]
fn models_and_embeddings_are_asked_for_too() {
    let served = serve();
    let client = client(served.server.base_url());
    let models = client.models().list().unwrap();
    let ids: Vec<_> = models.data.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["mock-small", "mock-large"]);
    let request = || EmbeddingRequest::new(["naïve text", "another"]).dimensions(8);
    let numbers = client.embeddings().create(request()).unwrap();
    let lengths: Vec<_> = numbers
        .data
        .iter()
        .map(|one| (one.index, one.embedding.len()))
        .collect();
    assert_eq!((lengths, numbers.model.as_str()), (vec![(0, 8), (1, 8)], "m"));
    assert_eq!(numbers.usage.unwrap().prompt_tokens, 3);
    let base64 = request().set("encoding_format", "base64");
    assert_eq!(client.embeddings().create(base64).unwrap().data, numbers.data);
    let error = client.embeddings().create(request().dimensions(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    let options = CallOptions::default().max_retries(0);
    let stalled = Client::new(config(served.server.scenario_url("stall-body"))).unwrap();
    let error = stalled.models().list_with(&options.read(0.2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Read));
}

#[test]
fn errors_and_limits_are_those_of_the_asynchronous_client() {
    let served = serve();
    let refused = client(served.server.scenario_url("status-401"));
    let error = refused.chat().completions().stream(request()).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Authentication, Some(401)));

    let cut = client(served.server.scenario_url("truncated"));
    let mut chunks = stream(&cut);
    let failed = chunks.by_ref().find_map(Result::err).unwrap();
    assert_eq!(failed.kind(), ErrorKind::Stream);
    assert!(chunks.next().is_none());

    let stalled = client(served.server.scenario_url("stall-head"));
    let options = CallOptions::default().read(0.2).max_retries(0);
    let late = stalled
        .chat()
        .completions()
        .create_with(request(), &options)
        .unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Timeout(TimeoutKind::Read));
    assert!(late.elapsed() >= Duration::from_millis(200), "{late:?}");

    let error = Client::new(ProviderConfig::new("openai", "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let closed = client(served.server.base_url());
    closed.close();
    let error = closed.chat().completions().create(request()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Aborted);
}

#[test]
fn a_dropped_stream_closes_its_socket_and_frees_its_place() {
    let served = serve();
    let pool = ConnectionPoolConfig {
        max_connections: 1,
        max_keepalive_connections: 1,
        ..Default::default()
    };
    let config = config(served.server.scenario_url("endless")).connection_pool_config(pool);
    let client = Client::new(config).unwrap();
    for round in 1..=3 {
        let mut stream = stream(&client);
        assert!(stream.next().unwrap().is_ok());
        assert_eq!(served.server.stats().open, 1);
        drop(stream);
        served.wait_until(|stats| stats.aborted == round && stats.open == 0);
    }
    assert_eq!(served.server.stats().most_open, 1);
}

#[test]
fn many_threads_share_one_client_and_its_limit() {
    let served = serve();
    let pool = ConnectionPoolConfig {
        max_connections: 4,
        max_keepalive_connections: 4,
        ..Default::default()
    };
    let client = Client::new(config(served.server.base_url()).connection_pool_config(pool)).unwrap();
    let expected = whole(&client);
    thread::scope(|scope| {
        for number in 0..16 {
            let (client, expected) = (client.clone(), &expected);
            scope.spawn(move || {
                for _ in 0..5 {
                    let said = if number % 2 == 0 {
                        whole(&client)
                    } else {
                        text(stream(&client))
                    };
                    assert_eq!(&said, expected);
                }
            });
        }
    });
    let stats = served.server.stats();
    assert!(stats.requests == 81 && stats.most_open <= 4, "{stats:?}");
    assert_eq!(client.pool_stats().in_use, 0);
}

/// Everything that a program does with a client, inside of whatever runs this.
fn use_and_drop(base_url: String, expected: &str) {
    let client = client(base_url);
    for _ in 0..20 {
        assert_eq!(whole(&client), expected);
        assert_eq!(text(stream(&client)), expected);
    }
    let mut unfinished = stream(&client);
    assert!(unfinished.next().unwrap().is_ok());
    drop(client);
    // The stream has outlived its client, and goes on.
    let rest = text(unfinished);
    assert!(!rest.is_empty() && expected.ends_with(&rest), "{rest}");
}

#[test]
fn it_works_and_is_dropped_inside_of_runtimes() {
    let served = serve();
    let expected = whole(&client(served.server.base_url()));
    let url = || served.server.base_url();
    let run = |runtime: &Runtime| {
        runtime.block_on(async { use_and_drop(url(), &expected) });
        // In a task, which has a budget; and in a local set.
        let (base_url, words) = (url(), expected.clone());
        let task = runtime.spawn(async move { use_and_drop(base_url, &words) });
        runtime.block_on(task).unwrap();
        let local = tokio::task::LocalSet::new();
        local.block_on(runtime, async { use_and_drop(url(), &expected) });
    };
    run(&Builder::new_current_thread().build().unwrap());
    run(&Builder::new_current_thread().enable_all().build().unwrap());
    run(&Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap());
    served.wait_until(|stats| stats.open == 0);
}

#[test]
fn a_client_that_is_dropped_closes_its_sockets() {
    let served = serve();
    let client = client(served.server.base_url());
    let clone = client.clone();
    whole(&client);
    drop(client);
    whole(&clone);
    assert_eq!((served.server.stats().open, served.server.stats().total), (1, 1));
    drop(clone);
    served.wait_until(|stats| stats.open == 0);
}
