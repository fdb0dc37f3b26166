//! What the hand-written JavaScript of the npm package calls. JavaScript owns the reading loop, because each read
//! and each promise that is driven from wasm costs a microsecond or more; clocks, gate, decoding and dialects are here.

mod call;
mod client;
mod error;
mod places;
mod plain;

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::rt;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

thread_local! {
    static ON_PANIC: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Runs once when the module starts. A panic is a defect; without this it would be an anonymous trap.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.to_string();
        console_error(&format!("llm-api-router: {text}"));
        rt::stop();
        let listener = ON_PANIC.with(|listener| listener.try_borrow().ok().and_then(|listener| listener.clone()));
        if let Some(listener) = listener {
            // Whatever it throws, the trap follows.
            let _ = listener.call1(&JsValue::UNDEFINED, &text.into());
        }
    }));
}

/// Names who is told of a panic, before the trap that follows it.
#[wasm_bindgen(js_name = onPanic)]
pub fn on_panic(listener: Function) {
    ON_PANIC.with(|place| *place.borrow_mut() = Some(listener));
}

/// Which host this is: `node`, `deno`, `bun`, `workerd`, `browser` or `unknown`.
#[wasm_bindgen(js_name = hostName)]
pub fn host_name() -> String {
    rt::detect::host().to_owned()
}

/// Panics, for the tests of what happens then.
#[wasm_bindgen(js_name = panicInTests)]
#[allow(clippy::panic, reason = "this is what it is for")]
pub fn panic_in_tests() {
    panic!("a test asked for it");
}
