//! The dialect of Google's Gemini API.

mod answer;
mod request;

pub(crate) use answer::Stream;
pub(super) use answer::{decode_answer, decode_embeddings, decode_models};
pub(super) use request::{encode, encode_embeddings, model_path};
