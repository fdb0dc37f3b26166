//! Keys, tokens made of them, and headers of the user's stay secret: against a server that tells everything it was sent
//! in its errors, with a logger that hears all that any crate says.

#![allow(clippy::unwrap_used, clippy::expect_used)] // test code, also outside of test functions

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use llm_api_router::{CallOptions, ChatRequest, Client, Error, ErrorKind, Message, ProviderConfig, RetryConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const KEY: &str = "key-id-0123.key-secret-4567";
/// What must not be told anywhere.
const SECRETS: [&str; 6] = [
    "key-id-0123.key-secret",
    "gateway-secret",
    "cHJveHk6",
    "another-secret",
    "call-secret",
    "proxy-password",
];

/// A server that answers to `/HOW/…` in a way that shows the request's headers.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(answer(socket));
        }
    });
    address
}

async fn answer(mut socket: TcpStream) -> Option<()> {
    let mut text = String::new();
    while !text.contains("\r\n\r\n") {
        let mut bytes = [0; 4096];
        let length = socket.read(&mut bytes).await.ok()?;
        text.push_str(std::str::from_utf8(bytes.get(..length)?).ok()?);
    }
    let head = text.split("\r\n\r\n").next()?.replace("\r\n", " ").replace('"', "'");
    let how = text.split('/').nth(1)?;
    let (status, kind, body) = match how {
        "refused" => (
            "400 X",
            "application/json",
            format!(r#"{{"error":{{"message":"{head}","code":"{head}"}}}}"#),
        ),
        "plain" => ("500 X", "text/plain", head.clone()),
        "reported" => (
            "200 X",
            "text/event-stream",
            format!("data: {{\"error\":{{\"message\":\"{head}\"}}}}\n\n"),
        ),
        "malformed" => ("200 X", "text/event-stream", format!("data: {head}\n\n")),
        _ => ("200 X", "text/event-stream", format!("id: {head}\n: so far\n\n")),
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nx-request-id: {KEY}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    socket.write_all(answer.as_bytes()).await.ok()
}

fn config(provider: &str, url: String) -> ProviderConfig {
    ProviderConfig::new(provider, KEY)
        .base_url(url)
        .default_model("m")
        .extra_header("x-gateway", "Bearer gateway-secret-0123")
        .extra_header("Proxy-Authorization", "Basic cHJveHk6c2VjcmV0")
        .extra_header("x-api-key", "another-secret-0123")
}

fn options() -> CallOptions {
    let soon = RetryConfig {
        max_retries: 1,
        initial_delay: Duration::from_millis(5),
        ..Default::default()
    };
    CallOptions::default()
        .retry_config(soon)
        .header("x-call", "call-secret-0123")
}

async fn failure(client: &Client) -> Error {
    let request = ChatRequest::new([Message::user("Hello!")]);
    let options = options();
    let stream = client.chat().completions().stream_with(request, &options).await;
    match stream {
        Err(error) => error,
        Ok(mut stream) => loop {
            if let Err(error) = stream.next().await.expect("it fails") {
                return error;
            }
        },
    }
}

/// Everything that an error can show, with all that lies behind it.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {:?} {:?}", error.code(), error.request_id());
    let mut source = error.source();
    while let Some(link) = source {
        text.push_str(&format!(" {link} {link:?}"));
        source = link.source();
    }
    text
}

fn check(text: &str, what: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} tells {secret}: {text}");
    }
}

/// Keeps all that any crate logs.
struct Log(Mutex<String>);

static LOG: Log = Log(Mutex::new(String::new()));

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.0.lock().unwrap().push_str(&format!("{}\n", record.args()));
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn no_error_and_no_log_tells_a_secret() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let address = serve().await;
    let kinds = [
        ("refused", ErrorKind::BadRequest),
        ("plain", ErrorKind::RetryExhausted),
        ("reported", ErrorKind::RetryExhausted),
        ("malformed", ErrorKind::Stream),
        ("truncated", ErrorKind::RetryExhausted),
    ];
    for provider in ["openai", "anthropic", "gemini", "zhipu", "aliyun"] {
        for (how, kind) in kinds {
            let client = Client::new(config(provider, format!("http://{address}/{how}"))).unwrap();
            let error = failure(&client).await;
            assert_eq!(error.kind(), kind, "{provider}, {how}: {error}");
            let text = shown(&error);
            check(&text, provider);
            // Zhipu's token has three parts in base64, of which the first is always the same.
            assert!(
                !text.contains("eyJhbGciOiJIUzI1NiIsInNpZ25fdHlwZSI6IlNJR04ifQ."),
                "{how}: {text}"
            );
            check(&format!("{client:?}"), "a client");
        }
    }
    check(&LOG.0.lock().unwrap(), "the log");
    assert!(!LOG.0.lock().unwrap().is_empty(), "the logger hears nothing");
}

#[test]
fn no_configuration_shows_a_secret() {
    check(
        &format!("{:?}", config("openai", "http://user:proxy-password@host/v1".into())),
        "a configuration",
    );
    check(&format!("{:?}", options()), "options");
    let error = Client::new(config("openai", "http://user:proxy-password@host/v1".into())).unwrap_err();
    check(&shown(&error), "an address with a password");
    for json in [
        r#"{"provider_type": "openai", "api_key": ["key-id-0123.key-secret-4567"]}"#,
        r#"{"provider_type": "openai", "api_key": "key-id-0123.key-secret-4567", "extra_headers": {"x": ["gateway-secret"]}}"#,
        r#"{"provider_type": "openai", "extra_headers": "gateway-secret"}"#,
    ] {
        let error = serde_json::from_str::<ProviderConfig>(json).unwrap_err();
        check(&format!("{error} {error:?}"), json);
    }
    for (name, value) in [("x-a", "gateway-secret\n"), ("x b", "gateway-secret")] {
        let error = Client::new(config("openai", "http://host/v1".into()).extra_header(name, value)).unwrap_err();
        check(&shown(&error), name);
    }
}
