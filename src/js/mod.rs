//! What the hand-written JavaScript of the npm package calls. JavaScript owns the reading loop, because each read
//! that is driven from wasm costs a microsecond or more; clocks, gate, decoding and dialects are here.

mod call;
mod client;
mod error;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

/// Runs once when the module starts. A panic is a defect; without this it would be an anonymous trap.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| console_error(&format!("llm-api-router: {panic}"))));
}
