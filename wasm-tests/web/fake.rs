//! A stand-in for the host's fetch: see fake.js.

use std::cell::{Cell, OnceCell};

use js_sys::{Array, Function, Reflect};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static MAKE: OnceCell<Function> = const { OnceCell::new() };
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// A server of its own address, which is answered within this process.
pub struct Fake {
    object: JsValue,
    pub url: String,
}

impl Fake {
    /// `script` is the body of an async function that gets `fake` (with `json`, `stream`, `text`, …) and the `signal`
    /// of one request, and returns the answer.
    pub fn new(script: &str) -> Self {
        let count = COUNT.with(|count| {
            count.set(count.get() + 1);
            count.get()
        });
        let url = format!("http://fake-{count}.test");
        let make = MAKE.with(|make| make.get_or_init(install).clone());
        let object = make
            .call2(&JsValue::UNDEFINED, &url.as_str().into(), &script.into())
            .unwrap();
        Self { object, url }
    }

    /// How often it was asked.
    pub fn requests(&self) -> u32 {
        self.list().length()
    }

    /// The last request: `url`, `method`, `headers`, `body` (text), `options` (the names that fetch was given).
    pub fn last(&self) -> Value {
        let last = self.list().at(-1).as_string().expect("no request came");
        serde_json::from_str(&last).unwrap()
    }

    /// How many requests saw their signal aborted.
    pub fn aborted(&self) -> u32 {
        self.count("aborted")
    }

    /// How many bodies were cancelled.
    pub fn cancelled(&self) -> u32 {
        self.count("cancelled")
    }

    /// How many reads asked for a piece of a body.
    pub fn pulled(&self) -> u32 {
        self.count("pulled")
    }

    fn list(&self) -> Array {
        self.field("requests").unchecked_into()
    }

    fn count(&self, name: &str) -> u32 {
        self.field(name).as_f64().unwrap() as u32
    }

    fn field(&self, name: &str) -> JsValue {
        Reflect::get(&self.object, &name.into()).unwrap()
    }
}

fn install() -> Function {
    let script = Function::new_no_args(include_str!("fake.js"));
    script.call0(&JsValue::UNDEFINED).unwrap().unchecked_into()
}
