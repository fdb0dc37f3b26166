//! What callers send and receive, in OpenAI's shape for every provider.

mod chunk;
mod completion;
mod open;
mod raw;
mod request;

pub use chunk::{ChatChunk, ChunkChoice, Delta};
pub use completion::{ChatCompletion, Choice, Usage};
pub use request::{ChatRequest, Content, Message};

#[allow(unused_imports, reason = "only the JavaScript side uses it")]
pub(crate) use raw::RawChatRequest;
