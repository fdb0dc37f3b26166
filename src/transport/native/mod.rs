//! Native: the pool's limits kept over reqwest, with one reqwest client per socket.
//!
//! reqwest's own pool has no limit on sockets, sweeps its idle ones late, and may dial a second socket where one would
//! do. So a [slot](slot::Slot) owns a client that can hold exactly one connection, and the [pool](pool::Pool) owns the
//! slots: their number is the number of sockets, dropping one closes its socket, and timers are exact.

mod body;
mod capabilities;
mod cause;
mod churn;
mod closing;
mod counters;
mod dial;
mod expiry;
mod failure;
mod head;
mod lease;
mod pool;
mod proxy;
mod shared;
mod slot;
mod tls;
mod upload;

#[cfg(test)]
mod http2_tests;
#[cfg(test)]
mod origins_tests;
#[cfg(test)]
mod pair;
#[cfg(test)]
mod tls_tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use reqwest::Url;
use rustls::pki_types::CertificateDer;

pub(crate) use body::Body;
pub(crate) use cause::Cause;
pub(crate) use head::Received;

use self::counters::Closed;
use self::failure::{Progress, unsendable};
use self::lease::Lease;
use self::pool::Pool;
use self::slot::{Kernel, Maker, Origin, Slot};
use super::{Address, Failure, Headers, Request, Response, SocketStats};
use crate::capabilities::Capabilities;
use crate::config::Settings;
use crate::deadline::SharedClocks;
use crate::error::Error;
use crate::gate::Permit;
use crate::rt;

/// What only this target can be given.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    /// Addresses of host names, in place of the system's.
    pub(crate) addresses: Vec<(String, Vec<SocketAddr>)>,
    /// Certificates that are trusted besides the platform's.
    pub(crate) roots: Vec<CertificateDer<'static>>,
    /// Reads a variable of the environment.
    pub(crate) variable: fn(&str) -> Option<String>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            roots: Vec::new(),
            variable: |name| std::env::var(name).ok(),
        }
    }
}

impl Host {
    /// What no error may tell besides the configuration's secrets: passwords for proxies.
    pub(crate) fn secrets(&self) -> Vec<String> {
        proxy::passwords(self.variable)
    }
}

/// Whether this target's URL parser accepts it.
pub(crate) fn check_url(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The sockets of one client.
pub(crate) struct Transport {
    pool: Arc<Pool>,
    /// What the client's own limits ask of the kernel; a call with larger ones asks for more.
    kernel: Kernel,
    /// Where the last request went, which is nearly always where the next one goes.
    last: Mutex<Option<Arc<Target>>>,
}

/// An address, taken apart.
struct Target {
    address: Arc<Address>,
    url: Url,
    origin: Origin,
    /// The headers as reqwest takes them.
    lines: HeaderMap,
}

impl Transport {
    pub(crate) fn new(settings: &Settings, host: Host) -> Result<Self, Error> {
        Ok(Self {
            pool: Pool::new(settings, Maker::new(settings, host)?),
            kernel: Kernel::of(&settings.limits),
            last: Mutex::default(),
        })
    }

    /// Sends a request and waits for the head of its answer. Dropping the future closes the socket.
    pub(crate) async fn send(
        &self,
        request: &Request,
        permit: Permit,
        clocks: SharedClocks,
    ) -> Result<Response, Failure> {
        let target = self.target(&request.to)?;
        let kernel = Kernel::of(clocks.lock().limits()).or(self.kernel);
        let mut lease = self.pool.lease(&target.origin, kernel, permit).map_err(unsendable)?;
        let mut outcome = self.exchange(&mut lease, request, &target, &clocks).await;
        if outcome.as_ref().is_err_and(|failure| lease.is_refused(failure)) {
            outcome = self.exchange(&mut lease, request, &target, &clocks).await;
        }
        if outcome.is_err() && lease.is_stale() {
            let permit = lease.give_up().ok_or_else(gone)?;
            lease = self.pool.lease(&target.origin, kernel, permit).map_err(unsendable)?;
            outcome = self.exchange(&mut lease, request, &target, &clocks).await;
        }
        match outcome {
            Ok(mut response) => {
                clocks.lock().head_arrives(rt::now());
                let keep = head::keep(&response);
                let head = head::head(&mut response);
                (lease.pending, lease.body) = (None, Some(response.into()));
                Ok(Response {
                    head,
                    body: Body::new(lease, keep),
                })
            }
            Err(failure) => {
                lease.set_fate(Closed::Error);
                Err(failure)
            }
        }
    }

    /// Opens a socket ahead of use and leaves it idle. Dropping the future closes it.
    pub(crate) async fn open(&self, url: &str, permit: Permit, clocks: SharedClocks) -> Result<(), Failure> {
        let target = self.target(&Arc::new(Address {
            url: url.to_owned(),
            headers: Headers::default(),
        }))?;
        let kernel = Kernel::of(clocks.lock().limits()).or(self.kernel);
        let mut lease = self.pool.fresh(&target.origin, kernel, permit).map_err(unsendable)?;
        let (slot, dials) = lease.parts().ok_or_else(gone)?;
        self.reach(lease.is_reused(), &slot, &target.url, &clocks).await?;
        if slot.place.is_some() {
            lease.give_back(None, false);
            return Ok(());
        }
        dials.begins(clocks);
        let pending = slot.client.execute(unsendable_request(target.url.clone(), false));
        match lease.pending.insert(Box::pin(pending)).await {
            Err(_) if slot.dials.is_open() => {
                lease.give_back(None, false);
                Ok(())
            }
            Err(error) => {
                lease.set_fate(Closed::Error);
                Err(failure::network(error, Progress::Connecting))
            }
            Ok(_) => Err(gone()),
        }
    }

    async fn exchange(
        &self,
        lease: &mut Lease,
        request: &Request,
        target: &Target,
        clocks: &SharedClocks,
    ) -> Result<reqwest::Response, Failure> {
        let (slot, dials) = lease.parts().ok_or_else(gone)?;
        self.reach(lease.is_reused(), &slot, &target.url, clocks).await?;
        dials.begins(clocks.clone());
        let request = head::request(request, target, Arc::clone(&dials))?;
        let pending = slot.client.execute(request);
        let pending = lease.pending.insert(Box::pin(pending));
        let answer = std::future::poll_fn(|context| {
            dials.wakes(context);
            pending.as_mut().poll(context)
        });
        answer.await.map_err(|error| {
            let progress = if dials.is_taken() {
                Progress::Sent
            } else {
                Progress::Connecting
            };
            failure::network(error, progress)
        })
    }

    /// Waits until the slot may have a socket, or until a shared one has it, and starts the clock of what comes next.
    async fn reach(&self, is_reused: bool, slot: &Slot, url: &Url, clocks: &SharedClocks) -> Result<(), Failure> {
        if is_reused {
            let now = rt::now();
            clocks.lock().uploads(now);
            self.pool.counters.reused();
            if slot.dials.wants_a_look(now) {
                // Lets the runtime see what the server has done to the idle socket meanwhile.
                tokio::task::yield_now().await;
            }
        } else if let Some(place) = &slot.place {
            let permit = place.permit.get_or_try_init(|| self.pool.place()).await;
            permit.map_err(|_| gone())?;
            clocks.lock().dials(rt::now());
            place.opened.get_or_try_init(|| connect(slot, url)).await?;
        } else {
            clocks.lock().dials(rt::now());
            self.pool.settle().await;
        }
        Ok(())
    }

    fn target(&self, address: &Arc<Address>) -> Result<Arc<Target>, Failure> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(target) if Arc::ptr_eq(&target.address, address) || target.address == *address => {
                Ok(Arc::clone(target))
            }
            _ => {
                let target = Target::parse(address, self.pool.is_shared())?;
                Ok(Arc::clone(last.insert(Arc::new(target))))
            }
        }
    }

    /// Closes the idle sockets; those in use close after it.
    pub(crate) fn close(&self) {
        self.pool.shut();
    }

    /// The sockets at this moment.
    pub(crate) fn sockets(&self) -> Option<SocketStats> {
        Some(self.pool.stats())
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        capabilities::native()
    }
}

/// Makes the connection of a shared slot.
async fn connect(slot: &Slot, url: &Url) -> Result<(), Failure> {
    match slot.client.execute(unsendable_request(url.clone(), true)).await {
        Err(error) if !slot.dials.is_open() => Err(failure::network(error, Progress::Connecting)),
        _ => Ok(()),
    }
}

/// A request that hyper refuses to send, but only when it has a connection, which it then keeps: nothing is ever sent.
/// On HTTP/1 it is one of HTTP/2, and on HTTP/2 a CONNECT with a body.
fn unsendable_request(url: Url, shared: bool) -> reqwest::Request {
    let mut request = reqwest::Request::new(http::Method::HEAD, url);
    if shared {
        *request.method_mut() = http::Method::CONNECT;
        let length = http::HeaderValue::from_static("1");
        request.headers_mut().insert(http::header::CONTENT_LENGTH, length);
    } else {
        *request.version_mut() = http::Version::HTTP_2;
    }
    request
}

impl Target {
    /// `shared`: over HTTP/2, where the host is no header.
    fn parse(address: &Arc<Address>, shared: bool) -> Result<Self, Failure> {
        let url = Url::parse(&address.url).map_err(|error| unsendable(format!("the address is no URL: {error}")))?;
        let origin = Origin::of(&url).ok_or_else(|| unsendable("the address has no host".to_owned()))?;
        let mut lines = head::lines(&address.headers)?;
        if !shared {
            head::complete(&mut lines, &url)?;
        }
        Ok(Self {
            address: Arc::clone(address),
            url,
            origin,
            lines,
        })
    }
}

fn gone() -> Failure {
    unsendable("the connection is gone".to_owned())
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.close();
    }
}
