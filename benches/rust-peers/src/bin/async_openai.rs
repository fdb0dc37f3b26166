//! The crate async-openai.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessageArgs, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use futures::StreamExt;
use native_bench::{Contestant, KEY, MODEL, Options, Outcome, QUESTION};

#[derive(Clone)]
struct AsyncOpenAi(Client<OpenAIConfig>);

fn request() -> Outcome<CreateChatCompletionRequest> {
    let message = ChatCompletionRequestUserMessageArgs::default()
        .content(QUESTION)
        .build()?;
    Ok(CreateChatCompletionRequestArgs::default()
        .model(MODEL)
        .messages([message.into()])
        .build()?)
}

impl Contestant for AsyncOpenAi {
    fn new(options: &Options) -> Outcome<Self> {
        let config = OpenAIConfig::new().with_api_base(&options.base_url).with_api_key(KEY);
        Ok(Self(Client::with_config(config)))
    }

    async fn ask(&self) -> Outcome<String> {
        let answer = self.0.chat().create(request()?).await?;
        let choice = answer.choices.into_iter().next().ok_or("the answer has no choice")?;
        Ok(choice.message.content.ok_or("the answer has no text")?)
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let mut stream = self.0.chat().create_stream(request()?).await?;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            let content = chunk.choices.first().and_then(|choice| choice.delta.content.as_deref());
            on_chunk(content.unwrap_or_default());
        }
        Ok(())
    }
}

fn main() -> Outcome {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a provider of cryptography is installed already")?;
    native_bench::main::<AsyncOpenAi>()
}
