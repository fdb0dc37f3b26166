//! The Rust examples, run as their readers would run them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // test code, also outside of test functions

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;

use llm_api_router::mock_server::MockServer;
use tokio::process::Command;

/// Runs an example that `cargo test` has built beside this test.
async fn run(name: &str, variables: &[(&str, &str)]) -> Output {
    let here = std::env::current_exe().unwrap();
    let example: PathBuf = here.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        example.exists(),
        "{} is missing: run the whole `cargo test`, or `cargo build --examples` first",
        example.display()
    );
    let mut command = Command::new(example);
    command
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .envs(variables.iter().copied());
    command.output().await.unwrap()
}

#[tokio::test]
async fn chat_prints_the_answer_as_it_is_written() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let output = run(
        "chat",
        &[("OPENAI_API_KEY", "key"), ("OPENAI_BASE_URL", &server.base_url())],
    )
    .await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && text.starts_with("You said “Hello!”"),
        "{text}"
    );
    assert_eq!(server.stats().requests, 1);
}

#[tokio::test]
async fn chat_without_a_key_says_what_to_set() {
    let output = run("chat", &[]).await;
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && words.contains("OPENAI_API_KEY"), "{words}");
}

/// The figures that an example shows, by scenario and name.
fn figures(text: &str) -> BTreeMap<(char, &str), &str> {
    let mut scenario = ' ';
    let mut figures = BTreeMap::new();
    for line in text.lines() {
        match line.strip_prefix("  ").and_then(|figure| figure.split_once(": ")) {
            Some((name, value)) => {
                figures.insert((scenario, name), value);
            }
            None => scenario = line.chars().next().unwrap_or(scenario),
        }
    }
    figures
}

#[tokio::test]
async fn connection_pool_optimization_shows_what_sockets_did() {
    let output = run("connection_pool_optimization", &[]).await;
    let (text, words) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(output.status.success(), "{text}{words}");
    let shown = figures(&text);
    let figure = |scenario, name| {
        *shown
            .get(&(scenario, name))
            .unwrap_or_else(|| panic!("{scenario}: {name}\n{text}"))
    };
    for (scenario, name, expected) in [
        ('1', "sockets opened", "1"),
        ('1', "calls on a used socket", "9"),
        ('2', "calls that wait while 4 streams run", "8"),
        ('2', "calls that failed", "0"),
        ('2', "sockets opened", "4"),
        ('2', "sockets closed as surplus", "2"),
        ('2', "sockets closed by expiry", "2"),
        ('3', "pool timeouts", "1"),
        ('3', "sockets closed with their call", "1"),
        ('4', "streams at once", "120"),
        ('4', "sockets opened by the first burst", "120"),
        ('4', "sockets kept", "50"),
        ('4', "sockets opened by the next 50 streams", "0"),
        ('4', "streams on a used socket", "50"),
        ('5', "sockets opened ahead", "10"),
        ('5', "sockets opened by 10 streams", "0"),
        ('6', "calls that failed", "0"),
        ('6', "sockets at once, as the server saw them", "20"),
        ('6', "sockets kept", "5"),
        ('6', "pool timeouts", "0"),
        ('7', "sockets opened", "1"),
        ('7', "sockets closed with a stream that was dropped", "1"),
    ] {
        assert_eq!(figure(scenario, name), expected, "{scenario}: {name}\n{text}");
    }
    assert!(figure('3', "silent server").contains("read"), "{text}");
    assert!(figure('3', "no free place").contains("pool"), "{text}");
    assert!(figure('7', "silent stream").contains("idle"), "{text}");
    let noticed: f64 = figure('7', "noticed after").trim_end_matches(" s").parse().unwrap();
    assert!((0.5..10.0).contains(&noticed), "{text}");
}
