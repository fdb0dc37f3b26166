//! hyper by hand, over connections that reqwest opened: what a request costs without reqwest around it, and without a
//! task of its own for every connection. No client like the others, but the room that there is below reqwest.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use native_bench::openai::{Lines, Request, text};
use native_bench::{Contestant, KEY, Options, Outcome};
use tower_layer::Layer;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone)]
struct Bare {
    idle: Arc<Mutex<Vec<Connection>>>,
    url: String,
    host: String,
    path: String,
}

/// A connection, driven by whoever uses it.
struct Connection {
    requests: SendRequest<Full<Bytes>>,
    work: Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>,
}

impl Connection {
    fn poll_frame(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        let _ = self.work.as_mut().poll(context);
        Pin::new(body).poll_frame(context)
    }
}

/// Where a dial leaves its connection.
#[derive(Clone, Default)]
struct Caught(Arc<Mutex<Option<Connection>>>);

/// Takes the connection from reqwest's connector, so that reqwest itself has none.
#[derive(Clone)]
struct Catch<S> {
    inner: S,
    caught: Caught,
}

impl<S> Layer<S> for Caught {
    type Service = Catch<S>;

    fn layer(&self, inner: S) -> Catch<S> {
        Catch {
            inner,
            caught: self.clone(),
        }
    }
}

impl<S, R> Service<R> for Catch<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Response: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let dial = self.inner.call(target);
        let caught = self.caught.clone();
        Box::pin(async move {
            let (requests, work) = http1::handshake(dial.await?).await?;
            let work = Box::pin(work);
            *caught.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Connection { requests, work });
            Err("the connection is taken".into())
        })
    }
}

impl Bare {
    async fn connection(&self) -> Outcome<Connection> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        let caught = Caught::default();
        let builder = reqwest::Client::builder().pool_max_idle_per_host(0);
        let client = builder.connector_layer(caught.clone()).build()?;
        let outcome = client.get(&self.url).send().await;
        let connection = caught.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (connection, outcome) {
            (Some(connection), _) => Ok(connection),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(_)) => Err("reqwest has not dialled".into()),
        }
    }

    async fn send(&self, stream: bool) -> Outcome<(Connection, Incoming)> {
        let body = Request::new(stream);
        let request = http::Request::post(self.path.as_str())
            .header("host", self.host.as_str())
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {KEY}"))
            .header("accept", body.accept())
            .header("accept-encoding", "gzip, br")
            .body(Full::new(Bytes::from(serde_json::to_vec(&body)?)))?;
        let mut connection = self.connection().await?;
        // Lets it see what the server has done meanwhile, and be ready.
        let ended = poll_fn(|context| Poll::Ready(connection.work.as_mut().poll(context).is_ready()));
        if ended.await {
            return Err("the connection was closed".into());
        }
        let mut answer = Box::pin(connection.requests.send_request(request));
        let work = &mut connection.work;
        let response = poll_fn(|context| {
            let _ = work.as_mut().poll(context);
            answer.as_mut().poll(context)
        });
        let response = response.await?;
        if !response.status().is_success() {
            return Err(format!("HTTP {}", response.status()).into());
        }
        drop(answer);
        Ok((connection, response.into_body()))
    }

    fn keep(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }
}

impl Contestant for Bare {
    fn new(options: &Options) -> Outcome<Self> {
        let rest = options
            .base_url
            .strip_prefix("http://")
            .ok_or("the address is not http://")?;
        let (host, path) = rest.split_once('/').ok_or("the address has no path")?;
        Ok(Self {
            idle: Arc::default(),
            url: format!("{}/chat/completions", options.base_url),
            host: host.to_owned(),
            path: format!("/{path}/chat/completions"),
        })
    }

    async fn ask(&self) -> Outcome<String> {
        let (mut connection, mut body) = self.send(false).await?;
        let mut all = Vec::new();
        while let Some(frame) = poll_fn(|context| connection.poll_frame(&mut body, context)).await {
            if let Ok(bytes) = frame?.into_data() {
                all.extend_from_slice(&bytes);
            }
        }
        self.keep(connection);
        text(&all)
    }

    async fn stream(&self, mut on_chunk: impl FnMut(&str) + Send) -> Outcome {
        let (mut connection, mut body) = self.send(true).await?;
        let mut lines = Lines::default();
        while let Some(frame) = poll_fn(|context| connection.poll_frame(&mut body, context)).await {
            if let Ok(bytes) = frame?.into_data() {
                lines.feed(&bytes, &mut on_chunk)?;
            }
        }
        self.keep(connection);
        lines.end()
    }
}

fn main() -> Outcome {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a provider of cryptography is installed already")?;
    native_bench::main::<Bare>()
}
