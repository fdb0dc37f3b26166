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
//! A call travels one way: [`Client`], the provider's dialect, the gate that limits sockets, the transport; and back
//! through decoder and dialect. Every limit of [`ConnectionPoolConfig`] and [`TimeoutConfig`] is kept on the wire;
//! [`Client::capabilities`] tells where a JavaScript host leaves less than that.
//!
//! # Features
//!
//! - `blocking`: `blocking::Client`, the client without `.await`.
//! - `mock-server`: `mock_server::MockServer`, an LLM server for your tests.
//! - `cli`: the binary `llm-api-router`.
//! - `anthropic`, `gemini`, `aliyun`, `ollama`, `zhipu`: the providers of these names; all are on by default. What
//!   speaks as OpenAI does is always there.

mod alarm;
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
mod expired;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[allow(unreachable_pub, reason = "the fuzz targets call it")]
pub mod fuzz;
mod gate;
pub mod guide;
mod json;
mod metrics;
#[cfg(feature = "mock-server")]
pub mod mock_server;
mod provider;
mod retry;
mod rt;
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
    ChatChunk, ChatCompletion, ChatRequest, Choice, ChunkChoice, Content, ContentPart, Delta, Embedding,
    EmbeddingRequest, Embeddings, Function, FunctionCall, FunctionDelta, ImageUrl, InputAudio, Message, Model, Models,
    TokenDetails, Tool, ToolCall, ToolCallDelta, ToolChoice, Usage,
};
