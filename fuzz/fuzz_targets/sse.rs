#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| llm_api_router::fuzz::sse(input));
