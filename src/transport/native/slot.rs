//! A slot: one reqwest client that holds at most one connection, to one origin.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::Host;
use super::counters::Counters;
use super::dial::{DialLayer, Dials, GRACE};
use super::proxy::Proxies;
use super::shared::Place;
use super::tls::{self, Tls};
use crate::config::{HttpVersion, Settings};
use crate::deadline::Limits;
use crate::error::Error;

/// A connection, or the place for one.
pub(super) struct Slot {
    pub(super) client: reqwest::Client,
    pub(super) dials: Arc<Dials>,
    pub(super) origin: Origin,
    pub(super) kernel: Kernel,
    /// Of a slot that is shared.
    pub(super) place: Option<Arc<Place>>,
}

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    host: Box<str>,
    port: u16,
    encrypted: bool,
}

impl Origin {
    pub(super) fn of(url: &Url) -> Option<Self> {
        let encrypted = url.scheme() == "https";
        Some(Self {
            host: url.host_str()?.into(),
            port: url.port_or_known_default()?,
            encrypted,
        })
    }
}

/// Limits that the kernel keeps for a socket's whole life; `None` is the kernel's own.
///
/// They are nets below the call's clocks for peers that have vanished, and must never be reached first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kernel {
    /// For all addresses of a host together, so that a dead one leaves time for the next.
    connect: Option<Duration>,
    /// How long sent bytes or probes may stay without an acknowledgement.
    unacknowledged: Option<Duration>,
}

/// What the kernel's limits lie above the clocks'.
const MARGIN: Duration = Duration::from_secs(1);
/// Between two probes of a silent connection.
const PROBE: Duration = Duration::from_secs(15);

impl Kernel {
    pub(super) fn of(limits: &Limits) -> Self {
        let above = |limit: Duration| limit.saturating_add(MARGIN);
        // reqwest shares this out among a host's addresses: far above the clock, nothing would be left for the last.
        let barely_above = |limit: Duration| limit.saturating_add(limit / 20).saturating_add(2 * GRACE);
        Self {
            connect: limits.connect.map(barely_above),
            unacknowledged: limits
                .write
                .zip(limits.read)
                .map(|(write, read)| above(write.max(read))),
        }
    }

    /// Whether a socket with these limits serves a call that wants `other`.
    pub(super) fn covers(self, other: Self) -> bool {
        let reaches = |own: Option<Duration>, wanted: Option<Duration>| match (own, wanted) {
            (None, _) => true,
            (Some(own), Some(wanted)) => own >= wanted,
            (Some(_), None) => false,
        };
        reaches(self.connect, other.connect) && reaches(self.unacknowledged, other.unacknowledged)
    }

    /// The limits that cover both.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            connect: self.connect.zip(other.connect).map(|(one, two)| one.max(two)),
            unacknowledged: self
                .unacknowledged
                .zip(other.unacknowledged)
                .map(|(one, two)| one.max(two)),
        }
    }

    fn apply(self, mut builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        if let Some(connect) = self.connect {
            builder = builder.connect_timeout(connect);
        }
        builder = unacknowledged(builder, self.unacknowledged);
        let probes = self.unacknowledged.map_or(u32::from(u8::MAX) / 2, |limit| {
            u32::try_from(limit.as_secs() / PROBE.as_secs())
                .unwrap_or(u32::MAX)
                .saturating_add(1)
                .min(127)
        });
        builder
            .tcp_keepalive(PROBE)
            .tcp_keepalive_interval(PROBE)
            .tcp_keepalive_retries(probes)
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "fuchsia"))]
fn unacknowledged(builder: reqwest::ClientBuilder, limit: Option<Duration>) -> reqwest::ClientBuilder {
    builder.tcp_user_timeout(limit)
}

/// Other kernels have no such limit.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "fuchsia")))]
fn unacknowledged(builder: reqwest::ClientBuilder, _: Option<Duration>) -> reqwest::ClientBuilder {
    builder
}

/// What all slots of a client are made from.
pub(super) struct Maker {
    host: Host,
    tls: Tls,
    plain: rustls::ClientConfig,
    proxies: Proxies,
    shared: Option<Windows>,
}

/// How much a server may send ahead of the consumer over HTTP/2. The connection's window is the sum of the streams', so
/// that a consumer who pauses stops no other.
#[derive(Clone, Copy)]
struct Windows {
    stream: u32,
    connection: u32,
}

impl Windows {
    fn of(settings: &Settings) -> Self {
        const MOST: u32 = (1 << 31) - 1;
        let streams = u32::try_from(HttpVersion::Http2.streams()).unwrap_or(MOST);
        let stream = u32::try_from(settings.pool.stream_buffer_size)
            .unwrap_or(MOST)
            .min(MOST / streams);
        Self {
            stream,
            connection: stream * streams,
        }
    }
}

impl Maker {
    pub(super) fn new(settings: &Settings, host: Host) -> Result<Self, Error> {
        let proxies = Proxies::from_variables(host.variable)?;
        Ok(Self {
            tls: Tls::new(settings, &host.roots)?,
            host,
            plain: tls::none()?,
            proxies,
            shared: (settings.http_version == Some(HttpVersion::Http2)).then(|| Windows::of(settings)),
        })
    }

    /// A slot without a connection. It costs some microseconds once the certificates are loaded.
    pub(super) fn slot(&self, origin: Origin, mut kernel: Kernel, counters: &Arc<Counters>) -> Result<Slot, String> {
        if self.shared.is_some() {
            // Calls with other limits than the first's are going to share the socket.
            kernel.unacknowledged = None;
        }
        let encrypted = origin.encrypted || self.proxies.encrypted();
        let tls = if encrypted {
            self.tls.config()?
        } else {
            self.plain.clone()
        };
        let dials = match self.shared {
            Some(_) => Dials::once(Arc::clone(counters)),
            None => Dials::new(Arc::clone(counters)),
        };
        let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
        let builder = match self.shared {
            Some(windows) => builder
                .http2_prior_knowledge()
                .http2_initial_stream_window_size(windows.stream)
                .http2_initial_connection_window_size(windows.connection),
            None => builder.http1_only(),
        };
        let builder = builder
            .pool_max_idle_per_host(1)
            // Idle sockets are closed by the pool's own timer.
            .pool_idle_timeout(None)
            // A redirected POST would go out as a GET, or its key to another host: the caller is shown the redirect.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connector_layer(DialLayer(Arc::clone(&dials)));
        let addresses = &self.host.addresses;
        let builder = addresses
            .iter()
            .fold(builder, |builder, (name, list)| builder.resolve_to_addrs(name, list));
        let client = kernel
            .apply(self.proxies.apply(builder))
            .build()
            .map_err(|error| format!("no connection can be set up: {error}"))?;
        Ok(Slot {
            client,
            dials,
            origin,
            kernel,
            place: self.shared.map(|_| Arc::default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(connect: Option<u64>, write: Option<u64>, read: Option<u64>) -> Kernel {
        let seconds = |limit: Option<u64>| limit.map(Duration::from_secs);
        Kernel::of(&Limits {
            connect: seconds(connect),
            write: seconds(write),
            read: seconds(read),
            ..Limits::default()
        })
    }

    #[test]
    fn the_kernels_limits_lie_above_the_clocks() {
        let kernel = limits(Some(10), Some(10), Some(60));
        assert!(kernel.connect > Some(Duration::from_secs(10)));
        assert!(kernel.unacknowledged > Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_limit_that_is_off_is_off_in_the_kernel_too() {
        assert_eq!(limits(None, Some(1), Some(1)).connect, None);
        assert_eq!(limits(Some(1), None, Some(1)).unacknowledged, None);
        assert_eq!(limits(Some(1), Some(1), None).unacknowledged, None);
    }

    #[test]
    fn a_socket_serves_calls_with_shorter_limits_only() {
        let kernel = limits(Some(10), Some(10), Some(60));
        assert!(kernel.covers(limits(Some(5), Some(10), Some(60))));
        assert!(!kernel.covers(limits(Some(5), Some(10), Some(61))));
        assert!(!kernel.covers(limits(None, Some(10), Some(60))));
        assert!(limits(None, None, None).covers(kernel));
        let both = kernel.or(limits(Some(5), None, Some(61)));
        assert_eq!((both.connect, both.unacknowledged), (kernel.connect, None));
    }
}
