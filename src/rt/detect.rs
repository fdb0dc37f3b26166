//! Which JavaScript host this is.

use std::cell::OnceCell;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

thread_local! {
    static HOST: OnceCell<&'static str> = const { OnceCell::new() };
}

/// `node`, `deno`, `bun`, `workerd`, `browser` or `unknown`.
pub(crate) fn host() -> &'static str {
    HOST.with(|host| *host.get_or_init(look))
}

/// Firefox on its own engine: on iOS it calls itself otherwise, and is Safari below.
pub(crate) fn is_firefox() -> bool {
    host() == "browser" && agent(&js_sys::global()).contains(" Firefox/")
}

fn agent(global: &JsValue) -> String {
    let agent = get(&get(global, "navigator"), "userAgent");
    agent.as_string().unwrap_or_default()
}

fn look() -> &'static str {
    let global: JsValue = js_sys::global().into();
    let agent = agent(&global);
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
