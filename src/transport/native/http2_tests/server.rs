//! A server of HTTP/2 that counts its sockets and streams, and what asks it.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::event::{PollFd, PollFlags, Timespec};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_rustls::TlsAcceptor;

use super::super::Host;
use super::super::pair::Pair;
use crate::config::{ConnectionPoolConfig, HttpVersion, ProviderConfig};

const PATIENCE: Duration = Duration::from_secs(60);
/// The size of the answer under `/big`.
pub(super) const BIG: usize = 1024 * 1024;

/// What servers have seen.
#[derive(Default)]
pub(super) struct Seen {
    open: Mutex<Vec<TcpStream>>,
    figures: Mutex<Figures>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) open: usize,
    pub(super) most: usize,
    pub(super) total: usize,
    pub(super) streams: usize,
    pub(super) most_streams: usize,
    pub(super) requests: usize,
}

impl Seen {
    fn accepted(&self, stream: TcpStream) {
        self.sweep();
        self.open.lock().unwrap().push(stream);
        self.figures.lock().unwrap().total += 1;
        self.sweep();
    }

    /// Takes out the sockets that the client has closed.
    pub(super) fn sweep(&self) -> Figures {
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

    pub(super) async fn until(&self, wanted: impl Fn(Figures) -> bool) {
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
pub(super) struct Server {
    pub(super) address: SocketAddr,
    seen: Arc<Seen>,
    pub(super) release: watch::Sender<bool>,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Server {
    pub(super) async fn start(seen: &Arc<Seen>) -> Self {
        Self::with(seen, None, 1000).await
    }

    /// A server that works on so many requests of one socket at a time.
    pub(super) async fn limited(seen: &Arc<Seen>, streams: u32) -> Self {
        Self::with(seen, None, streams).await
    }

    pub(super) async fn over(seen: &Arc<Seen>, tls: TlsAcceptor) -> Self {
        Self::with(seen, Some(tls), 1000).await
    }

    async fn with(seen: &Arc<Seen>, tls: Option<TlsAcceptor>, streams: u32) -> Self {
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
                        None => serve(stream, seen, release, streams).await,
                        // A client that wants another protocol breaks the handshake off.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, seen, release, streams).await;
                            }
                        }
                    }
                });
                connections.lock().unwrap().push(connection.abort_handle());
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Closes the sockets.
    pub(super) fn hang_up(&self) {
        for connection in self.connections.lock().unwrap().drain(..) {
            connection.abort();
        }
        for stream in self.seen.open.lock().unwrap().drain(..) {
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }
    }
}

pub(super) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    seen: Arc<Seen>,
    release: watch::Sender<bool>,
    streams: u32,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        {
            let mut figures = seen.figures.lock().unwrap();
            figures.streams += 1;
            figures.most_streams = figures.most_streams.max(figures.streams);
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
        .max_concurrent_streams(streams)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Takes a connection and a request, and says that it works on no request any more (RFC 9113, 6.8).
pub(super) async fn goes_away(stream: &mut tokio::net::TcpStream) {
    const HEADERS: u8 = 1;
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    /// The last stream that it works on is 0, and nothing is wrong.
    const GOAWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    stream.write_all(&SETTINGS).await.unwrap();
    stream
        .read_exact(&mut [0; b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len()])
        .await
        .unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream.read_exact(&mut vec![0; length as usize]).await.unwrap();
        if head[3] == HEADERS {
            break;
        }
    }
    stream.write_all(&GOAWAY).await.unwrap();
}

pub(super) fn config(max_connections: usize) -> ProviderConfig {
    let pool = ConnectionPoolConfig {
        max_connections,
        max_keepalive_connections: max_connections,
        ..Default::default()
    };
    ProviderConfig::new("openai", "key")
        .connection_pool_config(pool)
        .http_version(HttpVersion::Http2)
}

pub(super) fn pair(max_connections: usize) -> Arc<Pair> {
    Arc::new(Pair::of(config(max_connections).timeout(10.0), Host::default()))
}

pub(super) fn gets(pair: &Arc<Pair>, url: &str, count: usize) -> Vec<JoinHandle<usize>> {
    let get = |_| {
        let (pair, url) = (Arc::clone(pair), url.to_owned());
        tokio::spawn(async move { pair.get(&url).await.unwrap() })
    };
    (0..count).map(get).collect()
}

pub(super) async fn all(tasks: Vec<JoinHandle<usize>>) {
    for task in tasks {
        assert_eq!(task.await.unwrap(), 2);
    }
}
