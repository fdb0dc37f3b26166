//! What tests of the transport drive: a transport behind its gate, without a provider's dialect.

use std::sync::Arc;

use bytes::Bytes;

use super::{Host, Transport};
use crate::config::{ConnectionPoolConfig, ProviderConfig};
use crate::deadline::{Clocks, Limits, SharedClocks};
use crate::gate::Gate;
use crate::rt;
use crate::transport::{Address, Failure, Headers, Request, Response};

/// A gate and a transport, as a client has them.
pub(super) struct Pair {
    pub(super) gate: Gate,
    pub(super) transport: Transport,
    limits: Limits,
}

impl Pair {
    pub(super) fn new(max_connections: usize, host: Host) -> Self {
        let pool = ConnectionPoolConfig {
            max_connections,
            max_keepalive_connections: max_connections,
            ..Default::default()
        };
        let config = ProviderConfig::new("openai", "key")
            .connection_pool_config(pool)
            .timeout(1.0);
        Self::of(config, host)
    }

    pub(super) fn of(config: ProviderConfig, host: Host) -> Self {
        let settings = config.validate().unwrap();
        let transport = Transport::new(&settings, host).unwrap();
        Self {
            gate: Gate::new(settings.places()),
            transport,
            limits: settings.limits,
        }
    }

    pub(super) async fn get(&self, url: &str) -> Result<usize, Failure> {
        let mut body = self.send(url).await?.body;
        let mut read = 0;
        while let Some(chunk) = std::future::poll_fn(|context| body.poll_chunk(context)).await {
            read += chunk?.len();
        }
        Ok(read)
    }

    /// The answer without its body.
    pub(super) async fn send(&self, url: &str) -> Result<Response, Failure> {
        let permit = self.gate.acquire().await.unwrap();
        let clocks = SharedClocks::new(Clocks::start(rt::now(), self.limits, false));
        let request = Request {
            method: "POST",
            to: Arc::new(Address {
                url: url.to_owned(),
                headers: Headers::default(),
            }),
            own: None,
            body: Bytes::from_static(b"{}"),
        };
        self.transport.send(&request, permit, clocks).await
    }
}
