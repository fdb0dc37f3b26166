//! Streaming: [`ChatStream`](crate::ChatStream).
//!
//! ```no_run
//! use llm_api_router::{ChatRequest, Client, Message, ProviderConfig};
//!
//! # async fn example() -> llm_api_router::Result<()> {
//! let client = Client::new(ProviderConfig::new("openai", "sk-…").default_model("gpt-4o-mini"))?;
//! let mut stream = client.chat().completions().stream(ChatRequest::new([Message::user("A poem")])).await?;
//! while let Some(chunk) = stream.next().await {
//!     print!("{}", chunk?.content().unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - **Complete is what the provider called complete.** The stream ends with `None` only after the dialect's last
//!   signal (`finish_reason`, `[DONE]`, `message_stop` …). A connection that ends before it, however cleanly, is an
//!   [`ErrorKind::Stream`](crate::ErrorKind::Stream) or [`Network`](crate::ErrorKind::Network) error.
//! - **Stop by dropping it.** That cancels the request, closes its socket and frees its place. A stream that is neither
//!   read nor dropped keeps its place: when `pool_stats().in_use` stays high, look for one of these.
//! - **Read to the end, and the socket is used again.** `reused` in [`SocketStats`](crate::SocketStats) shows it;
//!   `closed.cancelled` counts those that were left early.
//! - **Your pauses are yours.** Nothing is read ahead beyond `stream_buffer_size`; when it is full, the provider's
//!   socket waits. Neither `read` nor `idle` runs meanwhile.
//! - **Long answers**: [`Preset::LongStreaming`](crate::Preset::LongStreaming), which lets `read` wait for 300 s, together
//!   with `idle`, which notices silence long before.
//! - **Counts of tokens come with the last chunks.** `openai`, `openrouter`, `deepseek` and `xai` are asked for them, the
//!   other providers send them anyway. Of servers that are `openai-compatible` not all know the field that asks: where
//!   yours does, `.set("stream_options", json!({"include_usage": true}))` on the request.
//! - **An error in the middle** comes after the chunks that were complete before it, and is of the kind that its code
//!   means: a rate limit is a [`RateLimit`](crate::ErrorKind::RateLimit) here, too.
//!
//! Without asynchronous code, the feature `blocking` gives the same stream as an iterator.
