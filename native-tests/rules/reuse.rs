//! Which sockets are used again, and which never.

use std::time::Instant;

use llm_api_router::{ConnectionPoolConfig, ErrorKind, TimeoutConfig, TimeoutKind};

use crate::torture::{END, Torture, answer_all, chunk, completion, done, event, whole};
use crate::*;

/// Rule 7.
#[tokio::test]
async fn a_socket_that_the_server_closed_while_idle_is_never_used() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    idle_socket(&server, &client).await.close();
    idle_socket(&server, &client).await.reset();
    idle_socket(&server, &client).await;
    assert_eq!(server.stats().total, 3);
}

/// Rule 7: without a pause between the end of the answer and the close, too.
#[tokio::test]
async fn a_socket_that_is_closed_right_after_the_answer_is_never_used() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    for _ in 0..5 {
        let asked = asking(&client);
        let mut socket = server.accept().await;
        answer_next(&mut socket).await;
        socket.close();
        asked.await.unwrap().unwrap();
    }
}

/// Rule 7.
#[tokio::test]
async fn bytes_that_nobody_asked_for_never_reach_a_request() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    let timeout = whole("408 Request Timeout", "connection: close\r\n", "{}");
    for stray in ["x", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong", &timeout] {
        let mut socket = idle_socket(&server, &client).await;
        socket.write(stray).await;
        let mut fresh = idle_socket(&server, &client).await;
        assert_eq!(socket.closed().await, b"", "nothing was sent after {stray:?}");
        reuse(&mut fresh, &client).await;
        fresh.close();
    }
}

/// Rule 7: bytes that follow an answer at once.
#[tokio::test]
async fn bytes_behind_an_answer_never_reach_the_next_request() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(ok("hi") + &ok("wrong")).await;
    assert_eq!(asked.await.unwrap().unwrap().content(), Some("hi"));
    idle_socket(&server, &client).await;
    assert_eq!(socket.closed().await, b"");
}

/// Rule 7.
#[tokio::test]
async fn the_servers_keep_alive_timeout_shortens_the_expiry() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    let from = Instant::now();
    socket
        .write(whole("200 OK", "Keep-Alive: timeout=1, max=100\r\n", &completion("hi")))
        .await;
    asked.await.unwrap().unwrap();
    assert_eq!(socket.closed().await, b"");
    assert_took(from.elapsed(), ms(1000), ms(1250));
}

/// A server that says `Connection: close` needs no waiting for its connection to come back.
#[tokio::test]
async fn an_answer_with_connection_close_costs_the_next_request_no_delay() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), ConnectionPoolConfig::default());
    for _ in 0..3 {
        let asked = asking(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        socket
            .write(whole("200 OK", "connection: close\r\n", &completion("hi")))
            .await;
        socket.close();
        asked.await.unwrap().unwrap();
        assert_eq!(
            client.pool_stats().sockets.unwrap().idle,
            0,
            "nothing is kept that would be waited for"
        );
    }
    assert_eq!(server.stats().total, 3);
}

/// Rule 9.
#[tokio::test]
async fn an_answer_that_is_dropped_half_read_closes_its_socket() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let (mut stream, mut socket) = open_stream(&server, &client).await;
    assert_eq!(next_text(&mut stream).await, "a");
    drop(stream);
    assert_eq!(
        (client.pool_stats().in_use, client.pool_stats().sockets.unwrap().idle),
        (0, 0)
    );
    socket.closed().await;
    idle_socket(&server, &client).await;
    assert_eq!(server.stats().most, 1);
}

/// Rule 9.
#[tokio::test]
async fn an_answer_that_is_dropped_unread_closes_its_socket() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let (stream, mut socket) = open_stream(&server, &client).await;
    drop(stream);
    socket.closed().await;
}

/// Rule 9.
#[tokio::test]
async fn a_body_that_is_fully_received_when_it_is_dropped_leaves_its_socket_in_the_pool() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let begun = streaming(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    let body = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    socket.write(head + body).await;
    drop(begun.await.unwrap().unwrap());
    reuse(&mut socket, &client).await;
    assert_eq!(server.stats().total, 1);
}

/// A stream's end is read behind its terminal event, so that its socket serves the next one.
#[tokio::test]
async fn streams_that_end_use_the_same_socket_one_after_the_other() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(4, 4));
    let (stream, mut socket) = open_stream(&server, &client).await;
    socket.write(done() + END).await;
    assert_eq!(read_to_end(stream).await.unwrap(), "a");
    for _ in 0..3 {
        let begun = streaming(&client);
        socket.request().await;
        socket.write(STREAM.to_owned() + &event("b") + &done() + END).await;
        assert_eq!(read_to_end(begun.await.unwrap().unwrap()).await.unwrap(), "b");
    }
    assert_eq!(server.stats().total, 1);
}

/// The end of the body may come after the terminal event; the socket is kept all the same.
#[tokio::test]
async fn a_stream_whose_body_ends_late_keeps_its_socket() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let (stream, mut socket) = open_stream(&server, &client).await;
    socket.write(done()).await;
    assert_eq!(read_to_end(stream).await.unwrap(), "a");
    let asked = asking(&client);
    assert!(socket.stays_open_for(ms(50)).await);
    socket.write(END).await;
    answer_next(&mut socket).await;
    asked.await.unwrap().unwrap();
    assert_eq!(server.stats().total, 1);
}

/// Rule 16.
#[tokio::test]
async fn a_socket_that_timed_out_is_never_used_again() {
    let server = Torture::start().await;
    let client = client(server.url(), sockets(1, 1), TimeoutConfig::default().read(0.15));
    // Before the head, and in the middle of the body.
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    assert_eq!(
        asked.await.unwrap().unwrap_err().kind(),
        ErrorKind::Timeout(TimeoutKind::Read)
    );
    socket.write(ok("late")).await;
    socket.closed().await;
    let (stream, mut socket) = open_stream(&server, &client).await;
    assert_eq!(
        read_to_end(stream).await.unwrap_err().kind(),
        ErrorKind::Timeout(TimeoutKind::Read)
    );
    socket.write(event("late")).await;
    socket.closed().await;
    idle_socket(&server, &client).await;
    let stats = server.stats();
    assert_eq!((stats.total, stats.most), (3, 1));
}

/// An answer that comes while the request is still being sent ends the socket: the rest would be read as a request.
#[tokio::test]
async fn a_socket_whose_upload_was_cut_short_by_the_answer_is_never_used_again() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.chat().completions().create(long_question(50_000_000)).await })
    };
    let mut socket = server.accept().await;
    socket.request_head().await.unwrap();
    socket
        .write(whole(
            "413 Payload Too Large",
            "",
            "{\"error\":{\"message\":\"too large\"}}",
        ))
        .await;
    let error = asking.await.unwrap().unwrap_err();
    assert_eq!(error.status(), Some(413), "{error}");
    socket.closed().await;
    idle_socket(&server, &client).await;
    assert_eq!(server.stats().total, 2);
}

/// Bodies in chunks are read to their end, too.
#[tokio::test]
async fn an_answer_in_chunks_leaves_its_socket_in_the_pool() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    let json = completion("hi");
    let (one, two) = json.split_at(20);
    socket
        .write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    socket.write(chunk(one) + &chunk(two)).await;
    socket.write(END).await;
    asked.await.unwrap().unwrap();
    reuse(&mut socket, &client).await;
    assert_eq!(server.stats().total, 1);
}

/// Sockets end with the runtime that drives them; the client does not.
#[test]
fn a_client_survives_its_runtime() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let serving = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = serving.block_on(Torture::serve(|socket| answer_all(socket, ms(0))));
    let pool = ConnectionPoolConfig {
        keepalive_expiry: ms(300),
        ..sockets(1, 1)
    };
    let client = with_sockets(server.url(), pool);
    runtime().block_on(ask(&client)).unwrap();
    let second = runtime();
    second.block_on(ask(&client)).unwrap();
    assert_eq!((server.stats().total, server.stats().open), (2, 1));
    // Expiry works in the second runtime, too.
    second.block_on(async { assert_took(server.until(|stats| stats.open == 0).await, ms(200), ms(550)) });
}
