//! One prepared TLS configuration per client, shared by all slots: the platform's certificates are loaded once, and
//! a session that one slot began can be resumed by another.

use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::config::{HttpVersion, Settings};
use crate::error::Error;

/// What encrypted connections need.
pub(super) struct Tls {
    /// Trusted besides the platform's.
    roots: Vec<CertificateDer<'static>>,
    /// Who this client is, to servers that ask.
    identity: Option<Arc<SingleCertAndKey>>,
    /// What the server is to speak.
    protocol: &'static [u8],
    /// Loaded by the first slot that needs it: it takes some milliseconds.
    loaded: OnceLock<Result<ClientConfig, String>>,
}

impl Tls {
    /// Checks the certificates of the settings, which join `roots`.
    pub(super) fn new(settings: &Settings, roots: &[CertificateDer<'static>]) -> Result<Self, Error> {
        let mut roots = roots.to_vec();
        if let Some(pem) = &settings.root_certificates {
            roots.extend(self::roots(pem)?);
        }
        Ok(Self {
            roots,
            identity: settings.client_certificate.as_deref().map(identity).transpose()?,
            protocol: match settings.http_version.unwrap_or_default() {
                HttpVersion::Http1 => b"http/1.1",
                HttpVersion::Http2 => b"h2",
            },
            loaded: OnceLock::new(),
        })
    }

    /// The configuration for connections that are encrypted.
    pub(super) fn config(&self) -> Result<ClientConfig, String> {
        let load = || {
            self.platform().map_err(|error| {
                format!(
                    "TLS cannot be set up with the system's certificates ({error}): install them (on Debian, the \
                     package ca-certificates), or name a file of them in SSL_CERT_FILE"
                )
            })
        };
        self.loaded.get_or_init(load).clone()
    }

    fn platform(&self) -> Result<ClientConfig, rustls::Error> {
        let verifier = Verifier::new_with_extra_roots(self.roots.iter().cloned(), provider())?;
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?;
        let builder = builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match &self.identity {
            Some(identity) => builder.with_client_cert_resolver(Arc::clone(identity) as _),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![self.protocol.to_vec()];
        Ok(config)
    }
}

/// The certificates of a text in PEM.
fn roots(pem: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
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

/// The certificate chain and the private key of a text in PEM. The error tells nothing of what was in it.
fn identity(pem: &str) -> Result<Arc<SingleCertAndKey>, Error> {
    let wrong = |what| {
        Error::config(format!(
            "client_certificate must be one text in PEM with a certificate, those that vouch for it and its private \
             key: {what}"
        ))
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let chain = chain.map_err(|_| wrong("a certificate in it is damaged"))?;
    if chain.is_empty() {
        return Err(wrong("there is no -----BEGIN CERTIFICATE----- in it"));
    }
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| wrong("there is no unencrypted -----BEGIN PRIVATE KEY----- in it"))?;
    let pair = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| {
        wrong(match error {
            rustls::Error::InconsistentKeys(_) => "the private key is not that of the first certificate",
            _ => "the first certificate or the private key is of no known kind",
        })
    })?;
    Ok(Arc::new(pair.into()))
}

/// A configuration that trusts nobody, for connections that are not encrypted: reqwest wants one all the same.
pub(super) fn none() -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Error::config(format!("TLS cannot be set up: {error}")))?;
    Ok(builder
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}
