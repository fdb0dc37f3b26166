//! What `metrics()` counts and what `diagnose()` finds, each provoked at a server.

use std::collections::BTreeMap;

use llm_api_router::{ConnectionPoolConfig, Finding, ModelMetrics, Severity, TimeoutConfig};

use crate::torture::{END, Torture, answer_all, black_hole, done, event, whole};
use crate::*;

fn ids(client: &Client) -> Vec<&'static str> {
    client.diagnose().iter().map(|finding| finding.id).collect()
}

/// The only finding.
fn found(client: &Client) -> Finding {
    let mut findings = client.diagnose();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

fn only(client: &Client) -> ModelMetrics {
    let mut models = client.metrics().models;
    assert_eq!(models.len(), 1);
    models.remove(0)
}

fn expiring(pool: ConnectionPoolConfig, expiry: u64) -> ConnectionPoolConfig {
    ConnectionPoolConfig {
        keepalive_expiry: ms(expiry),
        ..pool
    }
}

#[tokio::test]
async fn each_way_that_a_call_can_end_is_counted_apart() {
    let server = Torture::start().await;
    let client = with_timeouts(server.url(), TimeoutConfig::default().read(0.2));
    let mut socket = idle_socket(&server, &client).await;
    reuse(&mut socket, &client).await;
    let asked = asking(&client);
    socket.request().await;
    socket.write(whole("429 Too Many Requests", "", "{}")).await;
    asked.await.unwrap().unwrap_err();
    // Nobody answers this one.
    let asked = asking(&client);
    socket.request().await;
    asked.await.unwrap().unwrap_err();
    let (stream, _socket) = open_stream(&server, &client).await;
    drop(stream);
    let model = only(&client);
    let expected = [("rate_limit", 1), ("read_timeout", 1)];
    assert_eq!((model.requests, model.successes, model.cancellations), (5, 2, 1));
    assert_eq!(model.errors, BTreeMap::from(expected));
    assert_eq!((model.prompt_tokens, model.completion_tokens), (2, 2));
    assert_eq!((model.latency.count, model.pool_wait.count), (2, 5));
    // Two of the five have opened a socket.
    assert_eq!(model.connect.count, 2);
    assert!(model.connect.sum > Duration::ZERO);
}

#[tokio::test]
async fn a_streams_times_are_counted() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(4, 4));
    let (mut stream, socket) = open_stream(&server, &client).await;
    next_text(&mut stream).await;
    let reading = tokio::spawn(read_to_end(stream));
    for _ in 0..2 {
        tokio::time::sleep(ms(60)).await;
        socket.write(event("b")).await;
    }
    socket.write(done() + END).await;
    reading.await.unwrap().unwrap();
    let model = only(&client);
    assert_eq!((model.first_token.count, model.between_tokens.count), (1, 2));
    assert_took(model.between_tokens.sum, ms(115), ms(5000));
    assert!(model.latency.sum >= model.first_token.sum + model.between_tokens.sum);
    assert_eq!((model.successes, model.cancellations), (1, 0));
    assert_eq!(ids(&client), [""; 0]);
}

#[tokio::test]
async fn a_healthy_client_has_no_findings() {
    let server = Torture::serve(|socket| answer_all(socket, ms(2))).await;
    let client = with_sockets(server.url(), sockets(16, 16));
    for _ in 0..10 {
        for answer in ask_together(&client, 16).await {
            answer.unwrap();
        }
    }
    assert_eq!(client.diagnose(), []);
    assert_eq!(only(&client).successes, 160);
}

#[tokio::test]
async fn an_exhausted_pool_is_found_with_the_places_that_would_have_done() {
    let server = Torture::start().await;
    let client = client(server.url(), sockets(1, 1), TimeoutConfig::default().pool(0.1));
    let (stream, _socket) = open_stream(&server, &client).await;
    for answer in ask_together(&client, 3).await {
        answer.unwrap_err();
    }
    drop(stream);
    let finding = found(&client);
    assert_eq!((finding.id, finding.severity), ("pool_exhausted", Severity::Critical));
    assert_eq!(finding.setting, "connection_pool_config.max_connections");
    assert_eq!((finding.current, finding.suggested), (1.0, 4.0));
    assert_eq!(
        (finding.evidence["pool_timeouts"], finding.evidence["peak"]),
        (3.0, 4.0)
    );
}

#[tokio::test]
async fn surplus_sockets_that_are_opened_again_are_found() {
    let server = Torture::serve(|socket| answer_all(socket, ms(30))).await;
    let client = with_sockets(server.url(), sockets(8, 1));
    for _ in 0..3 {
        for answer in ask_together(&client, 5).await {
            answer.unwrap();
        }
    }
    let finding = found(&client);
    assert_eq!(finding.id, "keepalive_surplus_churn");
    assert_eq!(finding.setting, "connection_pool_config.max_keepalive_connections");
    assert_eq!((finding.current, finding.suggested), (1.0, 5.0));
    assert_eq!(finding.evidence["reopened"], 8.0);
}

#[tokio::test]
async fn expired_sockets_that_are_opened_again_are_found() {
    let server = Torture::serve(|socket| answer_all(socket, Duration::ZERO)).await;
    let client = with_sockets(server.url(), expiring(sockets(4, 4), 20));
    for _ in 0..4 {
        ask(&client).await.unwrap();
        server.until(|stats| stats.open == 0).await;
    }
    let finding = found(&client);
    assert_eq!(finding.id, "keepalive_expiry_churn");
    assert_eq!(finding.setting, "connection_pool_config.keepalive_expiry");
    assert_eq!((finding.current, finding.suggested), (0.02, 30.0));
    assert_eq!(finding.evidence["reopened"], 3.0);
}

#[tokio::test]
async fn sockets_that_the_server_closes_first_are_found_with_their_age() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(4, 4));
    for _ in 0..4 {
        let socket = idle_socket(&server, &client).await;
        tokio::time::sleep(ms(50)).await;
        socket.close();
        // The runtime is to see the end before the next request does.
        tokio::time::sleep(ms(50)).await;
    }
    let finding = found(&client);
    assert_eq!(finding.id, "stale_sockets");
    assert_eq!(finding.setting, "connection_pool_config.keepalive_expiry");
    assert_eq!((finding.evidence["stale"], finding.current), (3.0, 300.0));
    let age = finding.evidence["stale_after"];
    assert!((0.1..5.0).contains(&age), "{age}");
    assert!((finding.suggested - age * 0.8).abs() < 0.002, "{finding:?}");
}

#[tokio::test]
async fn limits_that_run_out_are_found() {
    let hole = black_hole().await;
    let connecting = with_timeouts(
        format!("http://{}/v1", hole.address),
        TimeoutConfig::default().connect(0.1),
    );
    ask(&connecting).await.unwrap_err();
    let finding = found(&connecting);
    assert_eq!(
        (finding.id, finding.severity),
        ("connect_timeout_tight", Severity::Critical)
    );
    assert_eq!((finding.setting, finding.suggested), ("timeout_config.connect", 0.2));

    let server = Torture::start().await;
    let reading = with_timeouts(server.url(), TimeoutConfig::default().read(0.1));
    ask(&reading).await.unwrap_err();
    assert_eq!(
        (found(&reading).id, found(&reading).suggested),
        ("read_timeout_tight", 0.2)
    );
    server.accept().await;

    let idle = with_timeouts(server.url(), TimeoutConfig::default().idle(0.1));
    let (stream, _socket) = open_stream(&server, &idle).await;
    read_to_end(stream).await.unwrap_err();
    assert_eq!((found(&idle).id, found(&idle).suggested), ("idle_timeout_tight", 0.2));

    let first = with_timeouts(server.url(), TimeoutConfig::default().first_token(0.1));
    crate::stream(&first).await.unwrap_err();
    assert_eq!(found(&first).id, "first_token_timeout_tight");
    server.accept().await;

    let total = with_timeouts(server.url(), TimeoutConfig::default().total(0.1));
    ask(&total).await.unwrap_err();
    assert_eq!(found(&total).id, "total_timeout_tight");
    server.accept().await;

    let writing = with_timeouts(server.url(), TimeoutConfig::default().write(0.2));
    let question = long_question(20 << 20);
    writing.chat().completions().create(question).await.unwrap_err();
    assert_eq!(
        (found(&writing).id, found(&writing).suggested),
        ("write_timeout_tight", 0.4)
    );
}

#[tokio::test]
async fn a_limit_that_is_nearly_reached_is_found_although_nothing_failed() {
    let server = Torture::serve(|socket| answer_all(socket, ms(450))).await;
    let client = with_timeouts(server.url(), TimeoutConfig::default().read(0.5));
    if ask(&client).await.is_err() {
        // The machine was too busy to be in time: the finding is the same, only worse.
        assert_eq!(found(&client).severity, Severity::Critical);
        return;
    }
    let finding = found(&client);
    assert_eq!(
        (finding.id, finding.severity),
        ("read_timeout_tight", Severity::Warning)
    );
    assert_eq!(
        (finding.evidence["near_limit"], finding.evidence["timeouts"]),
        (1.0, 0.0)
    );
}

#[tokio::test]
async fn consumers_that_let_chunks_wait_are_found() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(4, 4));
    for _ in 0..3 {
        let (mut stream, socket) = open_stream(&server, &client).await;
        next_text(&mut stream).await;
        socket.write(event("b") + &done()).await;
        tokio::time::sleep(ms(150)).await;
        read_to_end(stream).await.unwrap();
        // Without the end of the body, its socket is not used again.
        drop(socket);
    }
    let finding = found(&client);
    assert_eq!(finding.id, "slow_consumer");
    assert_eq!(finding.setting, "connection_pool_config.max_connections");
    assert!(finding.evidence["held"] >= 0.44, "{finding:?}");
}
