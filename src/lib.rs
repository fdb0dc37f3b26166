//! A client for LLM APIs that keeps its promises about connections and time.
//!
//! ```no_run
//! use llm_api_router::{ChatRequest, Client, ConnectionPoolConfig, Message, ProviderConfig, TimeoutConfig};
//!
//! # async fn example() -> llm_api_router::Result<()> {
//! let config = ProviderConfig::new("openai", "sk-…")
//!     .default_model("gpt-4o-mini")
//!     .connection_pool_config(ConnectionPoolConfig { max_connections: 50, ..Default::default() })
//!     .timeout_config(TimeoutConfig::default().read(120.0).idle(15.0));
//! let client = Client::new(config)?;
//!
//! let mut stream = client.chat().completions().stream(ChatRequest::new([Message::user("A poem")])).await?;
//! while let Some(chunk) = stream.next().await {
//!     print!("{}", chunk?.content().unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The way of a call
//!
//! [`Client`], the provider's dialect, retries, the gate that limits sockets, the transport; and back through decoder
//! and dialect. Every limit of [`ConnectionPoolConfig`] and [`TimeoutConfig`] is kept on the wire;
//! [`Client::capabilities`] tells where a JavaScript host leaves less than that. Dropping a future or a stream cancels
//! everything that belongs to it.
//!
//! # Where to find what
//!
//! | you want to | look at |
//! |---|---|
//! | choose a provider | [`ProviderConfig`], [`guide::providers`] |
//! | ask for a whole answer, or a streamed one | [`Completions::create`], [`Completions::stream`], [`guide::streaming`] |
//! | call tools, send images | [`Tool`], [`Message`], [`ContentPart`], [`guide::requests`] |
//! | make embeddings, list models | [`Client::embeddings`], [`Client::models`] |
//! | limit sockets | [`ConnectionPoolConfig`], [`Preset`], [`guide::pool`] |
//! | limit time | [`TimeoutConfig`], [`CallOptions`] for one call, [`guide::timeouts`] |
//! | have failed calls tried again | [`RetryConfig`], [`guide::retries`] |
//! | know what went wrong | [`Error`], [`ErrorKind`] |
//! | see what happens, and what to change | [`Client::metrics`], [`Client::diagnose`], [`guide::monitoring`] |
//! | do without asynchronous code | the module `blocking` |
//! | test your program | the module `mock_server` |
//! | come from the Python library | [`guide::migration`] |
//!
//! # Configuration from a file
//!
//! One file serves every host and language: keys are `snake_case` or `camelCase`, durations are seconds. A value that
//! cannot work is an error that names the field and what is allowed.
//!
//! ```
//! use llm_api_router::{Client, ProviderConfig};
//!
//! let config: ProviderConfig = serde_json::from_str(
//!     r#"{
//!         "provider_type": "openai",
//!         "api_key": "sk-example",
//!         "default_model": "gpt-4o-mini",
//!         "connection_pool_config": { "max_connections": 50 },
//!         "timeout_config": { "read": 120, "idle": 15 }
//!     }"#,
//! )?;
//! let client = Client::new(config)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! ```no_run
//! use llm_api_router::{ChatRequest, Client, ErrorKind, Message};
//!
//! # async fn example(client: Client) {
//! match client.chat().completions().create(ChatRequest::new([Message::user("Hello!")])).await {
//!     Ok(answer) => println!("{}", answer.content().unwrap_or_default()),
//!     Err(error) if error.kind() == ErrorKind::Authentication => eprintln!("check your key"),
//!     // The sentence names the limit and the setting to change; after retries, `last` is the last attempt's error.
//!     Err(error) => eprintln!("{error} (after {} attempts, {:?})", error.attempts(), error.elapsed()),
//! }
//! # }
//! ```
//!
//! # Features
//!
//! - `blocking`: `blocking::Client`, the client without `.await`.
//! - `mock-server`: `mock_server::MockServer`, an LLM server for your tests.
//! - `cli`: the binary `llm-api-router`.
//! - `anthropic`, `gemini`, `aliyun`, `ollama`, `zhipu`: the providers of these names; all are on by default. What
//!   speaks as OpenAI does is always there.

#![cfg_attr(
    not(all(
        feature = "aliyun",
        feature = "anthropic",
        feature = "gemini",
        feature = "ollama",
        feature = "zhipu"
    )),
    allow(
        dead_code,
        unused_imports,
        reason = "what dialects share that are left out of this build"
    )
)]

mod alarm;
#[cfg(feature = "__bench")]
#[doc(hidden)]
#[allow(unreachable_pub, reason = "the benchmarks call it")]
pub mod bench;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod capabilities;
mod client;
mod config;
mod deadline;
mod decode;
mod diagnose;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[allow(unreachable_pub, reason = "the fuzz targets call it")]
pub mod fuzz;
mod gate;
pub mod guide;
mod json;
mod limits;
mod metrics;
#[cfg(feature = "mock-server")]
pub mod mock_server;
mod provider;
mod retry;
mod rt;
mod same;
mod strain;
mod stream;
mod transport;
mod types;
mod warm;

#[cfg(target_arch = "wasm32")]
mod js;

pub use capabilities::{Capabilities, Capability, Level};
pub use client::{Chat, Client, Completions, EmbeddingsApi, ModelsApi, PoolStats};
pub use config::{
    CallOptions, ConnectionPoolConfig, HttpVersion, Preset, ProviderConfig, RetryConfig, TimeLimit, TimeoutConfig,
};
pub use diagnose::{Finding, Severity};
pub use error::{Error, ErrorKind, Phase, Replay, Result, Spent, TimeoutKind};
pub use metrics::{Metrics, ModelMetrics, TimeStats};
pub use retry::RetryBudget;
pub use stream::ChatStream;
pub use transport::{ClosedSockets, SocketStats};
pub use types::{
    ChatChunk, ChatCompletion, ChatRequest, Choice, Choices, ChunkChoice, Content, ContentPart, Delta, Embedding,
    EmbeddingRequest, Embeddings, Extra, Function, FunctionCall, FunctionDelta, ImageUrl, InputAudio, Message, Model,
    Models, TokenDetails, Tool, ToolCall, ToolCallDelta, ToolChoice, Usage,
};
