//! `Client`: a cheap handle to one provider, one pool and one configuration.

mod api;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

pub use api::{Chat, Completions, EmbeddingsApi, ModelsApi};

use crate::capabilities::Capabilities;
use crate::config::{ProviderConfig, Settings};
use crate::diagnose::{self, Finding};
use crate::error::Result;
use crate::gate::Gate;
use crate::metrics::{self, Meter, Metrics};
use crate::retry::{Budget, RetryBudget};
use crate::transport::{Host, SocketStats, Transport};
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
    pub(crate) meter: Meter,
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
        let mut settings = config.validate()?;
        settings.secrets = settings.secrets.beside(host.secrets());
        let gate = Gate::new(settings.places());
        let transport = Transport::new(&settings, host)?;
        let meter = Meter::new(settings.provider.name(), &settings.base_url);
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                gate,
                transport,
                retry_budget: Budget::default(),
                meter,
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
    ///
    /// ```
    /// # let client = llm_api_router::Client::new(llm_api_router::ProviderConfig::new("openai", "sk-example"))?;
    /// let pool = client.pool_stats();
    /// println!("{} of {} places in use, {} wait", pool.in_use, pool.max_connections, pool.waiting);
    /// println!("{} more retries may be made now", pool.retry_budget.available);
    /// # Ok::<_, llm_api_router::Error>(())
    /// ```
    #[must_use]
    pub fn pool_stats(&self) -> PoolStats {
        let gate = self.inner.gate.stats();
        PoolStats {
            max_connections: self.inner.settings.pool.max_connections,
            in_use: gate.in_use,
            waiting: gate.waiting,
            peak: gate.peak,
            waited: gate.waited,
            longest_wait: gate.longest_wait,
            pool_timeouts: gate.timeouts,
            retry_budget: self.inner.retry_budget.stats(),
            sockets: self.inner.transport.sockets(),
        }
    }

    /// What the calls of this client and its clones came to so far, by model: counts, errors by kind, tokens, and times
    /// with their percentiles. Always on; recording costs well under a microsecond per call.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.inner.meter.snapshot(self.pool_stats())
    }

    /// [`metrics`](Self::metrics) as text for Prometheus (text format 0.0.4): serve it under `/metrics`. Every name
    /// begins with `llm_router_`.
    ///
    /// ```no_run
    /// # let client = llm_api_router::Client::new(llm_api_router::ProviderConfig::new("openai", "sk-…"))?;
    /// let text = client.metrics_prometheus();
    /// assert!(text.contains("# TYPE llm_router_requests_total counter"));
    /// # Ok::<_, llm_api_router::Error>(())
    /// ```
    #[must_use]
    pub fn metrics_prometheus(&self) -> String {
        metrics::text(&self.metrics())
    }

    /// What the numbers so far say about the configuration: each [`Finding`] has its evidence, the setting to change and
    /// the value to try. Empty while all is well.
    ///
    /// | finding | when | setting |
    /// |---|---|---|
    /// | `pool_exhausted` | a call gave up waiting for a place; or 1 % of them used 80 % of the limit; or 10 % waited, and some 1 s or more | `max_connections` |
    /// | `keepalive_surplus_churn` | 3 sockets or more, and 10 % of those opened, were opened within 30 s after an idle one was closed as surplus | `max_keepalive_connections` |
    /// | `keepalive_expiry_churn` | the same after an idle one had expired | `keepalive_expiry` |
    /// | `stale_sockets` | 3 requests or more, and 5 % of those that reused a socket, found it closed by the server | `keepalive_expiry` |
    /// | `connect_timeout_tight`, and so on for `write`, `read`, `total`, `first_token`, `idle` | 1 % of the calls used 80 % or more of the limit; critical when 1 % timed out | that limit |
    /// | `slow_consumer` | in 3 streams or more, and 10 % of them, bytes waited for the consumer for half of the time, and 100 ms at least | `max_connections`; on the web `stream_buffer_size` |
    /// | `buffer_full` | the buffer was full in 3 streams or more, and half of them; on the web alone | `stream_buffer_size` |
    ///
    /// Nothing is found where the target does not show it: natively no buffer, because nothing is read ahead; on the
    /// web no sockets, and no `connect` and `write` where the host does not tell them apart from waiting. Limits that a
    /// call overrides are measured by its own, and the finding names the client's; limits that are off are not looked at.
    ///
    /// ```no_run
    /// # let client = llm_api_router::Client::new(llm_api_router::ProviderConfig::new("openai", "sk-…"))?;
    /// for finding in client.diagnose() {
    ///     println!("{}: {}", finding.id, finding.message);
    ///     println!("  try {} = {} (now {})", finding.setting, finding.suggested, finding.current);
    /// }
    /// # Ok::<_, llm_api_router::Error>(())
    /// ```
    #[must_use]
    pub fn diagnose(&self) -> Vec<Finding> {
        diagnose::diagnose(&self.inner, self.pool_stats())
    }

    /// Opens sockets to the provider ahead of use, so that the first requests find them: until `sockets` are idle, as
    /// far as `max_connections` and `max_keepalive_connections` allow without waiting. Nothing is sent. Gives how many
    /// it opened, which is none where the host owns the sockets.
    ///
    /// # Errors
    ///
    /// When not one could be opened: [`Network`](crate::ErrorKind::Network) or
    /// [`Timeout`](crate::ErrorKind::Timeout).
    ///
    /// ```no_run
    /// # async fn example(client: llm_api_router::Client) -> llm_api_router::Result<()> {
    /// let opened = client.warm(10).await?;
    /// println!("{opened} sockets are ready");
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```
    /// # use llm_api_router::{ChatRequest, Client, ErrorKind, Message, ProviderConfig};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> llm_api_router::Result<()> {
    /// let client = Client::new(ProviderConfig::new("openai", "sk-example").default_model("m"))?;
    /// client.close();
    /// let error = client.chat().completions().create(ChatRequest::new([Message::user("Hello!")])).await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Aborted);
    /// # Ok(())
    /// # }
    /// ```
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

/// The pool's figures at one moment; in JSON, durations are seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PoolStats {
    /// The limit.
    pub max_connections: usize,
    /// Requests that have a place.
    pub in_use: usize,
    /// Requests that wait for one.
    pub waiting: usize,
    /// The most requests so far that had a place or waited for one at the same time: how many `max_connections` would
    /// have let nobody wait.
    pub peak: usize,
    /// Requests so far that had to wait.
    pub waited: u64,
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
