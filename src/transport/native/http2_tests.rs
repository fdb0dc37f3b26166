//! HTTP/2: many streams over one socket, and the limit on sockets all the same, counted by the server.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinError, JoinHandle};
use tokio_rustls::TlsAcceptor;

use super::Host;
use super::pair::Pair;
use crate::config::{ConnectionPoolConfig, HttpVersion, ProviderConfig};
use crate::{CallOptions, ChatRequest, Client, ErrorKind, Message, TimeoutKind};

const PATIENCE: Duration = Duration::from_secs(10);
/// The size of the answer under `/big`.
const BIG: usize = 1024 * 1024;

/// What servers have seen.
#[derive(Default)]
struct Seen {
    open: Mutex<Vec<TcpStream>>,
    figures: Mutex<Figures>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    open: usize,
    most: usize,
    total: usize,
    streams: usize,
    requests: usize,
}

impl Seen {
    fn accepted(&self, stream: TcpStream) {
        self.sweep();
        self.open.lock().unwrap().push(stream);
        self.figures.lock().unwrap().total += 1;
        self.sweep();
    }

    /// Takes out the sockets that the client has closed.
    fn sweep(&self) -> Figures {
        let mut open = self.open.lock().unwrap();
        open.retain(|stream| {
            let mut asked = [PollFd::new(stream, PollFlags::RDHUP)];
            rustix::event::poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() == 0
        });
        let mut figures = self.figures.lock().unwrap();
        figures.open = open.len();
        figures.most = figures.most.max(figures.open);
        *figures
    }

    async fn until(&self, wanted: impl Fn(Figures) -> bool) {
        let from = Instant::now();
        while !wanted(self.sweep()) {
            assert!(from.elapsed() < PATIENCE, "{:?}", self.sweep());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// One request that the server works on.
struct Stream(Arc<Seen>);

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.figures.lock().unwrap().streams -= 1;
    }
}

/// A server of HTTP/2 that answers at once, but under `/hold` only when it is told to.
struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
    release: watch::Sender<bool>,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Server {
    async fn start(seen: &Arc<Seen>) -> Self {
        Self::over(seen, None).await
    }

    async fn over(seen: &Arc<Seen>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::clone(seen),
            release: watch::channel(false).0,
            connections: Arc::default(),
        };
        let (seen, release) = (Arc::clone(seen), server.release.clone());
        let connections = Arc::clone(&server.connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let stream = stream.into_std().unwrap();
                seen.accepted(stream.try_clone().unwrap());
                let stream = tokio::net::TcpStream::from_std(stream).unwrap();
                let (seen, release, tls) = (Arc::clone(&seen), release.clone(), tls.clone());
                let connection = tokio::spawn(async move {
                    match tls {
                        None => serve(stream, seen, release).await,
                        // A client that wants another protocol breaks the handshake off.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, seen, release).await;
                            }
                        }
                    }
                });
                connections.lock().unwrap().push(connection.abort_handle());
            }
        });
        server
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Closes the sockets.
    fn hang_up(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
        for stream in self.seen.open.lock().unwrap().drain(..) {
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    seen: Arc<Seen>,
    release: watch::Sender<bool>,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        {
            let mut figures = seen.figures.lock().unwrap();
            figures.streams += 1;
            figures.requests += 1;
        }
        let stream = Stream(Arc::clone(&seen));
        let mut released = release.subscribe();
        async move {
            let _stream = stream;
            let request_is_big = request.uri().path() == "/big";
            let held = request.uri().path().starts_with("/hold");
            request.into_body().collect().await.unwrap();
            if held {
                released.wait_for(|released| *released).await.unwrap();
            }
            let body = if request_is_big {
                vec![b'x'; BIG]
            } else {
                b"ok".to_vec()
            };
            Ok::<_, Infallible>(http::Response::new(Full::new(Bytes::from(body))))
        }
    });
    // A client that goes away is an error here.
    let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(1000)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

fn config(max_connections: usize) -> ProviderConfig {
    let pool = ConnectionPoolConfig {
        max_connections,
        max_keepalive_connections: max_connections,
        ..Default::default()
    };
    ProviderConfig::new("openai", "key")
        .connection_pool_config(pool)
        .http_version(HttpVersion::Http2)
}

fn pair(max_connections: usize) -> Arc<Pair> {
    Arc::new(Pair::of(config(max_connections).timeout(10.0), Host::default()))
}

fn gets(pair: &Arc<Pair>, url: &str, count: usize) -> Vec<JoinHandle<usize>> {
    let get = |_| {
        let (pair, url) = (Arc::clone(pair), url.to_owned());
        tokio::spawn(async move { pair.get(&url).await.unwrap() })
    };
    (0..count).map(get).collect()
}

async fn all(tasks: Vec<JoinHandle<usize>>) {
    for task in tasks {
        assert_eq!(task.await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_hundred_streams_share_one_socket() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(4));
    let running = gets(&pair, &server.url("/hold"), 100);
    seen.until(|figures| figures.streams == 100).await;
    assert_eq!((seen.sweep().total, pair.gate.stats().in_use), (1, 100));
    server.release.send_replace(true);
    all(running).await;
    pair.get(&server.url("/")).await.unwrap();
    assert_eq!((seen.sweep().total, seen.sweep().open), (1, 1));
    let stats = pair.transport.sockets().unwrap();
    assert_eq!((stats.opened, stats.idle, pair.gate.stats().in_use), (1, 1, 0));
}

#[tokio::test]
async fn a_cancelled_stream_leaves_the_others_running() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    let mut running = gets(&pair, &server.url("/hold"), 3);
    seen.until(|figures| figures.streams == 3).await;
    let cancelled = running.remove(1);
    cancelled.abort();
    assert!(cancelled.await.unwrap_err().is_cancelled());
    seen.until(|figures| figures.streams == 2).await;
    assert_eq!(pair.gate.stats().in_use, 2);
    // The place is free, on the same socket.
    pair.get(&server.url("/")).await.unwrap();
    server.release.send_replace(true);
    all(running).await;
    assert_eq!((seen.sweep().total, seen.sweep().open), (1, 1));
}

#[tokio::test]
async fn the_one_who_dials_may_be_cancelled() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    let mut running = gets(&pair, &server.url("/"), 3);
    let dialling = running.remove(0);
    while pair.transport.sockets().unwrap().dialling == 0 {
        tokio::task::yield_now().await;
    }
    dialling.abort();
    all(running).await;
    assert_eq!(seen.sweep().most, 1);
    assert_eq!(pair.gate.stats().in_use, 0);
}

#[tokio::test]
async fn more_streams_than_a_socket_carries_open_another_within_the_cap() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(2));
    let running = gets(&pair, &server.url("/hold"), 250);
    seen.until(|figures| figures.streams == 200).await;
    let gate = pair.gate.stats();
    assert_eq!((seen.sweep().open, gate.in_use, gate.waiting), (2, 200, 50));
    server.release.send_replace(true);
    all(running).await;
    assert_eq!((seen.sweep().most, seen.sweep().total), (2, 2));
}

#[tokio::test]
async fn a_cap_of_one_holds_over_two_origins() {
    let seen = Arc::default();
    let (one, two) = (Server::start(&seen).await, Server::start(&seen).await);
    let pair = pair(1);
    for _ in 0..10 {
        let mut running = gets(&pair, &one.url("/"), 5);
        running.extend(gets(&pair, &two.url("/"), 5));
        all(running).await;
    }
    let figures = seen.sweep();
    assert_eq!((figures.most, figures.open, figures.requests), (1, 1, 100));
}

#[tokio::test]
async fn consumers_that_pause_stop_no_other() {
    let seen = Arc::default();
    let (server, pair) = (Server::start(&seen).await, pair(1));
    let mut unread = Vec::new();
    for _ in 0..99 {
        unread.push(pair.send(&server.url("/big")).await.unwrap());
    }
    assert_eq!(pair.get(&server.url("/big")).await.unwrap(), BIG);
    assert_eq!((seen.sweep().total, pair.gate.stats().in_use), (1, 99));
    drop(unread);
    assert_eq!(pair.gate.stats().in_use, 0);
    pair.get(&server.url("/")).await.unwrap();
    assert_eq!(seen.sweep().total, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancellations_at_any_moment_leak_nothing() {
    let seen = Arc::default();
    let (one, two) = (Server::start(&seen).await, Server::start(&seen).await);
    let pair = pair(2);
    for round in 0..100_u32 {
        let server = if round % 3 == 0 { &two } else { &one };
        let running = gets(&pair, &server.url("/"), 30);
        for (number, task) in (0_u32..).zip(&running) {
            if (number + round) % 4 != 0 {
                tokio::time::sleep(Duration::from_micros(u64::from(round * 7 % 90))).await;
                task.abort();
            }
        }
        for task in running {
            let outcome = task.await;
            assert!(outcome.as_ref().is_err_and(JoinError::is_cancelled) || outcome.is_ok_and(|read| read == 2));
        }
    }
    assert_eq!(pair.gate.stats().in_use, 0);
    assert!(seen.sweep().most <= 2, "{:?}", seen.sweep());
    all(gets(&pair, &one.url("/"), 200)).await;
    all(gets(&pair, &two.url("/"), 200)).await;
    assert!(seen.sweep().most <= 2, "{:?}", seen.sweep());
}

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
        let server = Server::over(&seen, Some(TlsAcceptor::from(Arc::new(tls)))).await;
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
