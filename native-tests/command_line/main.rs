//! The binary: what it prints, what it calls, and how it ends.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code, also outside of test functions"
)]

mod benchmark;
mod chat;
mod mock;
mod models;
#[path = "../served.rs"]
mod served;
mod terminal;
mod test;
mod validate;

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use served::{Served, serve};

const BINARY: &str = env!("CARGO_BIN_EXE_llm-api-router");

/// The binary with these arguments and nothing of the tester's own settings.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    for (name, _) in env::vars() {
        if ["_API_KEY", "_BASE_URL", "_proxy", "_PROXY", "_CONFIG"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

fn ended(output: Output) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = output;
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(command(arguments).output().expect("the binary starts"))
}

/// Runs it with a text on its standard input.
fn run_with_input(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    ended(child.wait_with_output().unwrap())
}

/// Sends a signal to a child of ours.
fn kill(signal: &str, child: &Child) {
    // The shell has a `kill` of its own wherever there is a shell.
    let kill = Command::new("sh")
        .args(["-c", &format!("kill -{signal} {}", child.id())])
        .status()
        .unwrap();
    assert!(kill.success());
}

impl Served {
    /// What it answers to one message of the user's.
    fn answer(&self, prompt: &str) -> String {
        use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};

        let config = ProviderConfig::new("openai-compatible", "key").base_url(self.server.base_url());
        let request = ChatRequest::new([Message::user(prompt)]).model("m");
        self.runtime.block_on(async {
            let client = Client::new(config).unwrap();
            let answer = client.chat().completions().create(request).await.unwrap();
            answer.content().unwrap().to_owned()
        })
    }
}

/// The options that name a server.
fn at(base_url: &str) -> Vec<&str> {
    vec![
        "--provider",
        "openai-compatible",
        "--model",
        "m",
        "--base-url",
        base_url,
    ]
}

/// A folder of this test's own.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("llm-api-router-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file and gives its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
