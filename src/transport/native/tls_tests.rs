//! Encrypted connections: trust, reuse, and the resumption of one slot's session by another.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{HandshakeKind, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Host;
use super::pair::Pair;
use crate::config::ProviderConfig;

/// A server over TLS that answers every request, and notes how each of its handshakes went.
struct Server {
    address: SocketAddr,
    root: CertificateDer<'static>,
    pem: String,
    handshakes: Arc<Mutex<Vec<HandshakeKind>>>,
}

impl Server {
    async fn start() -> Self {
        Self::demanding(None).await
    }

    /// A server that lets nobody in whom `authority` does not vouch for.
    async fn demanding(authority: Option<CertificateDer<'static>>) -> Self {
        let issued = rcgen::generate_simple_self_signed(vec!["server.test".to_owned()]).unwrap();
        let (root, pem) = (issued.cert.der().clone(), issued.cert.pem());
        let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match authority {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let config = config.with_single_cert(vec![root.clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let handshakes = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&handshakes);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, notes) = (acceptor.clone(), Arc::clone(&notes));
                tokio::spawn(async move {
                    // A client that does not trust the certificate breaks the handshake off.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        notes.lock().unwrap().push(stream.get_ref().1.handshake_kind().unwrap());
                        answer(stream).await;
                    }
                });
            }
        });
        Self {
            address,
            root,
            pem,
            handshakes,
        }
    }

    fn url(&self) -> String {
        format!("https://server.test:{}/v1", self.address.port())
    }

    fn host(&self, trusted: bool) -> Host {
        let roots = if trusted { vec![self.root.clone()] } else { Vec::new() };
        Host {
            addresses: vec![("server.test".to_owned(), vec![self.address])],
            roots,
            ..Host::default()
        }
    }

    fn handshakes(&self) -> Vec<HandshakeKind> {
        self.handshakes.lock().unwrap().clone()
    }
}

/// Answers requests until the client closes. Their bodies are the two bytes that [`Pair::get`] sends.
async fn answer(mut stream: TlsStream<TcpStream>) {
    let mut read = Vec::new();
    while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {
        if read.ends_with(b"\r\n\r\n{}") {
            read.clear();
            tokio::time::sleep(Duration::from_millis(20)).await;
            let sent = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await;
            if sent.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
    }
}

#[tokio::test]
async fn requests_one_after_the_other_share_one_handshake() {
    let server = Server::start().await;
    let pair = Pair::new(4, server.host(true));
    for _ in 0..3 {
        assert_eq!(pair.get(&server.url()).await.unwrap(), 2);
    }
    assert_eq!(server.handshakes(), [HandshakeKind::Full]);
}

#[tokio::test]
async fn a_second_slot_resumes_the_session_of_the_first() {
    let server = Server::start().await;
    let pair = Pair::new(4, server.host(true));
    pair.get(&server.url()).await.unwrap();
    let url = server.url();
    let (one, two) = tokio::join!(pair.get(&url), pair.get(&url));
    one.unwrap();
    two.unwrap();
    assert_eq!(server.handshakes(), [HandshakeKind::Full, HandshakeKind::Resumed]);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent() {
    let server = Server::start().await;
    let pair = Pair::new(4, server.host(false));
    let failure = pair.get(&server.url()).await.unwrap_err();
    assert!(failure.message.contains("certificate"), "{}", failure.message);
    assert_eq!(failure.replay, Some(crate::error::Replay::NeverSent));
    assert_eq!(pair.gate.stats().in_use, 0);
}

#[tokio::test]
async fn root_certificates_of_the_configuration_are_trusted() {
    let server = Server::start().await;
    let config = ProviderConfig::new("openai", "key").root_certificates(format!("# ours\n{}", server.pem));
    let pair = Pair::of(config, server.host(false));
    assert_eq!(pair.get(&server.url()).await.unwrap(), 2);
}

#[test]
fn root_certificates_that_are_none_are_an_error_at_construction() {
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for pem in ["", "/etc/ssl/ca.pem", broken, "-----BEGIN CERTIFICATE-----\nA", &key] {
        let error = crate::Client::new(ProviderConfig::new("openai", "key").root_certificates(pem))
            .err()
            .unwrap();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(
            error.to_string().starts_with("root_certificates must be"),
            "{pem:?}: {error}"
        );
    }
}

#[tokio::test]
async fn a_client_certificate_opens_a_server_that_demands_one() {
    let issued = rcgen::generate_simple_self_signed(vec!["client.test".to_owned()]).unwrap();
    let server = Server::demanding(Some(issued.cert.der().clone())).await;
    let both = format!("{}{}", issued.cert.pem(), issued.signing_key.serialize_pem());
    let config = ProviderConfig::new("openai", "key").client_certificate(both);
    let pair = Pair::of(config, server.host(true));
    assert_eq!(pair.get(&server.url()).await.unwrap(), 2);
    // Nobody is let in without it.
    let pair = Pair::new(1, server.host(true));
    pair.get(&server.url()).await.unwrap_err();
    assert_eq!(server.handshakes(), [HandshakeKind::Full]);
}

#[test]
fn a_client_certificate_that_is_none_is_an_error_at_construction() {
    let issued = rcgen::generate_simple_self_signed(vec!["client.test".to_owned()]).unwrap();
    let (certificate, key) = (issued.cert.pem(), issued.signing_key.serialize_pem());
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (pem, why) in [
        (String::new(), "no -----BEGIN CERTIFICATE-----"),
        ("/etc/ssl/me.pem".to_owned(), "no -----BEGIN CERTIFICATE-----"),
        (key.clone(), "no -----BEGIN CERTIFICATE-----"),
        (
            "-----BEGIN CERTIFICATE-----\nA".to_owned(),
            "a certificate in it is damaged",
        ),
        (certificate.clone(), "no unencrypted -----BEGIN PRIVATE KEY-----"),
        (
            format!("{certificate}{other}"),
            "the private key is not that of the first certificate",
        ),
        (format!("{broken}{key}"), "of no known kind"),
    ] {
        let config = ProviderConfig::new("openai", "key").client_certificate(&pem);
        assert!(!format!("{config:?}").contains("BEGIN"), "{config:?}");
        let error = crate::Client::new(config).err().unwrap();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        let message = error.to_string();
        assert!(
            message.starts_with("client_certificate must be") && message.contains(why),
            "{pem:?}: {message}"
        );
        let secret = key.lines().nth(1).unwrap();
        assert!(!format!("{message}{error:?}").contains(secret), "{error:?}");
    }
}
