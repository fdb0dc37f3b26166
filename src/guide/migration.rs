//! From the Python library `llm-api-router`: the same configuration, under the same names.
//!
//! A configuration file can stay as it is: keys are `snake_case` (or `camelCase`), durations seconds.
//! `llm-api-router validate FILE` tells what in it is not a setting.
//!
//! | Python | Rust | JavaScript |
//! |---|---|---|
//! | `Client(config)` | [`blocking::Client::new(config)?`](crate::guide::migration#blocking) (feature `blocking`) | – |
//! | `AsyncClient(config)` | [`Client::new(config)?`](crate::Client::new) | `new Client(config)`, also exported as `AsyncClient` |
//! | `async with AsyncClient(config) as client:` | dropping the client | `using client = new Client(config)`, or `client.close()` |
//! | `ProviderConfig(provider_type="openai", api_key=k)` | [`ProviderConfig::new("openai", k)`](crate::ProviderConfig::new) | `{ providerType: "openai", apiKey: k }` |
//! | `default_model="m"` | [`.default_model("m")`](crate::ProviderConfig::default_model) | `defaultModel: "m"` |
//! | `base_url="…"` | [`.base_url("…")`](crate::ProviderConfig::base_url) | `baseUrl: "…"` |
//! | `timeout=30.0` | [`.timeout(30.0)`](crate::ProviderConfig::timeout) | `timeout: 30` |
//! | `TimeoutConfig(connect=5.0, read=30.0, write=5.0, pool=5.0)` | [`TimeoutConfig::default().connect(5.0).read(30.0).write(5.0).pool(5.0)`](crate::TimeoutConfig) | `timeoutConfig: { connect: 5, read: 30, write: 5, pool: 5 }` |
//! | `ConnectionPoolConfig(max_connections=50)` | [`ConnectionPoolConfig { max_connections: 50, ..Default::default() }`](crate::ConnectionPoolConfig) | `connectionPoolConfig: { maxConnections: 50 }` |
//! | `max_keepalive_connections` | `max_keepalive_connections` | `maxKeepaliveConnections` |
//! | `keepalive_expiry=300.0` | `keepalive_expiry: Duration::from_secs(300)` | `keepaliveExpiry: 300` |
//! | `stream_buffer_size=65536` | `stream_buffer_size: 65_536` | `streamBufferSize: 65536` |
//! | the four documented scenarios | [`Preset`](crate::Preset) | `preset: "high_concurrency"` … |
//! | `client.chat.completions.create(messages=[…])` | [`client.chat().completions().create(request).await?`](crate::Completions::create) | `await client.chat.completions.create({ messages })` |
//! | `…create(messages=[…], stream=True)` | [`client.chat().completions().stream(request).await?`](crate::Completions::stream) | `await client.chat.completions.create({ messages, stream: true })` |
//! | `{"role": "user", "content": "Hello!"}` | [`Message::user("Hello!")`](crate::Message::user) | `{ role: "user", content: "Hello!" }` |
//! | `client.embeddings.create(input=[…])` | [`client.embeddings().create(EmbeddingRequest::new([…])).await?`](crate::EmbeddingsApi::create) | `await client.embeddings.create({ input })` |
//! | `RetryConfig(max_retries=3, initial_delay=1.0)` | [`RetryConfig { max_retries: 3, ..Default::default() }`](crate::RetryConfig) | `retryConfig: { maxRetries: 3, initialDelay: 1 }` |
//! | `except AuthenticationError` | `error.kind() ==` [`ErrorKind::Authentication`](crate::ErrorKind::Authentication) | `catch (error) { if (error instanceof AuthenticationError) … }` |
//! | `examples/connection_pool_optimization.py` | `cargo run --example connection_pool_optimization --features mock-server` | `node examples/node/connection_pool_optimization.mjs` |
//!
//! # What is different
//!
//! - The limits hold. In the Python library the separate time limits were not passed on and `stream_buffer_size` was
//!   never read, so a program that ran under `read=30.0` may meet its first `ReadTimeout` here. `timeout` beside
//!   `timeout_config`: the latter wins, in both.
//! - `max_connections` counts sockets of all servers together, and idle ones count apart from busy ones: lowering it
//!   alone lowers `max_keepalive_connections` with it in files and in JavaScript; in Rust both are said.
//! - `read` starts when the request has been sent, and stops while your program does not read.
//! - A stream that is cut off is an error, also where its connection ended cleanly.
//! - New: `total`, `first_token` and `idle`; [`Client::pool_stats`](crate::Client::pool_stats),
//!   [`Client::warm`](crate::Client::warm), [`Client::capabilities`](crate::Client::capabilities).
//! - Values that cannot work are errors at construction, with the field, the value and what is allowed.
//!
//! # Blocking
//!
//! `blocking::Client` has the same methods without `.await`, and its streams are iterators. It needs no runtime and
//! works inside of one.
