//! Streamed answers: the state machine, its driver, and what Rust callers iterate.

mod accumulate;
mod chat;
mod envelope;
#[cfg(test)]
mod golden_tests;
mod machine;
mod notes;
mod pattern;
mod reader;
mod sink;

pub use chat::ChatStream;

pub(crate) use machine::Machine;
pub(crate) use notes::Notes;
pub(crate) use reader::Reader;
#[allow(unused_imports, reason = "only the JavaScript side uses JsonText")]
pub(crate) use sink::{JsonText, Sink, Typed};
