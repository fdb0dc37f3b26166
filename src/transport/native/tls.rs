//! One prepared TLS configuration per client, shared by all slots: the platform's certificates are loaded once, and
//! a session that one slot began can be resumed by another.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::error::Error;

/// Loaded by the first slot that needs it: it takes some milliseconds.
#[derive(Default)]
pub(super) struct Tls {
    loaded: OnceLock<Result<ClientConfig, String>>,
}

impl Tls {
    /// The configuration for connections that are encrypted.
    pub(super) fn config(&self) -> Result<ClientConfig, String> {
        self.loaded
            .get_or_init(|| {
                platform().map_err(|error| format!("TLS cannot be set up with the system's certificates: {error}"))
            })
            .clone()
    }
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
}

fn platform() -> Result<ClientConfig, rustls::Error> {
    let mut config = builder()?.with_platform_verifier()?.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A configuration that trusts nobody, for connections that are not encrypted: reqwest wants one all the same.
pub(super) fn none() -> Result<ClientConfig, Error> {
    let config = builder().map_err(|error| Error::config(format!("TLS cannot be set up: {error}")))?;
    Ok(config
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
