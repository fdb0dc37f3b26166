//! What a client is configured with, how it is read, and the checks it passes before anything is sent.

mod base_url;
mod call;
mod header;
mod http_version;
mod pool;
mod preset;
mod provider;
mod raw;
mod retry;
mod timeouts;

pub use call::CallOptions;
pub use http_version::HttpVersion;
pub use pool::ConnectionPoolConfig;
pub use preset::Preset;
pub use provider::ProviderConfig;
pub use retry::RetryConfig;
pub use timeouts::{TimeLimit, TimeoutConfig};

pub(crate) use pool::as_seconds;
pub(crate) use provider::Settings;
#[allow(unused_imports, reason = "what JavaScript wrote is read by hand")]
pub(crate) use raw::Value as Written;

#[cfg(test)]
mod tests;
