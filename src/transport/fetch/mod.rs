//! Web: the host's fetch sends, and pools the sockets; here is what aborts it and what its failures mean.

mod abort;
mod answer;
mod body;
mod capabilities;
mod cause;
mod failure;
mod phases;

use js_sys::{Function, JSON, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

pub(crate) use abort::abort_all;
pub(crate) use body::{Body, Hold};
pub(crate) use cause::Cause;
pub(crate) use failure::of_read as failure_of;

use self::abort::Abort;
use self::answer::Answer;
use self::phases::Phases;
use super::{Failure, Headers, Request, Response, SocketStats};
use crate::capabilities::Capabilities;
use crate::config::Settings;
use crate::deadline::SharedClocks;
use crate::error::Error;
use crate::gate::{Gate, Permit};
use crate::json::Writer;
use crate::provider::Provider;
use crate::rt;

const NO_FETCH: &str = "this host has no fetch: give the client one as its `fetch`";

const KEY_IN_PAGE: &str = "whoever opens this page can read its api_key: send the requests from a server of yours instead, as examples/edge-worker does, and give its address as base_url. If the key may be seen, set dangerouslyAllowBrowser: true";

/// What only this target can be given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Host {
    /// In place of the host's own fetch: a test's, or a service binding's.
    pub(crate) fetch: Option<Function>,
    /// The host's own fetch, where it can tell a listener of its phases.
    pub(crate) traced: Option<Function>,
    /// The user has decided that a page may hold a provider's key.
    pub(crate) key_in_page: bool,
    /// So many requests may wait for their response heads at once.
    pub(crate) awaited_heads: Option<usize>,
}

impl Host {
    /// What no error may tell besides the configuration's secrets: a host shows none of its own.
    #[allow(clippy::unused_self, reason = "the native side has some")]
    pub(crate) fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Whether the host's URL parser accepts it.
pub(crate) fn check_url(url: &str) -> bool {
    web_sys::Url::new(url).is_ok()
}

/// The way to the host's fetch.
pub(crate) struct Transport {
    host: Host,
    /// The line for response heads, where the host has so few places for them that it is better kept here.
    heads: Option<Gate>,
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
        if rt::detect::host() == "browser" && Provider::is_at_a_provider(&settings.base_url) && !host.key_in_page {
            return Err(Error::config(KEY_IN_PAGE));
        }
        let heads = host.awaited_heads.map(Gate::new);
        Ok(Self { host, heads })
    }

    /// Sends a request and waits for the head of its answer. Dropping the future aborts the fetch.
    pub(crate) async fn send(
        &self,
        request: &Request,
        permit: Permit,
        clocks: SharedClocks,
    ) -> Result<Response, Failure> {
        let place = match &self.heads {
            Some(heads) => rt::on_own_behalf(heads.acquire()).await.ok(),
            None => None,
        };
        let abort = Abort::new().map_err(|reason| failure::of_fetch(&reason))?;
        let phases = self.own_traced().map(|_| Phases::of(&clocks));
        let promise = self.start(request, &abort, phases.as_ref())?;
        let answer = abort.answer(promise);
        let answer = match &phases {
            Some(phases) if phases.are_told() => phases.during(answer).await,
            _ => {
                clocks.lock().exchanges(rt::now(), request.body.len() as u64);
                answer.await
            }
        };
        let response = answer.map_err(|reason| failure::of_fetch(&reason))?;
        drop(place);
        let Answer { head, body } = Answer::read(&response)?;
        clocks.lock().head_arrives(rt::now());
        Ok(Response {
            head,
            body: Body::new(body, abort, permit),
        })
    }

    /// The host's own fetch that tells of its phases, unless another one stands in for it.
    fn own_traced(&self) -> Option<&Function> {
        self.host.traced.as_ref().filter(|_| self.host.fetch.is_none())
    }

    fn start(&self, request: &Request, abort: &Abort, phases: Option<&Phases>) -> Result<Promise, Failure> {
        let (url, options) = (request.to.url.as_str().into(), options(request, abort));
        let call = |options: JsValue| match (self.own_traced(), phases, &self.host.fetch) {
            (Some(traced), Some(phases), _) => traced.call3(&JsValue::UNDEFINED, &url, &options, phases.listener()),
            (_, _, Some(fetch)) => fetch.call2(&JsValue::UNDEFINED, &url, &options),
            _ => {
                let global = js_sys::global();
                let fetch = Reflect::get(&global, &"fetch".into()).unwrap_or_default();
                let fetch: Function = fetch.dyn_into().map_err(|_| js_sys::Error::new(NO_FETCH))?;
                fetch.call2(&global.into(), &url, &options)
            }
        };
        options
            .and_then(call)
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

    pub(crate) fn capabilities(&self) -> Capabilities {
        capabilities::of(
            rt::detect::host(),
            self.own_traced().is_some(),
            rt::detect::is_firefox(),
        )
    }
}

/// The headers of an answer.
pub(crate) type Received = Headers;

impl From<&Received> for Headers {
    fn from(received: &Received) -> Self {
        received.clone()
    }
}

/// What fetch is given; nothing that Workers refuse (cache, credentials, mode). Most of it goes to JavaScript as one
/// text, because each step there costs.
fn options(request: &Request, abort: &Abort) -> Result<JsValue, JsValue> {
    let mut options = Writer::default();
    options.object(|options| {
        options.name("method").string(request.method);
        // Followed redirects would send the key to another address; Workers know no other way to refuse them.
        options.name("redirect").string("manual");
        let own = request.own.iter().map(|(name, value)| (*name, value.as_str()));
        options.name("headers").list(|lines| {
            for (name, value) in request.to.headers.iter().chain(own) {
                lines.list(|line| {
                    line.string(name);
                    line.string(value);
                });
            }
        });
    });
    let options = JSON::parse(&options.into_string())?;
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value);
    set("signal", &abort.signal())?;
    if !request.body.is_empty() {
        set("body", &Uint8Array::from(request.body.as_ref()))?;
    }
    Ok(options)
}
