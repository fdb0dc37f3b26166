//! One file for all providers: the binary's name tells which one it is.
#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_api_router::fuzz::provider(env!("CARGO_BIN_NAME"), input));
