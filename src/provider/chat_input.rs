//! Chat requests in the two forms that callers have them in: typed, from Rust, and as JSON, from JavaScript. They are a
//! trait and no enumeration, so that a program has the code of that form alone that it makes.

use super::encode::{Target, unwritable};
use super::openai;
use crate::error::Error;
use crate::json::Object;
use crate::types::{ChatRequest, RawChatRequest};

/// A chat request.
pub(crate) trait ChatInput: Sync {
    /// The model that it names.
    fn model(&self) -> Option<&str>;

    /// Whether there is a message in it.
    fn has_messages(&self) -> bool;

    /// The body in OpenAI's dialect: see [`openai::encode`].
    fn body(&self, model: &str, streaming: bool, usage: bool) -> Result<Vec<u8>, Error>;

    /// Has another dialect encode its fields: all but `model` and `stream`.
    fn encode_fields(&self, encode: &dyn Fn(&Object<'_>) -> Result<Target, Error>) -> Result<Target, Error>;
}

impl ChatInput for ChatRequest {
    fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    fn has_messages(&self) -> bool {
        !self.messages.is_empty()
    }

    fn body(&self, model: &str, streaming: bool, usage: bool) -> Result<Vec<u8>, Error> {
        openai::encode(self, model, streaming, usage).map_err(unwritable)
    }

    fn encode_fields(&self, encode: &dyn Fn(&Object<'_>) -> Result<Target, Error>) -> Result<Target, Error> {
        let text = serde_json::to_string(self).map_err(unwritable)?;
        encode(&RawChatRequest::read(&text)?.fields)
    }
}

impl ChatInput for RawChatRequest<'_> {
    fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    fn has_messages(&self) -> bool {
        !self.fields.list("messages").is_empty()
    }

    fn body(&self, model: &str, streaming: bool, usage: bool) -> Result<Vec<u8>, Error> {
        openai::splice(self, model, streaming, usage).map_err(unwritable)
    }

    fn encode_fields(&self, encode: &dyn Fn(&Object<'_>) -> Result<Target, Error>) -> Result<Target, Error> {
        encode(&self.fields)
    }
}
