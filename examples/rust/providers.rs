//! A streamed answer from any of the ten providers: `ANTHROPIC_API_KEY=… cargo run --example providers anthropic`.
//!
//! `BASE_URL` points it to another server that speaks the provider's language.

use std::env;

use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};

/// What each provider needs: a key and a model. All else is the same.
fn config(provider: &str) -> ProviderConfig {
    let key = |variable| env::var(variable).unwrap_or_default();
    let new = ProviderConfig::new;
    match provider {
        "openai" => new("openai", key("OPENAI_API_KEY")).default_model("gpt-4o-mini"),
        "anthropic" => new("anthropic", key("ANTHROPIC_API_KEY")).default_model("claude-sonnet-4-5"),
        "gemini" => new("gemini", key("GEMINI_API_KEY")).default_model("gemini-2.5-flash"),
        "deepseek" => new("deepseek", key("DEEPSEEK_API_KEY")), // its default is deepseek-chat
        "openrouter" => new("openrouter", key("OPENROUTER_API_KEY")).default_model("openai/gpt-4o-mini"),
        "xai" => new("xai", key("XAI_API_KEY")).default_model("grok-4"),
        "zhipu" => new("zhipu", key("ZHIPUAI_API_KEY")).default_model("glm-4-flash"),
        "aliyun" => new("aliyun", key("DASHSCOPE_API_KEY")).default_model("qwen-plus"),
        "ollama" => new("ollama", String::new()).default_model("llama3.2"), // no key
        // vLLM, llama.cpp, LiteLLM, Groq, Mistral, Together and others.
        _ => new("openai-compatible", key("OPENAI_COMPATIBLE_API_KEY"))
            .base_url("http://localhost:8000/v1")
            .default_model("llama-3"),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = env::args().nth(1).unwrap_or_else(|| "openai".to_owned());
    let mut config = config(&provider);
    if let Ok(url) = env::var("BASE_URL") {
        config = config.base_url(url);
    }
    let client = Client::new(config)?;

    let request = ChatRequest::new([Message::user("Hello!")]);
    let mut stream = client.chat().completions().stream(request).await?;
    while let Some(chunk) = stream.next().await {
        print!("{}", chunk?.content().unwrap_or_default());
    }
    println!();
    Ok(())
}
