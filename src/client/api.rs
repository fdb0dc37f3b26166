//! The parts of the API, by what they are called on: `client.chat()`, `client.embeddings()`, `client.models()`.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Client;
use crate::call::{self, Call};
use crate::config::CallOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{Input, NEXT_PAGE};
use crate::stream::ChatStream;
use crate::types::{ChatCompletion, ChatRequest, EmbeddingRequest, Embeddings, Models};

/// No provider's list of models has so many.
const MOST_PAGES: usize = 100;

/// The chat part of the API.
#[derive(Clone, Copy, Debug)]
pub struct Chat<'a> {
    pub(super) client: &'a Client,
}

impl<'a> Chat<'a> {
    /// Completions: answers to a conversation.
    #[must_use]
    pub fn completions(self) -> Completions<'a> {
        Completions { client: self.client }
    }
}

/// Chat completions. Dropping any of its futures cancels the request.
#[derive(Clone, Copy, Debug)]
pub struct Completions<'a> {
    pub(super) client: &'a Client,
}

impl Completions<'_> {
    /// The whole answer at once.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```no_run
    /// # use llm_api_router::{ChatRequest, Client, Message};
    /// # async fn example(client: Client) -> llm_api_router::Result<()> {
    /// let request = ChatRequest::new([Message::user("Hello!")]).max_tokens(100);
    /// let answer = client.chat().completions().create(request).await?;
    /// println!("{}", answer.content().unwrap_or_default());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create(self, request: ChatRequest) -> Result<ChatCompletion> {
        let mut call = self.begin(request, false, &CallOptions::default())?;
        call::open(self.client.inner(), &mut call).await?.completion()
    }

    /// The whole answer at once, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```no_run
    /// # use llm_api_router::{CallOptions, ChatRequest, Client, Message};
    /// # async fn example(client: Client) -> llm_api_router::Result<()> {
    /// let options = CallOptions::default().read(300.0).total(600.0).max_retries(0);
    /// let request = ChatRequest::new([Message::user("A long story, please.")]);
    /// let answer = client.chat().completions().create_with(request, &options).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create_with(self, request: ChatRequest, options: &CallOptions) -> Result<ChatCompletion> {
        let mut call = self.begin(request, false, options)?;
        call::open(self.client.inner(), &mut call).await?.completion()
    }

    /// The answer as it is written, chunk by chunk. Ready when its first content has arrived, because up to there a
    /// failed attempt is repeated; with [`max_retries`](crate::RetryConfig::max_retries) 0, when its head has.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```no_run
    /// # use llm_api_router::{ChatRequest, Client, Message};
    /// # async fn example(client: Client) -> llm_api_router::Result<()> {
    /// let mut stream = client.chat().completions().stream(ChatRequest::new([Message::user("A poem")])).await?;
    /// while let Some(chunk) = stream.next().await {
    ///     print!("{}", chunk?.content().unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stream(self, request: ChatRequest) -> Result<ChatStream> {
        let mut call = self.begin(request, true, &CallOptions::default())?;
        call::open(self.client.inner(), &mut call).await.map(ChatStream::new)
    }

    /// The answer as it is written, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```no_run
    /// # use llm_api_router::{CallOptions, ChatRequest, Client, Message};
    /// # async fn example(client: Client) -> llm_api_router::Result<()> {
    /// let options = CallOptions::default().first_token(5.0).idle(10.0).header("x-trace", "7f3a");
    /// let request = ChatRequest::new([Message::user("A poem")]);
    /// let stream = client.chat().completions().stream_with(request, &options).await?;
    /// println!("{}", stream.text().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stream_with(self, request: ChatRequest, options: &CallOptions) -> Result<ChatStream> {
        let mut call = self.begin(request, true, options)?;
        call::open(self.client.inner(), &mut call).await.map(ChatStream::new)
    }

    /// Takes the request, so that it does not lie in memory until its answer has come.
    #[allow(clippy::needless_pass_by_value, reason = "to be dropped here")]
    fn begin(self, request: ChatRequest, streaming: bool, options: &CallOptions) -> Result<Call> {
        let request = &request;
        call::begin(self.client.inner(), &Input::Chat { request, streaming }, options)
    }
}

/// The part of the API that makes embeddings. Dropping any of its futures cancels the request.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddingsApi<'a> {
    pub(super) client: &'a Client,
}

impl EmbeddingsApi<'_> {
    /// The vectors of texts, in their order. Anthropic, DeepSeek and xAI have none.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```no_run
    /// # use llm_api_router::{Client, EmbeddingRequest};
    /// # async fn example(client: Client) -> llm_api_router::Result<()> {
    /// let request = EmbeddingRequest::new(["a text", "another"]).model("text-embedding-3-small");
    /// for one in client.embeddings().create(request).await?.data {
    ///     println!("{}: {} numbers", one.index, one.embedding.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn create(self, request: EmbeddingRequest) -> Result<Embeddings> {
        self.create_with(request, &CallOptions::default()).await
    }

    /// The vectors of texts, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn create_with(self, request: EmbeddingRequest, options: &CallOptions) -> Result<Embeddings> {
        let json = serde_json::to_string(&request)
            .map_err(|error| Error::config(format!("the request cannot be written as JSON: {error}")))?;
        let mut embeddings: Embeddings = value(self.client, &Input::Embeddings(&json), options).await?;
        embeddings.data.sort_by_key(|one| one.index);
        Ok(embeddings)
    }
}

/// The part of the API that tells which models there are.
#[derive(Clone, Copy, Debug)]
pub struct ModelsApi<'a> {
    pub(super) client: &'a Client,
}

impl ModelsApi<'_> {
    /// The models that the key may use.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// ```no_run
    /// # async fn example(client: llm_api_router::Client) -> llm_api_router::Result<()> {
    /// for model in client.models().list().await?.data {
    ///     println!("{}", model.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list(self) -> Result<Models> {
        self.list_with(&CallOptions::default()).await
    }

    /// The models that the key may use, with settings of its own. Where a provider gives its list in pages, each is a
    /// call with these settings; after a hundred of them it is an error.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn list_with(self, options: &CallOptions) -> Result<Models> {
        let mut models: Models = value(self.client, &Input::Models(None), options).await?;
        for _ in 1..MOST_PAGES {
            let Some(Value::String(page)) = models.extra.remove(NEXT_PAGE) else {
                return Ok(models);
            };
            let next: Models = value(self.client, &Input::Models(Some(&page)), options).await?;
            models.data.extend(next.data);
            models.extra = next.extra;
        }
        if models.extra.contains_key(NEXT_PAGE) {
            let error = Error::new(
                ErrorKind::Stream,
                format!("the list of models has more than {MOST_PAGES} pages"),
            );
            return Err(error.of_provider(self.client.inner().settings.provider.name()));
        }
        Ok(models)
    }
}

/// An answer that is neither streamed nor a conversation's.
async fn value<T: DeserializeOwned>(client: &Client, input: &Input<'_>, options: &CallOptions) -> Result<T> {
    let inner = client.inner();
    let mut call = call::begin(inner, input, options)?;
    let json = call::open(inner, &mut call).await?.json();
    serde_json::from_str(&json).map_err(|error| {
        Error::new(
            ErrorKind::Stream,
            format!("the answer is not the JSON that was expected ({error})"),
        )
        .of_provider(inner.settings.provider.name())
    })
}
