//! `Client`: a cheap handle to one provider, one pool and one configuration.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::call;
use crate::capabilities::Capabilities;
use crate::config::{CallOptions, ProviderConfig, Settings};
use crate::error::Result;
use crate::gate::Gate;
use crate::provider::{ChatInput, Input};
use crate::retry::{Budget, RetryBudget};
use crate::stream::ChatStream;
use crate::transport::{Host, SocketStats, Transport};
use crate::types::{ChatCompletion, ChatRequest};
use crate::warm;

/// A client of one provider. Clones share its pool; use one client for all your calls.
///
/// ```no_run
/// use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};
///
/// # async fn example() -> llm_api_router::Result<()> {
/// let client = Client::new(ProviderConfig::new("openai", "sk-…").default_model("gpt-4o-mini"))?;
/// let answer = client.chat().completions().create(ChatRequest::new([Message::user("Hello!")])).await?;
/// println!("{}", answer.content().unwrap_or_default());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

/// What all clones of a client share.
pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) gate: Gate,
    pub(crate) transport: Transport,
    pub(crate) retry_budget: Budget,
}

impl Client {
    /// A client for this configuration. Opens no connection.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config), with the field, its value and what is allowed.
    #[allow(
        clippy::default_constructed_unit_structs,
        reason = "a unit struct on one target only"
    )]
    pub fn new(config: ProviderConfig) -> Result<Self> {
        Self::with_host(config, Host::default())
    }

    /// A client that is given something by its target, such as a replacement for the host's fetch.
    pub(crate) fn with_host(config: ProviderConfig, host: Host) -> Result<Self> {
        let settings = config.validate()?;
        let gate = Gate::new(settings.places());
        let transport = Transport::new(&settings, host)?;
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                gate,
                transport,
                retry_budget: Budget::default(),
            }),
        })
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// Chat.
    #[must_use]
    pub fn chat(&self) -> Chat<'_> {
        Chat { client: self }
    }

    /// The pool's figures at this moment.
    #[must_use]
    pub fn pool_stats(&self) -> PoolStats {
        let gate = self.inner.gate.stats();
        PoolStats {
            max_connections: self.inner.settings.pool.max_connections,
            in_use: gate.in_use,
            waiting: gate.waiting,
            longest_wait: gate.longest_wait,
            pool_timeouts: gate.timeouts,
            retry_budget: self.inner.retry_budget.stats(),
            sockets: self.inner.transport.sockets(),
        }
    }

    /// Opens sockets to the provider ahead of use, so that the first requests find them: until `sockets` are idle, as
    /// far as `max_connections` and `max_keepalive_connections` allow without waiting. Nothing is sent. Gives how many
    /// it opened, which is none where the host owns the sockets.
    ///
    /// # Errors
    ///
    /// When not one could be opened: [`Network`](crate::ErrorKind::Network) or
    /// [`Timeout`](crate::ErrorKind::Timeout).
    pub async fn warm(&self, sockets: usize) -> Result<usize> {
        warm::warm(&self.inner, sockets).await
    }

    /// Which configuration values this target honours, and how.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.inner.transport.capabilities()
    }

    /// Ends the client and its clones: idle connections are closed, requests that wait for a place and later ones
    /// fail with [`Aborted`](crate::ErrorKind::Aborted). Requests that have their place go on.
    pub fn close(&self) {
        self.inner.gate.close();
        self.inner.transport.close();
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let settings = &self.inner.settings;
        formatter
            .debug_struct("Client")
            .field("provider", &settings.provider.name())
            .field("base_url", &settings.base_url)
            .field("pool", &self.pool_stats())
            .finish_non_exhaustive()
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

/// Chat completions. Dropping any of its futures cancels the request.
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
    pub async fn create(self, request: ChatRequest) -> Result<ChatCompletion> {
        self.create_with(request, &CallOptions::default()).await
    }

    /// The whole answer at once, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn create_with(self, request: ChatRequest, options: &CallOptions) -> Result<ChatCompletion> {
        let inner = self.client.inner();
        let input = Input::Chat {
            request: ChatInput::Typed(&request),
            streaming: false,
        };
        let prepared = call::prepare(inner, &input, options)?;
        call::open(inner, prepared).await?.completion()
    }

    /// The answer as it is written, chunk by chunk. Ready when its first content has arrived, because up to there a
    /// failed attempt is repeated; with [`max_retries`](crate::RetryConfig::max_retries) 0, when its head has.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn stream(self, request: ChatRequest) -> Result<ChatStream> {
        self.stream_with(request, &CallOptions::default()).await
    }

    /// The answer as it is written, with settings of its own.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn stream_with(self, request: ChatRequest, options: &CallOptions) -> Result<ChatStream> {
        let inner = self.client.inner();
        let input = Input::Chat {
            request: ChatInput::Typed(&request),
            streaming: true,
        };
        let prepared = call::prepare(inner, &input, options)?;
        call::open(inner, prepared).await.map(ChatStream::new)
    }
}

/// The pool's figures at one moment; in JSON, durations are seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PoolStats {
    /// The limit.
    pub max_connections: usize,
    /// Requests that have a place.
    pub in_use: usize,
    /// Requests that wait for one.
    pub waiting: usize,
    /// The longest time that any request has waited so far.
    #[serde(serialize_with = "crate::config::as_seconds")]
    pub longest_wait: Duration,
    /// Requests that gave up waiting.
    pub pool_timeouts: u64,
    /// The retries that the client's calls may still make.
    pub retry_budget: RetryBudget,
    /// The sockets themselves; `None` where the host does not show them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets: Option<SocketStats>,
}
