//! This project's client.

use std::time::Duration;

use llm_api_router::{ChatRequest, Client, ConnectionPoolConfig, Message, ProviderConfig, TimeoutConfig};
use native_bench::{Contestant, KEY, MODEL, Options, Outcome, QUESTION};

#[derive(Clone)]
struct Ours(Client);

impl Contestant for Ours {
    fn new(options: &Options) -> Outcome<Self> {
        let pool = ConnectionPoolConfig {
            max_connections: options.concurrency,
            max_keepalive_connections: if options.keep { options.concurrency } else { 0 },
            ..Default::default()
        };
        let mut config = ProviderConfig::new("openai-compatible", KEY)
            .base_url(&options.base_url)
            .default_model(MODEL)
            .connection_pool_config(pool)
            // A benchmark that waits in line, or for a loaded machine, is slow, not wrong.
            .timeout_config(TimeoutConfig::default().pool(Duration::from_secs(60)));
        if let Some(certificate) = &options.certificate {
            config = config.root_certificates(certificate);
        }
        Ok(Self(Client::new(config)?))
    }

    async fn ask(&self) -> Outcome<String> {
        let request = ChatRequest::new([Message::user(QUESTION)]);
        let answer = self.0.chat().completions().create(request).await?;
        Ok(answer.content().ok_or("the answer has no text")?.to_owned())
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let request = ChatRequest::new([Message::user(QUESTION)]);
        let mut stream = self.0.chat().completions().stream(request).await?;
        while let Some(chunk) = stream.next().await {
            on_chunk(chunk?.content().unwrap_or_default());
        }
        Ok(())
    }
}

fn main() -> Outcome {
    native_bench::main::<Ours>()
}
