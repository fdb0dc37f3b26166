//! reqwest, a line splitter and serde, written by hand for this one purpose.

use native_bench::openai::{Lines, Request, text};
use native_bench::{Contestant, KEY, Options, Outcome};
use reqwest::Client;

#[derive(Clone)]
struct ByHand {
    client: Client,
    url: String,
}

impl ByHand {
    async fn send(&self, stream: bool) -> Outcome<reqwest::Response> {
        let body = Request::new(stream);
        let request = self.client.post(&self.url).json(&body).bearer_auth(KEY);
        Ok(request
            .header("accept", body.accept())
            .send()
            .await?
            .error_for_status()?)
    }
}

impl Contestant for ByHand {
    fn new(options: &Options) -> Outcome<Self> {
        Ok(Self {
            client: Client::builder().build()?,
            url: format!("{}/chat/completions", options.base_url),
        })
    }

    async fn ask(&self) -> Outcome<String> {
        text(&self.send(false).await?.bytes().await?)
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let mut response = self.send(true).await?;
        let mut lines = Lines::default();
        while let Some(bytes) = response.chunk().await? {
            lines.feed(&bytes, &mut on_chunk)?;
        }
        lines.end()
    }
}

fn main() -> Outcome {
    // The provider of cryptography that the others use.
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a provider of cryptography is installed already")?;
    native_bench::main::<ByHand>()
}
