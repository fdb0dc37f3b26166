//! Sockets that are opened ahead of use.

use llm_api_router::{ErrorKind, TimeoutConfig, TimeoutKind};

use crate::torture::{Torture, black_hole};
use crate::*;

#[tokio::test]
async fn warm_opens_sockets_and_sends_nothing_and_the_first_requests_use_them() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(10, 10));
    assert_eq!(client.warm(3).await.unwrap(), 3);
    let mut opened = [server.accept().await, server.accept().await, server.accept().await];
    for socket in &mut opened {
        assert!(
            socket.stays_open_for(ms(30)).await,
            "nothing is sent on socket {}",
            socket.id()
        );
    }
    // The one that was left idle last comes first.
    let asked = asking(&client);
    let [one, two, three] = &mut opened;
    tokio::select! {
        () = answer_next(one) => {}
        () = answer_next(two) => {}
        () = answer_next(three) => {}
    }
    asked.await.unwrap().unwrap();
    let (stats, pool) = (server.stats(), client.pool_stats());
    assert_eq!(
        (stats.total, stats.requests, pool.in_use, pool.sockets.unwrap().idle),
        (3, 1, 0, 3)
    );
}

#[tokio::test]
async fn warm_stays_within_the_limits_and_counts_what_is_idle_already() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(5, 4));
    let (_stream, _busy) = open_stream(&server, &client).await;
    let _idle = idle_socket(&server, &client).await;
    assert_eq!(client.warm(1).await.unwrap(), 0);
    assert_eq!(client.warm(100).await.unwrap(), 3);
    let _opened = [server.accept().await, server.accept().await, server.accept().await];
    let stats = server.stats();
    assert_eq!((stats.open, stats.most), (5, 5));
    assert_eq!(client.warm(100).await.unwrap(), 0);
}

#[tokio::test]
async fn warm_says_why_when_nothing_could_be_opened() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = with_sockets(format!("http://{free}/v1"), sockets(2, 2))
        .warm(2)
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Network, Some("ECONNREFUSED")));
    let hole = black_hole().await;
    let client = client(
        format!("http://{}/v1", hole.address),
        sockets(2, 2),
        TimeoutConfig::default().connect(0.2),
    );
    let error = client.warm(2).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Connect));
    assert_eq!(client.pool_stats().in_use, 0);
}
