//! The host's Response, or an object of a replacement's own class that looks like one.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::body::{Readable, discard};
use super::failure;
use crate::transport::{Failure, Head, Headers};

/// What fetch answered.
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) body: Option<Readable>,
}

impl Answer {
    pub(super) fn read(response: &JsValue) -> Result<Self, Failure> {
        let Some(status) = field(response, "status").as_f64() else {
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
        let head = Head {
            // The cast saturates.
            status: status as u16,
            headers: headers(&field(response, "headers")),
        };
        Ok(Self {
            head,
            body: body(response),
        })
    }
}

/// Cancels the body of an answer that came too late for anybody to read it.
pub(super) fn drop_late(response: &JsValue) {
    body(response).iter().for_each(discard);
}

fn body(response: &JsValue) -> Option<Readable> {
    let body = field(response, "body");
    body.is_object().then(|| body.unchecked_into())
}

fn headers(entries: &JsValue) -> Headers {
    let mut headers = Headers::default();
    for entry in js_sys::try_iter(entries).ok().flatten().into_iter().flatten().flatten() {
        let entry: Array = entry.unchecked_into();
        if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
            headers.push(&name, &value);
        }
    }
    headers
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}
