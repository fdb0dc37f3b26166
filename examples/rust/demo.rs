//! The demo's native part: what the target promises, and one streamed chat, each chunk printed as a line of JSON.
//!
//! `cargo xtask demo` runs it beside the same program on every JavaScript host and compares the texts.

use std::io::Write;
use std::time::Instant;

use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server =
        std::env::var("MOCK_URL").map_err(|_| "set MOCK_URL to the address that `llm-api-router mock` prints")?;
    let client = Client::new(ProviderConfig::new("openai-compatible", "demo-key").base_url(format!("{server}/v1")))?;
    let request = ChatRequest::new([Message::user("Tell me about connection pools.")]).model("demo-model");

    println!("{}", json!({ "capabilities": client.capabilities() }));
    let started = Instant::now();
    let mut first_token = None;
    let mut chunks = 0;
    let mut text = String::new();
    let mut stream = client.chat().completions().stream(request).await?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        chunks += 1;
        let content = chunk.content().unwrap_or_default();
        if !content.is_empty() {
            first_token.get_or_insert_with(|| started.elapsed());
            text.push_str(content);
            println!("{}", json!({ "text": content }));
            std::io::stdout().flush()?;
        }
    }
    println!(
        "{}",
        json!({
            "done": true,
            "chunks": chunks,
            "first_token_ms": first_token.map(|time| time.as_secs_f64() * 1e3),
            "characters": text.encode_utf16().count(),
            "text": text,
        })
    );
    Ok(())
}
