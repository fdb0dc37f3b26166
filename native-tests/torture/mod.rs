//! A scripted server with real sockets: the test decides about every step, the server counts the sockets.
//!
//! [`Torture::start`] accepts at once and hands each [`Socket`] to the test; [`Torture::serve`] gives every socket to a
//! script of its own; [`black_hole`] never accepts.
#![allow(dead_code, reason = "each test binary uses a part of it")]

mod answers;
mod socket;

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

pub use answers::*;
pub use socket::Socket;

/// Whatever has not happened after this long will not happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What the server has seen of its sockets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Accepted and not seen to be closed by either side.
    pub open: usize,
    /// The most that were open at once.
    pub most: usize,
    /// Accepted in all.
    pub total: usize,
    /// Requests read.
    pub requests: usize,
}

/// The sockets of a server, counted.
pub struct Count {
    sockets: Mutex<HashMap<usize, Weak<TcpStream>>>,
    stats: watch::Sender<Stats>,
}

impl Count {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            sockets: Mutex::default(),
            stats: watch::channel(Stats::default()).0,
        })
    }

    /// Counts a new socket. Those that the client has closed by now are not counted beside it.
    fn accepted(&self, stream: &Arc<TcpStream>) -> usize {
        self.sweep();
        let mut sockets = self.sockets.lock().unwrap();
        let mut id = 0;
        self.stats.send_modify(|stats| {
            id = stats.total;
            stats.total += 1;
            // Given up by the client before it was accepted, it was never one of many.
            if !has_ended(stream) {
                stats.open += 1;
                stats.most = stats.most.max(stats.open);
                sockets.insert(id, Arc::downgrade(stream));
            }
        });
        id
    }

    /// Looks at every socket for the end that the client may have set.
    fn sweep(&self) {
        let sockets: Vec<_> = self
            .sockets
            .lock()
            .unwrap()
            .iter()
            .map(|(id, stream)| (*id, stream.upgrade()))
            .collect();
        for (id, stream) in sockets {
            if stream.is_none_or(|stream| has_ended(&stream)) {
                self.closed(id);
            }
        }
    }

    fn closed(&self, id: usize) {
        if self.sockets.lock().unwrap().remove(&id).is_some() {
            self.stats.send_modify(|stats| stats.open -= 1);
        }
    }

    fn requested(&self) {
        self.stats.send_modify(|stats| stats.requests += 1);
    }
}

/// Whether the client has closed or reset a socket, though not all that it sent before may have been read. The kernel
/// says so at once, where tokio would first have to hear of it.
fn has_ended(stream: &TcpStream) -> bool {
    let mut asked = [PollFd::new(stream, PollFlags::RDHUP)];
    rustix::event::poll(&mut asked, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() > 0
}

/// A listening server. Dropping it closes the listener and the sockets that run scripts; those in the test's hands
/// live on.
pub struct Torture {
    address: SocketAddr,
    count: Arc<Count>,
    accepted: tokio::sync::Mutex<mpsc::UnboundedReceiver<Socket>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Torture {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Torture {
    /// A server that accepts at once and does nothing more.
    pub async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), Count::new())
    }

    fn on(listener: TcpListener, count: Arc<Count>) -> Self {
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = mpsc::unbounded_channel();
        let counting = Arc::clone(&count);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let stream = Arc::new(stream);
                let id = counting.accepted(&stream);
                if sender.send(Socket::new(stream, id, Arc::clone(&counting))).is_err() {
                    return;
                }
            }
        });
        Self {
            address,
            count,
            accepted: tokio::sync::Mutex::new(receiver),
            tasks: vec![accepting],
        }
    }

    /// A server whose sockets all run this script, each in a task of its own.
    pub async fn serve<F, T>(script: F) -> Self
    where
        F: Fn(Socket) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        Self::start().await.running(script)
    }

    /// Closes the listener and all sockets, and after `pause` listens at the same address again, with another script.
    /// The figures go on.
    pub async fn restart<F, T>(mut self, pause: Duration, script: F) -> Self
    where
        F: Fn(Socket) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let (address, count) = (self.address, Arc::clone(&self.count));
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            let _ = task.await;
        }
        drop(self);
        tokio::time::sleep(pause).await;
        Self::on(TcpListener::bind(address).await.unwrap(), count).running(script)
    }

    fn running<F, T>(mut self, script: F) -> Self
    where
        F: Fn(Socket) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let mut sockets =
            std::mem::replace(&mut self.accepted, tokio::sync::Mutex::new(mpsc::unbounded_channel().1)).into_inner();
        self.tasks.push(tokio::spawn(async move {
            let mut scripts = JoinSet::new();
            while let Some(socket) = sockets.recv().await {
                scripts.spawn(script(socket));
                while scripts.try_join_next().is_some() {}
            }
        }));
        self
    }

    async fn next(&self) -> Option<Socket> {
        self.accepted.lock().await.recv().await
    }

    /// The next socket that a client opens.
    pub async fn accept(&self) -> Socket {
        tokio::time::timeout(PATIENCE, self.next())
            .await
            .expect("a client should have opened a socket by now")
            .expect("the server should still accept")
    }

    /// Whether no socket was opened that [`accept`](Self::accept) has not given out, for as long as `time`.
    pub async fn is_left_alone_for(&self, time: Duration) -> bool {
        tokio::time::timeout(time, self.next()).await.is_err()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of an API that it serves.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The figures of this moment.
    pub fn stats(&self) -> Stats {
        self.count.sweep();
        *self.count.stats.borrow()
    }

    /// Waits until the figures are as told; gives the time that it took. Fails after [`PATIENCE`].
    pub async fn until(&self, wanted: impl Fn(&Stats) -> bool) -> Duration {
        let from = Instant::now();
        let mut changes = self.count.stats.subscribe();
        loop {
            let stats = self.stats();
            if wanted(&stats) {
                return from.elapsed();
            }
            assert!(
                from.elapsed() < PATIENCE,
                "the sockets should have come to the wanted figures by now: {stats:?}"
            );
            // Idle sockets that no script reads tell nobody when they end: they are looked at.
            let _ = tokio::time::timeout(Duration::from_millis(2), changes.changed()).await;
        }
    }
}

/// An address where connections are neither accepted nor refused, for as long as the value lives: a listener with a
/// full backlog.
pub struct BlackHole {
    pub address: SocketAddr,
    _listener: TcpListener,
    _backlog: Vec<JoinHandle<()>>,
}

impl Drop for BlackHole {
    fn drop(&mut self) {
        self._backlog.iter().for_each(JoinHandle::abort);
    }
}

/// A black hole for connections.
pub async fn black_hole() -> BlackHole {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut backlog = Vec::new();
    loop {
        let mut fill = Box::pin(TcpStream::connect(address));
        match tokio::time::timeout(Duration::from_millis(200), &mut fill).await {
            Ok(stream) => backlog.push(tokio::spawn(async move {
                let _stream = stream.unwrap();
                std::future::pending().await
            })),
            Err(_) => {
                return BlackHole {
                    address,
                    _listener: listener,
                    _backlog: backlog,
                };
            }
        }
        assert!(
            backlog.len() < 64,
            "a listener with a backlog of 1 should be full by now"
        );
    }
}
