//! The client without `.await`: the same methods, which keep their thread until they are done.
//!
//! ```no_run
//! use llm_api_router::blocking::Client;
//! use llm_api_router::{ChatRequest, Message, ProviderConfig};
//!
//! # fn example() -> llm_api_router::Result<()> {
//! let client = Client::new(ProviderConfig::new("openai", "sk-…").default_model("gpt-4o-mini"))?;
//! let answer = client.chat().completions().create(ChatRequest::new([Message::user("Hello!")]))?;
//! println!("{}", answer.content().unwrap_or_default());
//!
//! for chunk in client.chat().completions().stream(ChatRequest::new([Message::user("A poem")]))? {
//!     print!("{}", chunk?.content().unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! No runtime is needed: a client brings a thread of its own along, in which a tokio runtime minds sockets and timers.
//! It ends with the last clone of the client and the last of its streams. Any number of threads may share a client.
//!
//! Inside of an asynchronous program these methods work too, and so does dropping; but like everything that blocks,
//! they keep the thread from its other tasks, so call them under [`tokio::task::spawn_blocking`] or use the
//! [asynchronous client](crate::Client).
//!
//! Configuration, requests, answers and errors are the crate's own.

mod client;
mod runtime;
mod stream;

pub use client::{Chat, Client, Completions, EmbeddingsApi, ModelsApi};
pub use stream::ChatStream;
