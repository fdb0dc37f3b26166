//! What callers send and receive, in OpenAI's shape for every provider.

mod choices;
mod chunk;
mod completion;
mod embeddings;
mod extra;
mod message;
mod models;
mod open;
mod raw;
mod request;
mod tool;

pub use choices::Choices;
pub use chunk::{ChatChunk, ChunkChoice, Delta};
pub use completion::{ChatCompletion, Choice, TokenDetails, Usage};
pub use embeddings::{Embedding, EmbeddingRequest, Embeddings};
pub use extra::Extra;
pub use message::{Content, ContentPart, ImageUrl, InputAudio, Message};
pub use models::{Model, Models};
pub use request::ChatRequest;
pub use tool::{Function, FunctionCall, FunctionDelta, Tool, ToolCall, ToolCallDelta, ToolChoice};

pub(crate) use raw::RawChatRequest;
