//! The end of the server: port and sockets are closed.

use llm_api_router::mock_server::MockServer;
use tokio::net::TcpStream;

use super::wire::Socket;
use super::{CHAT, request, server, within};

#[tokio::test]
async fn dropping_it_closes_everything() {
    let server = server().await;
    let address = server.address();
    within(async {
        let mut idle = Socket::connect(&server).await;
        idle.ask("GET", "/v1/models", "").await;
        let mut stalled = Socket::connect(&server).await;
        stalled
            .send(
                "POST",
                &format!("/_scenario/stall-head{CHAT}"),
                "",
                &request().to_string(),
            )
            .await;
        server.wait_until(|stats| stats.in_flight == 1).await;
        let mut silent = Socket::connect(&server).await;
        server.wait_until(|stats| stats.open == 3).await;

        drop(server);
        assert!(idle.closed().await && stalled.closed().await && silent.closed().await);
        assert!(TcpStream::connect(address).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn shut_down_frees_the_port() {
    let server = server().await;
    let address = server.address();
    within(async {
        let mut idle = Socket::connect(&server).await;
        idle.ask("GET", "/v1/models", "").await;
        server.shut_down().await;
        let again = MockServer::bind(address).await.expect("the port is free again");
        assert_eq!(again.address(), address);
        assert_eq!(again.stats().total, 0);
    })
    .await;
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let server = server().await;
    let error = MockServer::bind(server.address()).await.expect_err("the port is taken");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn urls_name_the_address() {
    let server = server().await;
    let port = server.address().port();
    assert_eq!(server.url(), format!("http://127.0.0.1:{port}"));
    assert_eq!(server.base_url(), format!("http://127.0.0.1:{port}/v1"));
    assert_eq!(
        server.scenario_url("cut"),
        format!("http://127.0.0.1:{port}/_scenario/cut/v1")
    );
}
