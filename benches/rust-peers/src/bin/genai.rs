//! The crate genai.

use futures::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatRequest, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{Client, ModelIden, ServiceTarget};
use native_bench::{Contestant, KEY, MODEL, Options, Outcome, QUESTION};

#[derive(Clone)]
struct GenAi(Client);

fn request() -> ChatRequest {
    ChatRequest::new(vec![ChatMessage::user(QUESTION)])
}

impl Contestant for GenAi {
    fn new(options: &Options) -> Outcome<Self> {
        let base_url = format!("{}/", options.base_url);
        let resolver = ServiceTargetResolver::from_resolver_fn(move |_: ServiceTarget| {
            Ok(ServiceTarget {
                endpoint: Endpoint::from_owned(base_url.clone()),
                auth: AuthData::from_single(KEY),
                model: ModelIden::new(AdapterKind::OpenAI, MODEL),
            })
        });
        Ok(Self(Client::builder().with_service_target_resolver(resolver).build()?))
    }

    async fn ask(&self) -> Outcome<String> {
        let answer = self.0.exec_chat(MODEL, request(), None).await?;
        Ok(answer.first_text().ok_or("the answer has no text")?.to_owned())
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let mut stream = self.0.exec_chat_stream(MODEL, request(), None).await?.stream;
        while let Some(event) = stream.next().await {
            if let ChatStreamEvent::Chunk(chunk) = event? {
                on_chunk(&chunk.content);
            }
        }
        Ok(())
    }
}

fn main() -> Outcome {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a provider of cryptography is installed already")?;
    native_bench::main::<GenAi>()
}
