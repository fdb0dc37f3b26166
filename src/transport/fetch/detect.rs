//! Which JavaScript host this is.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// `node`, `deno`, `bun`, `workerd`, `browser` or `unknown`.
pub(super) fn host() -> &'static str {
    let global: JsValue = js_sys::global().into();
    let agent = get(&get(&global, "navigator"), "userAgent")
        .as_string()
        .unwrap_or_default();
    let versions = get(&get(&global, "process"), "versions");
    if !get(&global, "Deno").is_undefined() {
        "deno"
    } else if !get(&global, "Bun").is_undefined() {
        "bun"
    } else if agent == "Cloudflare-Workers" || !get(&global, "WebSocketPair").is_undefined() {
        "workerd"
    } else if !get(&versions, "node").is_undefined() {
        "node"
    } else if agent.starts_with("Mozilla/") {
        "browser"
    } else {
        "unknown"
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    if object.is_object() {
        Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
    } else {
        JsValue::UNDEFINED
    }
}
