//! One prepared TLS configuration per client, shared by all slots: the platform's certificates are loaded once, and
//! a session that one slot began can be resumed by another.

use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::Error;

/// Loaded by the first slot that needs it: it takes some milliseconds.
#[derive(Default)]
pub(super) struct Tls {
    loaded: OnceLock<Result<ClientConfig, String>>,
}

impl Tls {
    /// The configuration for connections that are encrypted. It trusts the platform's certificates and `roots`.
    pub(super) fn config(&self, roots: &[CertificateDer<'static>]) -> Result<ClientConfig, String> {
        let load = || {
            platform(roots).map_err(|error| {
                format!(
                    "TLS cannot be set up with the system's certificates ({error}): install them (on Debian, the \
                     package ca-certificates), or name a file of them in SSL_CERT_FILE"
                )
            })
        };
        self.loaded.get_or_init(load).clone()
    }
}

/// The certificates of a text in PEM.
pub(super) fn roots(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let roots = read.unwrap_or_default();
    // What cannot be a trust anchor would fail with the first connection only.
    let fit = roots
        .iter()
        .all(|root| RootCertStore::empty().add(root.clone()).is_ok());
    if fit && !roots.is_empty() {
        return Ok(roots);
    }
    Err(Error::config(
        "root_certificates must be the text of one or more certificates in PEM, each from -----BEGIN CERTIFICATE----- \
         to -----END CERTIFICATE-----",
    ))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn platform(roots: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
    let verifier = Verifier::new_with_extra_roots(roots.iter().cloned(), provider())?;
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
    let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A configuration that trusts nobody, for connections that are not encrypted: reqwest wants one all the same.
pub(super) fn none() -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Error::config(format!("TLS cannot be set up: {error}")))?;
    Ok(builder
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
