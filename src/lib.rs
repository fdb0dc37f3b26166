//! A client for LLM APIs that keeps its promises about connections and time.

mod capabilities;
mod deadline;
mod error;
mod gate;
mod rt;
mod transport;

#[cfg(target_arch = "wasm32")]
mod js;
