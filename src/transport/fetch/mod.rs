//! Web: the host's fetch sends, and pools the sockets; here is what aborts it and what its failures mean.

mod abort;
mod answer;
mod body;
mod capabilities;
mod cause;
mod failure;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

pub(crate) use body::{Body, Hold};
pub(crate) use cause::Cause;
pub(crate) use failure::of_read as failure_of;

use self::abort::Abort;
use self::answer::Answer;
use super::{Failure, Request, Response, SocketStats};
use crate::capabilities::Capabilities;
use crate::config::Settings;
use crate::deadline::SharedClocks;
use crate::error::Error;
use crate::gate::Permit;
use crate::rt;

const NO_FETCH: &str = "this host has no fetch: give the client one as its `fetch`";

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
        if settings.client_certificate.is_some() {
            return Err(Error::config(
                "client_certificate cannot be set here: the host's fetch has the certificates of the host. Leave it out",
            ));
        }
        if settings.http_version.is_some() {
            return Err(Error::config(
                "http_version cannot be set here: the host's fetch chooses the version. Leave it out",
            ));
        }
        Ok(Self { fetch: host.fetch })
    }

    /// Sends a request and waits for the head of its answer. Dropping the future aborts the fetch.
    pub(crate) async fn send(
        &self,
        request: &Request,
        permit: Permit,
        clocks: SharedClocks,
    ) -> Result<Response, Failure> {
        let abort = Abort::new().map_err(|reason| failure::of_fetch(&reason))?;
        let promise = self.start(request, &abort)?;
        clocks.lock().exchanges(rt::now(), request.body.len() as u64);
        let response = abort
            .answer(promise)
            .await
            .map_err(|reason| failure::of_fetch(&reason))?;
        let Answer { head, body } = Answer::read(&response)?;
        clocks.lock().head_arrives(rt::now());
        Ok(Response {
            head,
            body: Body::new(body, abort, permit),
        })
    }

    fn start(&self, request: &Request, abort: &Abort) -> Result<Promise, Failure> {
        let global = js_sys::global();
        let (fetch, this) = match &self.fetch {
            Some(fetch) => (fetch.clone(), JsValue::UNDEFINED),
            None => {
                let fetch = Reflect::get(&global, &"fetch".into()).unwrap_or_default();
                let fetch = fetch.dyn_into().map_err(|_| failure::unexpected(NO_FETCH))?;
                (fetch, global.into())
            }
        };
        options(request, abort)
            .and_then(|options| fetch.call2(&this, &request.url.as_str().into(), &options))
            .map(|promise| Promise::resolve(&promise))
            .map_err(|reason| failure::of_fetch(&reason))
    }

    /// Nothing is kept open here.
    #[expect(clippy::unused_self, reason = "the seam's signature")]
    pub(crate) fn close(&self) {}

    /// The host opens its sockets itself, when it wants to.
    #[expect(clippy::unused_async, reason = "the seam's signature")]
    pub(crate) async fn open(&self, _: &str, _: Permit, _: SharedClocks) -> Result<(), Failure> {
        Ok(())
    }

    /// The host does not show its sockets.
    #[expect(clippy::unused_self, reason = "the seam's signature")]
    pub(crate) fn sockets(&self) -> Option<SocketStats> {
        None
    }

    #[expect(clippy::unused_self, reason = "the seam's signature")]
    pub(crate) fn capabilities(&self) -> Capabilities {
        capabilities::of(rt::detect::host())
    }
}

/// What fetch is given; nothing that Workers refuse (cache, credentials, mode).
fn options(request: &Request, abort: &Abort) -> Result<JsValue, JsValue> {
    let options = js_sys::Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value);
    set("method", &request.method.into())?;
    let lines = Array::new();
    for (name, value) in request.headers.iter() {
        lines.push(&Array::of2(&name.into(), &value.into()));
    }
    set("headers", &lines)?;
    set("signal", &abort.signal())?;
    // Followed redirects would send the key to another address; Workers know no other way to refuse them.
    set("redirect", &"manual".into())?;
    if !request.body.is_empty() {
        set("body", &Uint8Array::from(request.body.as_ref()))?;
    }
    Ok(options.into())
}
