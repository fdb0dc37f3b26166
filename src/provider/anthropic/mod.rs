//! The dialect of Anthropic's Messages API.

mod answer;
mod request;

pub(crate) use answer::Stream;
pub(super) use answer::{decode_answer, decode_models};
pub(super) use request::encode;

/// The version of the API that is spoken here.
pub(super) const VERSION: &str = "2023-06-01";
