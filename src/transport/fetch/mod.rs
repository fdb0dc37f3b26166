//! Web: the host's fetch sends, and pools the sockets; here is what aborts it and what its failures mean.

mod abort;
mod body;
mod capabilities;
mod cause;
mod failure;
mod host;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

pub(crate) use body::{Body, Hold};
pub(crate) use cause::Cause;
pub(crate) use failure::of as failure_of;

use self::abort::Abort;
use super::{Failure, Head, Headers, Request, Response, SocketStats};
use crate::capabilities::Capabilities;
use crate::config::Settings;
use crate::deadline::SharedClocks;
use crate::error::Error;
use crate::gate::Permit;
use crate::rt;

/// What only this target can be given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Host {
    /// In place of the host's own fetch: a test's, or a service binding's.
    pub(crate) fetch: Option<Function>,
}

/// Whether the host's URL parser accepts it.
pub(crate) fn check_url(url: &str) -> bool {
    web_sys::Url::new(url).is_ok()
}

/// The way to the host's fetch.
pub(crate) struct Transport {
    fetch: Option<Function>,
}

impl Transport {
    pub(crate) fn new(settings: &Settings, host: Host) -> Result<Self, Error> {
        if settings.root_certificates.is_some() {
            return Err(Error::config(
                "root_certificates cannot be set here: the host's fetch trusts what the host trusts. Leave it out",
            ));
        }
        Ok(Self { fetch: host.fetch })
    }

    /// Sends a request and waits for the head of its answer. Dropping the future aborts the fetch.
    pub(crate) async fn send(
        &self,
        request: Request,
        permit: Permit,
        clocks: SharedClocks,
    ) -> Result<Response, Failure> {
        let abort = Abort::new().map_err(|reason| failure::of(&reason))?;
        let bytes = request.body.len() as u64;
        let promise = self.start(&request, &abort).map_err(|reason| failure::of(&reason))?;
        clocks.lock().exchanges(rt::now(), bytes);
        let answer = JsFuture::from(promise).await.map_err(|reason| {
            abort.defuse();
            failure::of(&reason)
        })?;
        let answer: web_sys::Response = answer
            .dyn_into()
            .or_else(|answer| {
                // A replacement may answer with a class of its own that looks like a Response.
                if Reflect::has(&answer, &"status".into()).unwrap_or(false) {
                    Ok(answer.unchecked_into())
                } else {
                    Err(answer)
                }
            })
            .map_err(|_: JsValue| failure::unexpected("fetch gave something that is no Response"))?;
        clocks.lock().head_arrives(rt::now());
        if answer.status() == 0 {
            // Browsers show a redirect that is not followed as an empty answer.
            return Err(failure::unexpected(
                "the server answers with a redirect, which is not followed: put the final address into base_url",
            ));
        }
        let head = Head {
            status: answer.status(),
            headers: headers(&answer),
        };
        Ok(Response {
            head,
            body: Body::new(answer.body(), abort, permit),
        })
    }

    fn start(&self, request: &Request, abort: &Abort) -> Result<Promise, JsValue> {
        let options = js_sys::Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value);
        set("method", &request.method.into())?;
        let lines = Array::new();
        for (name, value) in &request.headers.0 {
            lines.push(&Array::of2(&name.into(), &value.into()));
        }
        set("headers", &lines)?;
        set("signal", &abort.signal())?;
        // Followed redirects would send the key to another address; Workers know no other way to refuse them.
        set("redirect", &"manual".into())?;
        if !request.body.is_empty() {
            set("body", &Uint8Array::from(request.body.as_ref()))?;
        }
        let global = js_sys::global();
        let promise = match &self.fetch {
            Some(fetch) => fetch.call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &options)?,
            None => {
                let fetch: Function = Reflect::get(&global, &"fetch".into())?.dyn_into()?;
                fetch.call2(&global, &request.url.as_str().into(), &options)?
            }
        };
        Ok(Promise::resolve(&promise))
    }

    /// Nothing is kept open here.
    #[expect(clippy::unused_self, reason = "the seam's signature")]
    pub(crate) fn close(&self) {}

    #[expect(clippy::unused_self, reason = "the seam's signature")]
    /// The host opens its sockets itself, when it wants to.
    pub(crate) async fn open(&self, _: &str, _: Permit, _: SharedClocks) -> Result<(), Failure> {
        Ok(())
    }

    /// The host does not show its sockets.
    pub(crate) fn sockets(&self) -> Option<SocketStats> {
        None
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        capabilities::of(host::name())
    }
}

fn headers(answer: &web_sys::Response) -> Headers {
    let mut headers = Headers::default();
    let Ok(entries) = js_sys::try_iter(&answer.headers()) else {
        return headers;
    };
    for entry in entries.into_iter().flatten().flatten() {
        let entry: Array = entry.unchecked_into();
        if let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
            headers.0.push((name, value));
        }
    }
    headers
}
