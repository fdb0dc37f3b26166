//! A streamed chat: `OPENAI_API_KEY=… cargo run --example chat`.
//!
//! `OPENAI_BASE_URL` points it to another OpenAI-compatible server, such as `llm-api-router mock`.

use llm_api_router::{ChatRequest, Client, ConnectionPoolConfig, Message, ProviderConfig, TimeoutConfig};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("OPENAI_API_KEY").map_err(|_| "set OPENAI_API_KEY to your key")?;
    let mut config = ProviderConfig::new("openai", key)
        .default_model("gpt-4o-mini")
        .connection_pool_config(ConnectionPoolConfig {
            max_connections: 50,
            ..Default::default()
        })
        .timeout_config(TimeoutConfig::default().read(120.0).idle(15.0));
    if let Ok(url) = std::env::var("OPENAI_BASE_URL") {
        config = config.base_url(url);
    }
    let client = Client::new(config)?;

    let mut stream = client
        .chat()
        .completions()
        .stream(ChatRequest::new([Message::user("Hello!")]))
        .await?;
    while let Some(chunk) = stream.next().await {
        print!("{}", chunk?.content().unwrap_or_default());
    }
    println!();
    Ok(())
}
