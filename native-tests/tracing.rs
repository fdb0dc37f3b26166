//! The spans of calls, as a subscriber of `tracing` sees them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use llm_api_router::mock_server::MockServer;
use llm_api_router::{ChatRequest, Client, Message, ProviderConfig, RetryConfig};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

const KEY: &str = "sk-trace-8d1f";
const SECRET: &str = "a question that nobody else is to read";

/// A span's fields, and whether it has ended.
#[derive(Clone, Debug, Default)]
struct Seen {
    fields: BTreeMap<&'static str, String>,
    ended: bool,
}

/// Collects this crate's spans.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Seen>>>);

impl Collector {
    /// Collects on this thread until the guard is dropped.
    fn listen() -> (Self, DefaultGuard) {
        let collector = Self::default();
        let guard = tracing::subscriber::set_default(collector.clone());
        (collector, guard)
    }

    fn only(&self) -> Seen {
        let spans = self.0.lock().unwrap();
        assert_eq!(spans.len(), 1, "{spans:?}");
        spans[0].clone()
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "llm_api_router" && metadata.is_span()
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut seen = Seen::default();
        span.record(&mut seen);
        let mut spans = self.0.lock().unwrap();
        spans.push(seen);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut self.0.lock().unwrap()[index]);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn try_close(&self, span: Id) -> bool {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        self.0.lock().unwrap()[index].ended = true;
        true
    }
}

fn client(base_url: String) -> Client {
    let retries = RetryConfig {
        max_retries: 1,
        initial_delay: std::time::Duration::from_millis(1),
        ..RetryConfig::default()
    };
    let config = ProviderConfig::new("openai", KEY)
        .base_url(base_url)
        .default_model("gpt-x")
        .retry_config(retries);
    Client::new(config).unwrap()
}

fn question() -> ChatRequest {
    ChatRequest::new([Message::user(SECRET)])
}

#[track_caller]
fn assert_fields(seen: &Seen, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(seen.fields.get(name).map(String::as_str), Some(*value), "{name}");
    }
    let text = format!("{seen:?}");
    assert!(!text.contains(KEY) && !text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn a_calls_span_has_the_attributes_of_the_conventions() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let client = client(server.base_url());
    let port = server.address().port().to_string();
    for streamed in [false, true] {
        let (collector, _listening) = Collector::listen();
        if streamed {
            let mut stream = client.chat().completions().stream(question()).await.unwrap();
            while let Some(chunk) = stream.next().await {
                chunk.unwrap();
            }
            assert!(
                collector.only().ended,
                "the span ends with the answer, not with the value"
            );
        } else {
            client.chat().completions().create(question()).await.unwrap();
        }
        let seen = collector.only();
        assert!(seen.ended);
        assert_fields(
            &seen,
            &[
                ("otel.name", "chat gpt-x"),
                ("otel.kind", "client"),
                ("gen_ai.operation.name", "chat"),
                ("gen_ai.provider.name", "openai"),
                ("gen_ai.request.model", "gpt-x"),
                ("gen_ai.response.model", "gpt-x"),
                ("gen_ai.response.finish_reasons", "[\"stop\"]"),
                ("server.address", "127.0.0.1"),
                ("server.port", &port),
            ],
        );
        for name in ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"] {
            assert!(seen.fields[name].parse::<u64>().unwrap() > 0, "{seen:?}");
        }
        assert!(!seen.fields["gen_ai.response.id"].is_empty());
        for absent in ["error.type", "otel.status_code", "http.request.resend_count"] {
            assert!(!seen.fields.contains_key(absent), "{seen:?}");
        }
    }
}

#[tokio::test]
async fn a_failed_calls_span_says_how_and_after_how_many_attempts() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let client = client(server.scenario_url("status-503"));
    let (collector, _listening) = Collector::listen();
    client.chat().completions().create(question()).await.unwrap_err();
    let seen = collector.only();
    assert!(seen.ended);
    assert_fields(
        &seen,
        &[
            ("otel.status_code", "ERROR"),
            ("error.type", "provider"),
            ("http.request.resend_count", "1"),
        ],
    );
    assert!(!seen.fields.contains_key("gen_ai.response.id"));
}

#[tokio::test]
async fn a_span_ends_with_a_call_that_is_dropped_and_is_no_error() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let client = client(server.scenario_url("endless"));
    let (collector, _listening) = Collector::listen();
    let stream = client.chat().completions().stream(question()).await.unwrap();
    drop(stream);
    let seen = collector.only();
    assert!(seen.ended && !seen.fields.contains_key("error.type"), "{seen:?}");
}
