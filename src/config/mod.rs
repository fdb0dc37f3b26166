//! What a client is configured with, how it is read, and the checks it passes before anything is sent.

mod call;
mod header;
mod pool;
mod preset;
mod provider;
mod raw;
mod timeouts;

pub use call::CallOptions;
pub use pool::ConnectionPoolConfig;
pub use preset::Preset;
pub use provider::ProviderConfig;
pub use timeouts::{TimeLimit, TimeoutConfig};

pub(crate) use provider::Settings;

#[cfg(test)]
mod tests;
