//! Web: the host's fetch sends, and pools the sockets; here is what aborts it and what its failures mean.

mod abort;
mod answer;
mod body;
mod capabilities;
mod cause;
mod failure;

use js_sys::{Function, JSON, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

pub(crate) use answer::head_of;
pub(crate) use body::Body;
pub(crate) use cause::Cause;
pub(crate) use failure::{of_fetch as failure_of_fetch, of_read as failure_of_read};

use self::abort::Abort;
use self::answer::Answer;
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
    /// Whoever sends is told of the phases before the response head.
    pub(crate) traced: bool,
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

/// All places are taken.
pub(crate) struct Busy;

/// The way to the host's fetch.
pub(crate) struct Transport {
    traced: bool,
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
        Ok(Self {
            traced: host.traced,
            heads,
        })
    }

    /// Sends a request and waits for the head of its answer. Dropping the future aborts the fetch.
    pub(crate) async fn send(
        &self,
        request: &Request,
        permit: Permit,
        clocks: SharedClocks,
    ) -> Result<Response, Failure> {
        let place = self.place().await;
        let abort = Abort::new().map_err(|reason| failure::of_fetch(&reason))?;
        let promise = start(request, &abort).map_err(|reason| failure::of_fetch(&reason))?;
        clocks.lock().exchanges(rt::now(), request.body.len() as u64);
        let answer = abort.answer(promise).await;
        let response = answer.map_err(|reason| failure::of_fetch(&reason))?;
        drop(place);
        let Answer { head, body } = Answer::read(&response)?;
        clocks.lock().head_arrives(rt::now());
        Ok(Response {
            head,
            body: Body::new(body, abort, permit),
        })
    }

    /// A place among those whose response heads are awaited, where their number is limited.
    pub(crate) async fn place(&self) -> Option<Permit> {
        rt::on_own_behalf(self.heads.as_ref()?.acquire()).await.ok()
    }

    /// The same without waiting; an error: that is not possible now.
    pub(crate) fn try_place(&self) -> Result<Option<Permit>, Busy> {
        match &self.heads {
            Some(heads) => heads.try_acquire().map(Some).ok_or(Busy),
            None => Ok(None),
        }
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
        capabilities::of(rt::detect::host(), self.traced, rt::detect::is_firefox())
    }
}

/// The headers of an answer.
pub(crate) type Received = Headers;

impl From<&Received> for Headers {
    fn from(received: &Received) -> Self {
        received.clone()
    }
}

fn start(request: &Request, abort: &Abort) -> Result<Promise, JsValue> {
    let global = js_sys::global();
    let fetch = Reflect::get(&global, &"fetch".into()).unwrap_or_default();
    let fetch: Function = fetch.dyn_into().map_err(|_| js_sys::Error::new(NO_FETCH))?;
    let options = JSON::parse(&options(request))?;
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value);
    set("signal", &abort.signal())?;
    if !request.body.is_empty() {
        set("body", &Uint8Array::from(request.body.as_ref()))?;
    }
    let promise = fetch.call2(&global, &request.to.url.as_str().into(), &options)?;
    Ok(Promise::resolve(&promise))
}

/// A request without its body, as the text of a JSON object: its `url`, and what fetch is given as options.
pub(crate) fn described(request: &Request) -> String {
    let mut text = Writer::default();
    text.object(|text| {
        text.name("url").string(&request.to.url);
        add_options(text, request);
    });
    text.into_string()
}

/// What fetch is given besides the body and a signal, as the text of a JSON object.
fn options(request: &Request) -> String {
    let mut text = Writer::default();
    text.object(|text| add_options(text, request));
    text.into_string()
}

/// Nothing that Workers refuse (cache, credentials, mode).
fn add_options(options: &mut Writer, request: &Request) {
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
}
