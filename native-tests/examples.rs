//! The Rust examples, run as their readers would run them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // test code, also outside of test functions

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Output;

use llm_api_router::mock_server::MockServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Command;

/// Runs an example that `cargo test` has built beside this test.
async fn run(name: &str, variables: &[(&str, &str)]) -> Output {
    run_with(name, &[], variables).await
}

async fn run_with(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
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
        .args(arguments)
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

/// One answer in the language of each provider that does not speak OpenAI's: the path that is asked, the type of the
/// answer, and its body, which says “Hi!”.
const DIALECTS: [(&str, &str, &str, &str); 4] = [
    (
        "anthropic",
        "/messages",
        "text/event-stream",
        concat!(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",",
            "\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,",
            "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,",
            "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi!\"}}\n\n",
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},",
            "\"usage\":{\"output_tokens\":2}}\n\n",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        ),
    ),
    (
        "gemini",
        "/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
        "text/event-stream",
        concat!(
            "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hi!\"}]},",
            "\"finishReason\":\"STOP\",\"index\":0}],\"modelVersion\":\"gemini-2.5-flash\"}\n\n",
        ),
    ),
    (
        "aliyun",
        "/services/aigc/text-generation/generation",
        "text/event-stream",
        concat!(
            "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"output\":{\"choices\":[{\"message\":{\"role\":\"assistant\",",
            "\"content\":\"Hi!\"},\"finish_reason\":\"stop\"}]},\"request_id\":\"r\"}\n\n",
        ),
    ),
    (
        "ollama",
        "/api/chat",
        "application/x-ndjson",
        concat!(
            "{\"model\":\"llama3.2\",\"created_at\":\"2024-07-22T20:33:28Z\",",
            "\"message\":{\"role\":\"assistant\",\"content\":\"Hi!\"},\"done\":false}\n",
            "{\"model\":\"llama3.2\",\"created_at\":\"2024-07-22T20:33:29Z\",",
            "\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n",
        ),
    ),
];

/// Answers one request and gives its first line.
async fn answer_once(listener: TcpListener, kind: &str, body: &str) -> String {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    // The body of a small request ends with the bracket that closes it.
    while !request.ends_with(b"}") {
        assert!(socket.read_buf(&mut request).await.unwrap() > 0);
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all((head + body).as_bytes()).await.unwrap();
    let request = String::from_utf8(request).unwrap();
    request.lines().next().unwrap().to_owned()
}

#[tokio::test]
async fn every_provider_streams_an_answer_with_the_lines_of_the_readme() {
    let server = MockServer::bind("127.0.0.1:0").await.unwrap();
    let url = server.base_url();
    for (provider, variable) in [
        ("openai", "OPENAI_API_KEY"),
        ("deepseek", "DEEPSEEK_API_KEY"),
        ("openrouter", "OPENROUTER_API_KEY"),
        ("xai", "XAI_API_KEY"),
        ("zhipu", "ZHIPUAI_API_KEY"),
        ("openai-compatible", "OPENAI_COMPATIBLE_API_KEY"),
    ] {
        let output = run_with("providers", &[provider], &[(variable, "id.secret"), ("BASE_URL", &url)]).await;
        let text = String::from_utf8(output.stdout).unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with("You said “Hello!”"), "{provider}: {text}{words}");
    }
    for (provider, path, kind, body) in DIALECTS {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = ["ANTHROPIC_API_KEY", "GEMINI_API_KEY", "DASHSCOPE_API_KEY"].map(|name| (name, "key"));
        let variables = [key.as_slice(), &[("BASE_URL", url.as_str())]].concat();
        let arguments = [provider];
        let (line, output) = tokio::join!(
            answer_once(listener, kind, body),
            run_with("providers", &arguments, &variables)
        );
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "Hi!\n",
            "{provider}: {words}"
        );
        assert_eq!(line, format!("POST {path} HTTP/1.1"), "{provider}");
    }
}
