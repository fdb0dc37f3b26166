//! Accepts sockets, counts them, and gives each to hyper.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::answer::answer;
use super::body::Resets;
use super::counters::Accepted;
use super::peek;
use super::shared::Shared;
use super::socket::Socket;

/// How long a new socket may keep silent before it counts.
const PATIENCE: Duration = Duration::from_millis(20);

/// Serves until the other end of `gone` is dropped, then closes the port and every socket.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>, mut gone: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut gone => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, shared.counters.accepted(), shared.clone()));
                }
                // Out of file descriptors, or the client is gone already: accepting goes on, without spinning.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, accepted: Accepted, shared: Arc<Shared>) {
    // Without it the kernel holds small events back to send them together.
    let _ = stream.set_nodelay(true);
    let control = is_control(&stream, &accepted).await;
    // Lives longer than the connection below: a socket is open until it is really closed.
    let _open = accepted.decide(control);
    let resets = Resets::default();
    let service = service_fn(|request| answer(request, shared.clone(), resets.clone(), control));
    let socket = Socket {
        stream,
        resets: resets.clone(),
    };
    // Errors here are clients that went away and scenarios that cut the line: both are intended.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

async fn is_control(stream: &TcpStream, accepted: &Accepted) -> bool {
    let mut first_request = pin!(peek::is_control(stream));
    if let Ok(control) = tokio::time::timeout(PATIENCE, &mut first_request).await {
        return control;
    }
    accepted.keeps_silent();
    first_request.await
}
