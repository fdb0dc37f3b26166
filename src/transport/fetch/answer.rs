//! The host's Response, or an object of a replacement's own class that looks like one.

use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::body::{Readable, discard};
use super::failure;
use crate::transport::{Failure, Head, Headers};

#[wasm_bindgen]
extern "C" {
    /// Whatever fetch gave, if it is an object.
    type Given;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Given) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Given) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Given) -> JsValue;

    /// The pairs of what can be iterated over.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = from)]
    fn pairs(iterable: &JsValue) -> Result<Array, JsValue>;
}

/// What fetch answered.
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) body: Option<Readable>,
}

impl Answer {
    pub(super) fn read(response: &JsValue) -> Result<Self, Failure> {
        let given = given(response);
        let status = given.and_then(|given| given.status().as_f64());
        let headers = given.map(|given| lines(&given.headers())).unwrap_or_default();
        Ok(Self {
            head: head_of(status, &headers)?,
            body: given.and_then(body),
        })
    }
}

/// Cancels the body of an answer that came too late for anybody to read it.
pub(super) fn drop_late(response: &JsValue) {
    given(response).and_then(body).iter().for_each(discard);
}

fn given(response: &JsValue) -> Option<&Given> {
    response.is_object().then(|| response.unchecked_ref())
}

fn body(given: &Given) -> Option<Readable> {
    let body = given.body();
    body.is_object().then(|| body.unchecked_into())
}

/// All in one text, because each step to JavaScript costs; no name and no value has a line's end in it.
fn lines(entries: &JsValue) -> String {
    let text = pairs(entries).map(|pairs| String::from(pairs.flat(1).join("\n")));
    text.unwrap_or_default()
}

/// The head of an answer: its status, if it has one, and its names and values, each on a line.
pub(crate) fn head_of(status: Option<f64>, headers: &str) -> Result<Head, Failure> {
    let Some(status) = status else {
        return Err(failure::unexpected(
            "fetch gave something that is no Response: it has no status",
        ));
    };
    if status == 0.0 {
        // Browsers show a redirect that is not followed as an empty answer.
        return Err(failure::unexpected(
            "the server answers with a redirect, which is not followed: put the final address into base_url",
        ));
    }
    let mut lines = headers.split('\n');
    let mut headers = Headers::default();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push(name, value);
    }
    Ok(Head {
        // The cast saturates.
        status: status as u16,
        headers,
    })
}
