//! The life of a socket that is shared: opened, kept, replaced, closed.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::super::Host;
use super::super::pair::Pair;
use super::server::{Seen, Server, all, config, gets, goes_away, pair, serve};
use crate::config::{ConnectionPoolConfig, HttpVersion, ProviderConfig};
use crate::error::Replay;
use crate::{CallOptions, ChatRequest, Client, ErrorKind, Message, TimeoutKind};

#[tokio::test]
async fn a_dropped_client_closes_its_sockets() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(2));
    all(gets(&pair, &server.url("/"), 3)).await;
    assert_eq!(seen.sweep().open, 1);
    drop(pair);
    seen.until(|figures| figures.open == 0).await;
}

#[tokio::test]
async fn an_idle_socket_closes_at_its_age() {
    let seen = Arc::default();
    let server = Server::start(&seen).await;
    let pool = ConnectionPoolConfig {
        keepalive_expiry: Duration::from_millis(100),
        ..Default::default()
    };
    let pair = Pair::of(config(1).connection_pool_config(pool), Host::default());
    pair.get(&server.url("/")).await.unwrap();
    seen.until(|figures| figures.open == 0).await;
    assert_eq!(pair.transport.sockets().unwrap().closed.expiry, 1);
    pair.get(&server.url("/")).await.unwrap();
    assert_eq!(seen.sweep().total, 2);
}

#[tokio::test]
async fn a_socket_that_the_server_closed_is_replaced() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    for _ in 0..5 {
        pair.get(&server.url("/")).await.unwrap();
        server.hang_up();
        // What the server has sent arrives before the next answer does.
        tokio::task::yield_now().await;
    }
    assert_eq!((seen.sweep().most, seen.sweep().total), (1, 5));
    assert_eq!(pair.gate.stats().in_use, 0);
}

#[tokio::test]
async fn a_socket_on_which_a_request_timed_out_serves_no_other() {
    let seen = Arc::default();
    let server = Server::start(&seen).await;
    let config = ProviderConfig::new("openai-compatible", "")
        .base_url(server.url("/hold"))
        .http_version(HttpVersion::Http2)
        .timeout(0.2);
    let client = Client::new(config).unwrap();
    let request = ChatRequest::new([Message::user("Hello!")]).model("m");
    let once = CallOptions::default().max_retries(0);
    let error = client
        .chat()
        .completions()
        .create_with(request, &once)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Read), "{error}");
    seen.until(|figures| figures.open == 0).await;
    assert_eq!((seen.sweep().total, client.pool_stats().in_use), (1, 0));
}

#[tokio::test]
async fn a_socket_opened_ahead_of_use_sends_nothing_and_serves_the_first_request() {
    let seen = Arc::default();
    let server = Server::start(&seen).await;
    let config = config(2).base_url(server.url("/v1"));
    let client = Client::new(config).unwrap();
    assert_eq!(client.warm(1).await.unwrap(), 1);
    assert_eq!((seen.sweep().open, seen.sweep().requests), (1, 0));
    let request = ChatRequest::new([Message::user("Hello!")]).model("m");
    client.chat().completions().create(request).await.unwrap_err();
    assert_eq!((seen.sweep().total, seen.sweep().requests), (1, 1));
}

#[tokio::test]
async fn encrypted_servers_must_agree_to_http_2() {
    let issued = rcgen::generate_simple_self_signed(vec!["server.test".to_owned()]).unwrap();
    for (protocol, agrees) in [(b"h2".as_slice(), true), (b"http/1.1", false)] {
        let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = tls.unwrap().with_no_client_auth();
        let mut tls = tls.with_single_cert(vec![issued.cert.der().clone()], key).unwrap();
        tls.alpn_protocols = vec![protocol.to_vec()];
        let seen = Arc::default();
        let server = Server::over(&seen, TlsAcceptor::from(Arc::new(tls))).await;
        let host = Host {
            addresses: vec![("server.test".to_owned(), vec![server.address])],
            ..Host::default()
        };
        let config = config(1).timeout(10.0).root_certificates(issued.cert.pem());
        let pair = Arc::new(Pair::of(config, host));
        let url = format!("https://server.test:{}/", server.address.port());
        if agrees {
            all(gets(&pair, &url, 10)).await;
            assert_eq!((seen.sweep().total, seen.sweep().requests), (1, 10));
        } else {
            let failure = pair.get(&url).await.unwrap_err();
            assert!(failure.message.contains("change http_version"), "{}", failure.message);
            assert_eq!(failure.replay, Some(crate::error::Replay::NeverSent));
        }
    }
}

#[tokio::test]
async fn a_request_that_a_server_did_not_take_before_it_went_away_is_sent_over_another_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pair = pair(1);
    let asked = gets(&pair, &format!("http://{}/", listener.local_addr().unwrap()), 1);
    let (mut going, _) = listener.accept().await.unwrap();
    goes_away(&mut going).await;
    let again = tokio::time::timeout(Duration::from_secs(60), listener.accept()).await;
    let (next, _) = again.expect("the request goes out again").unwrap();
    let seen = Arc::<Seen>::default();
    tokio::spawn(serve(next, Arc::clone(&seen), watch::channel(false).0, 1000));
    all(asked).await;
    assert_eq!(seen.sweep().requests, 1);
}

/// Rule 20, while others find the same socket gone and dial anew.
#[tokio::test]
async fn a_request_that_was_sent_over_a_socket_that_broke_is_not_sent_again() {
    for _ in 0..20 {
        let seen = Arc::default();
        let (server, pair) = (Server::start(&seen).await, pair(2));
        let held = {
            let (pair, url) = (Arc::clone(&pair), server.url("/hold"));
            tokio::spawn(async move { pair.get(&url).await })
        };
        seen.until(|figures| figures.streams == 1).await;
        // Each begins in another round of the runtime, one of them between the socket's end and the held request's.
        let others = (0..30).map(|rounds| {
            let (pair, url) = (Arc::clone(&pair), server.url("/"));
            tokio::spawn(async move {
                for _ in 0..rounds {
                    tokio::task::yield_now().await;
                }
                pair.get(&url).await
            })
        });
        let others: Vec<_> = others.collect();
        server.hang_up();
        assert_eq!(held.await.unwrap().unwrap_err().replay, Some(Replay::MaybeProcessed));
        let mut answered = 0;
        for other in others {
            // Those that were sent before the end fail, too.
            answered += usize::from(other.await.unwrap().is_ok());
        }
        assert!(answered > 0);
        assert!(seen.sweep().requests <= 31, "{:?}", seen.sweep());
        assert_eq!(pair.gate.stats().in_use, 0);
    }
}
