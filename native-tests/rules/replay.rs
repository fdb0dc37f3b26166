//! When a request is sent again without a word, and when it must not be.

use llm_api_router::{ConnectionPoolConfig, ErrorKind, Phase, Replay};

use crate::torture::{Torture, event};
use crate::*;

/// Rule 19.
#[tokio::test]
async fn a_dead_socket_that_has_sent_nothing_is_replaced_once_without_a_word() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    for _ in 0..20 {
        // Closed or reset while the next request is already on its way to it.
        let socket = idle_socket(&server, &client).await;
        socket.reset();
        let mut fresh = idle_socket(&server, &client).await;
        reuse(&mut fresh, &client).await;
        fresh.close();
    }
    let stats = server.stats();
    assert_eq!((stats.total, stats.requests), (40, 60));
}

/// Rule 19: when the replacement fails as well, the error says that nothing was sent.
#[tokio::test]
async fn a_replacement_that_fails_is_not_replaced_again() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    let socket = idle_socket(&server, &client).await;
    drop(server);
    socket.close();
    let error = ask(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Network, Some("ECONNREFUSED")),
        "{error}"
    );
    assert_eq!(
        (error.replay(), error.phase()),
        (Replay::NeverSent, Some(Phase::Connect))
    );
}

/// Rule 20.
#[tokio::test]
async fn a_request_that_was_sent_and_met_the_end_is_not_sent_again() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    // On a fresh socket, and on one that has served before.
    for served in [false, true] {
        let (asked, mut socket) = if served {
            let socket = idle_socket(&server, &client).await;
            (asking(&client), socket)
        } else {
            (asking(&client), server.accept().await)
        };
        let request = socket.request().await;
        socket.close();
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.replay()),
            (ErrorKind::Network, Replay::MaybeProcessed),
            "{error}"
        );
        assert_eq!(error.bytes_sent(), request.body.len() as u64);
        assert_eq!(error.attempts(), 1);
        assert!(
            server.is_left_alone_for(ms(100)).await,
            "the request was not sent again"
        );
    }
}

/// Rule 20.
#[tokio::test]
async fn a_request_that_was_sent_and_met_a_reset_is_not_sent_again() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.reset();
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Network, Some("ECONNRESET")),
        "{error}"
    );
    assert_eq!(error.replay(), Replay::MaybeProcessed);
    assert!(
        server.is_left_alone_for(ms(100)).await,
        "the request was not sent again"
    );
}

/// An answer that breaks off is known to have been begun.
#[tokio::test]
async fn an_answer_that_breaks_off_says_that_the_request_was_processed() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    let (stream, socket) = open_stream(&server, &client).await;
    socket.write(&event("b")[..20]).await;
    socket.close();
    let error = read_to_end(stream).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.replay()),
        (ErrorKind::Network, Replay::Processed),
        "{error}"
    );
    assert_eq!(client.pool_stats().in_use, 0);
}
