//! The figures of `pool_stats()` against what the server has seen.

use llm_api_router::{ConnectionPoolConfig, SocketStats, TimeoutConfig};

use crate::torture::{Torture, completion, whole};
use crate::*;

fn figures(client: &Client) -> SocketStats {
    client.pool_stats().sockets.expect("a native client knows its sockets")
}

#[tokio::test]
async fn a_dial_an_idle_socket_and_its_reuse_are_counted() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(4, 4));
    assert_eq!(figures(&client), SocketStats::default());
    let mut socket = idle_socket(&server, &client).await;
    let now = figures(&client);
    assert_eq!(
        (now.idle, now.dialling, now.opened, now.reused, now.closed.total()),
        (1, 0, 1, 0, 0)
    );
    let asked = asking(&client);
    socket.request().await;
    assert_eq!((figures(&client).idle, client.pool_stats().in_use), (0, 1));
    socket.write(ok("hi")).await;
    asked.await.unwrap().unwrap();
    let now = figures(&client);
    assert_eq!((now.idle, now.opened, now.reused), (1, 1, 1));
}

#[tokio::test]
async fn a_dial_in_progress_is_counted_until_it_is_given_up() {
    let server = Torture::start().await;
    let client = with_sockets(server.url().replace("http://", "https://"), sockets(4, 4));
    let asked = asking(&client);
    let mut socket = server.accept().await;
    assert_eq!((figures(&client).dialling, figures(&client).opened), (1, 0));
    asked.abort();
    socket.closed().await;
    assert_eq!((figures(&client).dialling, figures(&client).opened), (0, 0));
}

#[tokio::test]
async fn every_closed_socket_is_counted_under_its_reason() {
    let server = Torture::start().await;
    let pool = ConnectionPoolConfig {
        keepalive_expiry: ms(200),
        ..sockets(4, 1)
    };
    let client = client(server.url(), pool, TimeoutConfig::default().read(0.2));
    // Expiry.
    idle_socket(&server, &client).await.closed().await;
    assert_eq!(figures(&client).closed.expiry, 1);
    // Surplus: two become idle where one may.
    let both = (asking(&client), asking(&client));
    let (mut one, mut two) = (server.accept().await, server.accept().await);
    answer_next(&mut one).await;
    answer_next(&mut two).await;
    both.0.await.unwrap().unwrap();
    both.1.await.unwrap().unwrap();
    assert_eq!(figures(&client).closed.surplus, 1);
    two.closed().await;
    assert_eq!(figures(&client).closed.expiry, 2);
    // Server: it says so; or it does so, which shows when the socket is wanted.
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket
        .write(whole("200 OK", "connection: close\r\n", &completion("hi")))
        .await;
    asked.await.unwrap().unwrap();
    assert_eq!(figures(&client).closed.server, 1);
    idle_socket(&server, &client).await.close();
    let mut socket = idle_socket(&server, &client).await;
    assert_eq!(figures(&client).closed.server, 2);
    // Error: the answer breaks off.
    let asked = asking(&client);
    socket.request().await;
    socket.close();
    asked.await.unwrap().unwrap_err();
    assert_eq!(figures(&client).closed.error, 1);
    // Cancelled: by the caller, and by a limit.
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    asked.abort();
    socket.closed().await;
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    asked.await.unwrap().unwrap_err();
    let now = figures(&client);
    assert_eq!((now.closed.error, now.closed.cancelled), (1, 2), "{now:?}");
    assert_eq!(
        (now.opened, now.closed.total(), now.idle),
        (server.stats().total as u64, now.opened, 0),
        "{now:?}"
    );
}
