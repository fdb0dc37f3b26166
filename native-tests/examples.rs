//! The Rust examples, run as their readers would run them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // test code, also outside of test functions

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
