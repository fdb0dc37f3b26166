//! The metrics' text, read by the parser of Prometheus' own Python client. `cargo xtask test` installs it and runs this;
//! by hand: `PROMETHEUS_PYTHON=<a Python that has it> cargo test --features mock-server --test prometheus -- --ignored`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use llm_api_router::mock_server::MockServer;
use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};
use serde_json::Value;

/// Names that would end a label, a line or the whole text, were they not escaped.
const HOSTILE: [&str; 8] = [
    r#"quote"d"#,
    r"back\slash",
    r"ends\",
    "line\nfeed",
    r#"\n is no line feed"#,
    r#"}",x="1"} 1 # "#,
    "carriage\rreturn\ttab\u{2028}",
    "größe 🦀",
];

/// What the parser makes of the text.
fn parse(text: &str) -> Vec<Value> {
    let python = std::env::var("PROMETHEUS_PYTHON")
        .expect("PROMETHEUS_PYTHON names a Python that has prometheus_client; `cargo xtask test` sets it");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/native-tests/prometheus/parse.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the parser refuses:\n{text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn family<'a>(families: &'a [Value], name: &str) -> &'a Value {
    families
        .iter()
        .find(|family| family["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {families:#?}"))
}

/// The value of the sample that has these labels, and no others beside the provider's.
fn value(families: &[Value], name: &str, sample: &str, labels: &[(&str, &str)]) -> f64 {
    let samples = family(families, name)["samples"].as_array().unwrap();
    let found: Vec<f64> = samples
        .iter()
        .filter(|candidate| {
            let has = candidate["labels"].as_object().unwrap();
            let own = has.len() - usize::from(has.contains_key("provider"));
            candidate["name"] == sample && own == labels.len() && labels.iter().all(|(key, value)| has[*key] == *value)
        })
        .map(|candidate| candidate["value"].as_f64().unwrap())
        .collect();
    assert_eq!(found.len(), 1, "{sample} {labels:?}");
    found[0]
}

async fn ask(client: &Client, model: &str, stream: bool) {
    let request = ChatRequest::new([Message::user("hi")]).model(model);
    if !stream {
        let _ = client.chat().completions().create(request).await;
        return;
    }
    let mut stream = client.chat().completions().stream(request).await.unwrap();
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs the parser, which `cargo xtask test` installs"]
async fn a_real_parser_reads_the_same_numbers_whatever_models_are_called() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let config = ProviderConfig::new("openai-compatible", "key").base_url(server.base_url());
    let client = Client::new(config).unwrap();
    for model in HOSTILE {
        ask(&client, model, false).await;
        ask(&client, model, true).await;
    }
    let families = parse(&client.metrics_prometheus());
    let metrics = client.metrics();
    assert_eq!(metrics.models.len(), HOSTILE.len());
    for model in &metrics.models {
        let name = ("model", model.model.as_str());
        let of = |status| {
            let labels = [name, ("status", status)];
            value(&families, "llm_router_requests", "llm_router_requests_total", &labels)
        };
        assert_eq!((of("success"), of("error"), of("cancelled")), (2.0, 0.0, 0.0));
        for (kind, tokens) in [("prompt", model.prompt_tokens), ("completion", model.completion_tokens)] {
            let labels = [name, ("type", kind)];
            let told = value(&families, "llm_router_tokens", "llm_router_tokens_total", &labels);
            assert!(tokens > 0, "the server tells what it used");
            assert_eq!(told, f64::from(u32::try_from(tokens).unwrap()));
        }
        let duration = "llm_router_request_duration_seconds";
        assert_eq!(family(&families, duration)["type"], "histogram");
        let all = value(
            &families,
            duration,
            &format!("{duration}_bucket"),
            &[name, ("le", "+Inf")],
        );
        let count = value(&families, duration, &format!("{duration}_count"), &[name]);
        let sum = value(&families, duration, &format!("{duration}_sum"), &[name]);
        assert_eq!((all, count, sum), (2.0, 2.0, model.latency.sum.as_secs_f64()));
    }
    let provider = &family(&families, "llm_router_requests")["samples"][0]["labels"]["provider"];
    assert_eq!(provider, "openai-compatible");
    let sockets = metrics.pool.sockets.unwrap();
    let opened = "llm_router_pool_sockets_opened";
    assert_eq!(
        value(&families, opened, &format!("{opened}_total"), &[]),
        f64::from(u32::try_from(sockets.opened).unwrap())
    );
    assert_eq!(
        value(
            &families,
            "llm_router_pool_sockets",
            "llm_router_pool_sockets",
            &[("state", "idle")]
        ),
        1.0
    );
}

#[tokio::test]
#[ignore = "needs the parser, which `cargo xtask test` installs"]
async fn every_family_says_what_it_is_and_no_sample_stands_alone() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let config = ProviderConfig::new("openai-compatible", "key").base_url(format!("{}/nowhere", server.url()));
    let client = Client::new(config).unwrap();
    ask(&client, "m", false).await;
    client.models().list().await.unwrap_err();
    let families = parse(&client.metrics_prometheus());
    for family in &families {
        assert!(family["name"].as_str().unwrap().starts_with("llm_router_"), "{family}");
        assert!(!family["help"].as_str().unwrap().is_empty(), "{family}");
        assert!(
            ["counter", "gauge", "histogram"].contains(&family["type"].as_str().unwrap()),
            "{family}"
        );
    }
    let labels = [("model", "m"), ("kind", "not_found")];
    assert_eq!(
        value(&families, "llm_router_errors", "llm_router_errors_total", &labels),
        1.0
    );
    // A list of models is asked of no model.
    let labels = [("kind", "not_found")];
    assert_eq!(
        value(&families, "llm_router_errors", "llm_router_errors_total", &labels),
        1.0
    );
    // A client that nobody has used has text that reads, too.
    parse(
        &Client::new(ProviderConfig::new("openai", "key"))
            .unwrap()
            .metrics_prometheus(),
    );
}
