//! `Client`: the asynchronous client's methods, each waited for.

use std::fmt;
use std::sync::Arc;

use super::runtime::Runtime;
use super::stream::ChatStream;
use crate::capabilities::Capabilities;
use crate::client::PoolStats;
use crate::config::{CallOptions, ProviderConfig};
use crate::diagnose::Finding;
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::types::{ChatCompletion, ChatRequest, EmbeddingRequest, Embeddings, Models};

/// A client of one provider that blocks. Clones share its pool and its thread; use one client for all your calls.
///
/// See [the module](crate::blocking) for an example and for use inside of asynchronous programs.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What all clones share.
struct Shared {
    client: crate::Client,
    runtime: Arc<Runtime>,
}

impl Drop for Shared {
    /// Closes the sockets over there, where they live. Streams that are still read go on.
    fn drop(&mut self) {
        let _context = self.runtime.enter();
        self.client.close();
    }
}

impl Client {
    /// A client for this configuration, and its thread. Opens no connection.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config), with the field, its value and what is allowed; or when the system gives no
    /// thread.
    pub fn new(config: ProviderConfig) -> Result<Self> {
        let client = crate::Client::new(config)?;
        let runtime = Runtime::start()
            .map_err(|error| Error::config(format!("the client's thread could not be started: {error}")))?;
        let runtime = Arc::new(runtime);
        Ok(Self {
            shared: Arc::new(Shared { client, runtime }),
        })
    }

    /// Chat.
    #[must_use]
    pub fn chat(&self) -> Chat<'_> {
        Chat { client: self }
    }

    /// Embeddings.
    #[must_use]
    pub fn embeddings(&self) -> EmbeddingsApi<'_> {
        EmbeddingsApi { client: self }
    }

    /// The provider's models.
    #[must_use]
    pub fn models(&self) -> ModelsApi<'_> {
        ModelsApi { client: self }
    }

    /// The pool's figures at this moment.
    #[must_use]
    pub fn pool_stats(&self) -> PoolStats {
        self.shared.client.pool_stats()
    }

    /// What the calls came to so far, by model; see [`Client::metrics`](crate::Client::metrics).
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.shared.client.metrics()
    }

    /// The metrics as text for Prometheus; see [`Client::metrics_prometheus`](crate::Client::metrics_prometheus).
    #[must_use]
    pub fn metrics_prometheus(&self) -> String {
        self.shared.client.metrics_prometheus()
    }

    /// What the numbers so far say about the configuration; see [`Client::diagnose`](crate::Client::diagnose).
    #[must_use]
    pub fn diagnose(&self) -> Vec<Finding> {
        self.shared.client.diagnose()
    }

    /// Opens sockets ahead of use and gives how many; see [`Client::warm`](crate::Client::warm).
    ///
    /// # Errors
    ///
    /// When not one could be opened: [`Network`](crate::ErrorKind::Network) or
    /// [`Timeout`](crate::ErrorKind::Timeout).
    pub fn warm(&self, sockets: usize) -> Result<usize> {
        let client = self.shared.client.clone();
        self.shared.runtime.run(async move { client.warm(sockets).await })?
    }

    /// Which configuration values this target honours, and how.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.shared.client.capabilities()
    }

    /// Ends the client and its clones: idle connections are closed, requests that wait for a place and later ones
    /// fail with [`Aborted`](crate::ErrorKind::Aborted). Requests that have their place go on.
    pub fn close(&self) {
        let _context = self.shared.runtime.enter();
        self.shared.client.close();
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shared.client, formatter)
    }
}

/// The chat part of the API.
#[derive(Clone, Copy, Debug)]
pub struct Chat<'a> {
    client: &'a Client,
}

impl<'a> Chat<'a> {
    /// Completions: answers to a conversation.
    #[must_use]
    pub fn completions(self) -> Completions<'a> {
        Completions { client: self.client }
    }
}

/// Chat completions.
#[derive(Clone, Copy, Debug)]
pub struct Completions<'a> {
    client: &'a Client,
}

impl Completions<'_> {
    /// The whole answer at once.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn create(self, request: ChatRequest) -> Result<ChatCompletion> {
        self.create_with(request, &CallOptions::default())
    }

    /// The whole answer at once, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn create_with(self, request: ChatRequest, options: &CallOptions) -> Result<ChatCompletion> {
        let Shared { client, runtime } = &*self.client.shared;
        let (client, options) = (client.clone(), options.clone());
        runtime.run(async move { client.chat().completions().create_with(request, &options).await })?
    }

    /// The answer as it is written, chunk by chunk. Returns when the head of the answer has arrived.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn stream(self, request: ChatRequest) -> Result<ChatStream> {
        self.stream_with(request, &CallOptions::default())
    }

    /// The answer as it is written, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn stream_with(self, request: ChatRequest, options: &CallOptions) -> Result<ChatStream> {
        let Shared { client, runtime } = &*self.client.shared;
        let (client, options) = (client.clone(), options.clone());
        let stream = runtime.run(async move { client.chat().completions().stream_with(request, &options).await })??;
        Ok(ChatStream::new(stream, Arc::clone(runtime)))
    }
}

/// The part of the API that makes embeddings.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddingsApi<'a> {
    client: &'a Client,
}

impl EmbeddingsApi<'_> {
    /// The vectors of texts, in their order. Anthropic, DeepSeek and xAI have none.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn create(self, request: EmbeddingRequest) -> Result<Embeddings> {
        self.create_with(request, &CallOptions::default())
    }

    /// The vectors of texts, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn create_with(self, request: EmbeddingRequest, options: &CallOptions) -> Result<Embeddings> {
        let Shared { client, runtime } = &*self.client.shared;
        let (client, options) = (client.clone(), options.clone());
        runtime.run(async move { client.embeddings().create_with(request, &options).await })?
    }
}

/// The part of the API that tells which models there are.
#[derive(Clone, Copy, Debug)]
pub struct ModelsApi<'a> {
    client: &'a Client,
}

impl ModelsApi<'_> {
    /// The models that the key may use.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn list(self) -> Result<Models> {
        self.list_with(&CallOptions::default())
    }

    /// The models that the key may use, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub fn list_with(self, options: &CallOptions) -> Result<Models> {
        let Shared { client, runtime } = &*self.client.shared;
        let (client, options) = (client.clone(), options.clone());
        runtime.run(async move { client.models().list_with(&options).await })?
    }
}
