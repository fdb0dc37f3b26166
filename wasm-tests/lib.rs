//! What the wasm tests share.

/// The address of the mock server, `http://127.0.0.1:PORT`. A page has no environment, so it is read when the tests
/// are compiled.
pub const MOCK_URL: &str = env!(
    "MOCK_URL",
    "run the wasm tests by `cargo xtask test --wasm`: it starts their server"
);
