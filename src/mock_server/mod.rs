//! An LLM server for tests: OpenAI-compatible, deterministic, and it counts its sockets.
//!
//! ```
//! use llm_api_router::mock_server::MockServer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let server = MockServer::bind("127.0.0.1:0").await?;
//! // Give this to the program under test, as the base URL of its OpenAI client.
//! assert!(server.base_url().ends_with("/v1"));
//!
//! assert_eq!(server.stats().requests, 0);
//! # Ok(())
//! # }
//! ```
//!
//! It answers `POST /v1/chat/completions` (whole or with `"stream": true`), `POST /v1/embeddings` and `GET /v1/models`. The text depends on
//! nothing but `model` and `messages`: the same request gets the same text, whole or streamed, wherever it comes from.
//! It begins with what the user said last, has 40 to 120 words, one per event, some of them not ASCII;
//! `max_tokens` bounds the number of words. A vector depends on `model` and its text alone; it has 16 numbers, or as many
//! as `dimensions` says, and the length 1. Any key is accepted.
//!
//! The command line has the same server: `llm-api-router mock --port 8080`.
//!
//! # Scenarios
//!
//! Put `/_scenario/NAME` before the path and the server misbehaves. The base URL is all that changes
//! ([`MockServer::scenario_url`]).
//!
//! | name | what comes |
//! |---|---|
//! | `html` | status 200 and a page of HTML |
//! | `empty` | status 200 without a body |
//! | `malformed` | JSON that breaks off; streamed: one event of that kind in the middle |
//! | `status-NNN` | an error in OpenAI's shape with that status (400 to 599); with 429 also `retry-after: 1` |
//! | `truncated` | half of the answer, and then a clean end |
//! | `cut` | half of the answer, and then the socket closes in the middle of an event |
//! | `error-in-stream` | half of the text, then an event with an `error`; not streamed: that error with status 200 |
//! | `stall-head` | nothing, ever |
//! | `stall-body` | the head and a part of the answer, then silence |
//! | `endless` | an event every 10 ms for 60 s; not streamed: white space for 60 s, then the answer |
//! | `comments` | a comment, as some servers send to keep a connection alive, before every event |
//! | `slow` | 50 ms before every word; not streamed: the answer in ten pieces, 50 ms apart |
//! | `crlf` | lines that end with CR LF |
//! | `bytes` | the body in pieces of one to seven bytes |
//! | `close` | the answer, and then the socket closes (`connection: close`) |
//! | `auth` | status 401 without `authorization: Bearer …`, else the answer |
//! | `echo-headers` | a text that is the request's headers as a JSON object |
//! | `events-N` | N words, as fast as the client takes them (N up to 1000000) |
//!
//! # Counters
//!
//! [`MockServer::stats`], or `GET /_stats` over HTTP, tells how many sockets were opened and how many at once. A socket
//! whose first request is for a path under `/_` (except `/_scenario`) is not counted and closes after the answer, so
//! that looking does not change what is seen.
//!
//! # Scripts
//!
//! [`MockServer::scripted`] is a server that does, request by request, what a [`Script`] says. Over HTTP,
//! `POST /_scripts` with a script as JSON raises one and answers `{"url": "http://127.0.0.1:PORT"}`; there,
//! `GET /_requests` tells what became of each request. `POST /_black_hole` answers with the URL of an address where
//! connections are neither accepted nor refused. Both live as long as the server that was asked.
//!
//! Everything is answered with CORS headers, for tests in browsers.

mod accept;
mod answer;
mod body;
mod chat;
mod control;
mod cors;
mod counters;
mod embeddings;
mod failure;
mod peek;
mod reply;
mod scenario;
mod script;
mod scripted;
mod shared;
mod socket;
mod sockets;
mod text;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use scripted::Script;
pub use sockets::Stats;

use shared::Shared;

/// A running server. It stops, and its sockets close, when this is dropped.
#[derive(Debug)]
pub struct MockServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    // The accept loop ends when this is dropped.
    _alive: oneshot::Sender<()>,
}

impl MockServer {
    /// Binds to the address and starts to serve, in tasks of the current tokio runtime (which needs its I/O and time
    /// drivers). Port 0 takes a free port.
    ///
    /// # Errors
    ///
    /// What the operating system says: most often that the port is taken.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Self::serve(listener, Shared::default())
    }

    /// A server on a free port of this machine that does what a script says, whatever is asked.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn scripted(script: Script) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Self::serve(TcpListener::from_std(listener)?, Shared::scripted(script))
    }

    fn serve(listener: TcpListener, shared: Shared) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(shared);
        let (alive, gone) = oneshot::channel();
        let serving = tokio::spawn(accept::accept(listener, shared.clone(), gone));
        Ok(Self {
            address,
            shared,
            serving,
            _alive: alive,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The base URL for OpenAI clients: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// The base URL of a [scenario](self#scenarios): `http://127.0.0.1:PORT/_scenario/NAME/v1`. A name that does not
    /// exist is answered with status 404 and the list of names.
    ///
    /// ```
    /// # use llm_api_router::mock_server::MockServer;
    /// use llm_api_router::{ChatRequest, Client, ErrorKind, Message, ProviderConfig};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::bind("127.0.0.1:0").await?;
    /// let config = ProviderConfig::new("openai-compatible", "").base_url(server.scenario_url("truncated"));
    /// let request = ChatRequest::new([Message::user("Hello!")]).model("m");
    /// let stream = Client::new(config)?.chat().completions().stream(request).await?;
    /// assert_eq!(stream.text().await.unwrap_err().kind(), ErrorKind::Stream);
    /// assert_eq!((server.stats().requests, server.stats().total), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn scenario_url(&self, name: &str) -> String {
        format!("{}/_scenario/{name}/v1", self.url())
    }

    /// The counters, now.
    pub fn stats(&self) -> Stats {
        self.shared.counters.stats()
    }

    /// Sets `total`, `requests` and `aborted` to zero, and `most_open` to `open`.
    pub fn reset_stats(&self) {
        self.shared.counters.reset();
    }

    /// Waits until the counters fulfil a condition, and returns them as they are then. It waits for ever if they never
    /// do: put a time limit around it.
    ///
    /// ```
    /// # use llm_api_router::mock_server::MockServer;
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = MockServer::bind("127.0.0.1:0").await?;
    /// let all_closed = server.wait_until(|stats| stats.open == 0);
    /// tokio::time::timeout(Duration::from_secs(5), all_closed).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_until(&self, condition: impl FnMut(&Stats) -> bool) -> Stats {
        self.shared.counters.wait_until(condition).await
    }

    /// Stops, and returns when the port is free and every socket is closed. Dropping the server stops it too, without
    /// waiting.
    pub async fn shut_down(self) {
        drop(self._alive);
        // The task ends by itself; it can fail only if the runtime is going down, and then all is closed as well.
        let _ = self.serving.await;
    }
}
