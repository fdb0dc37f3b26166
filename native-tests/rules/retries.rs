//! When the client tries again by itself: after which failures, after which wait, and within which bounds.

use std::error::Error as _;
use std::time::{Instant, SystemTime};

use llm_api_router::{CallOptions, Error, ErrorKind, Phase, Replay, RetryConfig, TimeLimit, TimeoutKind};

use crate::torture::{END, Torture, comment, done, event, whole};
use crate::*;

/// So many retries, after 100, 200, 400 … ms.
fn retries(max_retries: u32) -> RetryConfig {
    RetryConfig {
        max_retries,
        initial_delay: ms(100),
        jitter: false,
        ..Default::default()
    }
}

/// A client with two retries.
fn retrying(server: &Torture) -> Client {
    Client::new(config(server.url()).retry_config(retries(2))).unwrap()
}

const BUSY: &str = r#"{"error":{"message":"too busy","code":"busy"}}"#;

fn busy(headers: &str) -> String {
    whole("503 Busy", headers, BUSY)
}

/// A role, which is no content.
fn role() -> String {
    let json = r#"{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#;
    crate::torture::chunk(&format!("data: {json}\n\n"))
}

#[tokio::test]
async fn a_busy_server_is_asked_again_after_growing_waits() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let from = Instant::now();
    let asked = asking(&client);
    let mut socket = server.accept().await;
    let first = socket.request().await;
    socket.write(busy("")).await;
    let second = socket.request().await;
    assert_took(from.elapsed(), ms(100), ms(290));
    assert_eq!(first.body, second.body);
    socket.write(busy("")).await;
    answer_next(&mut socket).await;
    assert_took(from.elapsed(), ms(300), ms(800));
    assert_eq!(asked.await.unwrap().unwrap().content(), Some("hi"));
    let budget = client.pool_stats().retry_budget;
    assert_eq!((budget.retries, budget.refused, budget.available), (2, 0, 48));
}

#[tokio::test]
async fn when_all_attempts_fail_the_error_tells_of_the_last_one() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let asked = asking(&client);
    let mut socket = server.accept().await;
    for _ in 0..3 {
        socket.request().await;
        socket.write(busy("x-request-id: r-9\r\n")).await;
    }
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RetryExhausted, 3),
        "{error}"
    );
    assert_eq!(
        (error.status(), error.code(), error.request_id()),
        (Some(503), Some("busy"), Some("r-9"))
    );
    assert!(
        error.to_string().contains("3 attempts") && error.to_string().contains("too busy"),
        "{error}"
    );
    assert!(
        error.elapsed() >= ms(300) && error.spent().retry >= ms(300),
        "{error:?}"
    );
    let last = error.source().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!((last.kind(), last.status()), (ErrorKind::Provider, Some(503)));
    assert_eq!(server.stats().requests, 3);
}

#[tokio::test]
async fn the_wait_that_the_server_asks_for_goes_before_the_computed_one() {
    let server = Torture::start().await;
    let client = Client::new(config(server.url()).retry_config(RetryConfig {
        initial_delay: Duration::from_secs(50),
        ..retries(1)
    }))
    .unwrap();
    for (headers, least, most) in [
        ("retry-after-ms: 300\r\nretry-after: 40\r\n", ms(300), ms(1300)),
        ("Retry-After: 1\r\n", ms(1000), ms(2000)),
        ("retry-after: 0\r\n", ms(0), ms(900)),
    ] {
        assert_took(wait_asked_for(&server, &client, headers).await, least, most);
    }
    // A date has whole seconds.
    let date = httpdate::fmt_http_date(SystemTime::now() + ms(2500));
    let headers = format!("retry-after: {date}\r\n");
    wait_asked_for(&server, &client, &headers).await;
    let late = SystemTime::now().duration_since(httpdate::parse_http_date(&date).unwrap());
    assert_took(late.expect("it waits until the date"), ms(0), ms(1000));
}

/// Refuses a call with these headers on a new socket, and gives the time until it comes again, which is answered.
async fn wait_asked_for(server: &Torture, client: &Client, headers: &str) -> Duration {
    let asked = asking(client);
    let mut socket = server.accept().await;
    socket.request().await;
    // A moment before the client can know.
    let from = Instant::now();
    socket.write(whole("429 Slow down", headers, "{}")).await;
    answer_next(&mut socket).await;
    let took = from.elapsed();
    asked.await.unwrap().unwrap();
    socket.reset();
    server.until(|stats| stats.open == 0).await;
    took
}

#[tokio::test]
async fn the_server_may_say_whether_to_try_again() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let asked = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(busy("x-should-retry: false\r\n")).await;
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Provider, 1), "{error}");
    let asked = asking(&client);
    socket.request().await;
    socket.write(whole("400 No", "x-should-retry: true\r\n", "{}")).await;
    answer_next(&mut socket).await;
    asked.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_the_server_refuses_for_good_is_not_sent_again() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let mut socket = idle_socket(&server, &client).await;
    for (status, kind) in [
        (400, ErrorKind::BadRequest),
        (401, ErrorKind::Authentication),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (422, ErrorKind::BadRequest),
    ] {
        let asked = asking(&client);
        socket.request().await;
        socket.write(whole(&format!("{status} No"), "", "{}")).await;
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
    }
    for status in [408, 409, 429, 500, 502, 504, 529] {
        let asked = asking(&client);
        socket.request().await;
        socket.write(whole(&format!("{status} Later"), "", "{}")).await;
        answer_next(&mut socket).await;
        asked.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_fails_is_made_again() {
    let server = Torture::start().await;
    let client = retrying(&server);
    // Closed before an answer, and cut in the middle of one that is not streamed.
    for beginning in ["", "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":"] {
        let asked = asking(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        socket.write(beginning).await;
        socket.close();
        let mut socket = server.accept().await;
        answer_next(&mut socket).await;
        asked.await.unwrap().unwrap();
        socket.reset();
        server.until(|stats| stats.open == 0).await;
    }
    // Refused: nobody listens for a while.
    let asked = {
        let address = server.address();
        drop(server);
        let client = client.clone();
        let asked = tokio::spawn(async move { ask(&client).await });
        tokio::time::sleep(ms(50)).await;
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        drop((stream, listener));
        asked
    };
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RetryExhausted, 3),
        "{error}"
    );
    assert_eq!(error.last().unwrap().kind(), ErrorKind::Network);
    assert_eq!(
        (error.code(), error.phase()),
        (Some("ECONNREFUSED"), Some(Phase::Connect))
    );
    assert_eq!(
        error.replay(),
        Replay::MaybeProcessed,
        "the second attempt was accepted"
    );
}

#[tokio::test]
async fn a_stream_is_sent_again_until_its_first_content() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let begun = streaming(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(STREAM.to_owned() + &comment() + &role()).await;
    socket.close();
    let mut socket = server.accept().await;
    socket.request().await;
    // Ends as if it were whole, but without anything.
    socket.write(STREAM.to_owned() + &role() + END).await;
    socket.request().await;
    socket
        .write(STREAM.to_owned() + &role() + &event("a") + &event("b") + &done() + END)
        .await;
    let mut stream = begun.await.unwrap().unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(
        first.choices[0].delta.role.as_deref(),
        Some("assistant"),
        "nothing of the attempts before"
    );
    assert_eq!(read_to_end(stream).await.unwrap(), "ab");
    assert_eq!(client.pool_stats().retry_budget.retries, 2);
}

#[tokio::test]
async fn a_stream_is_not_sent_again_after_its_first_content() {
    let server = Torture::start().await;
    let client = retrying(&server);
    for ending in ["", END] {
        let (stream, socket) = open_stream(&server, &client).await;
        socket.write(ending).await;
        socket.close();
        let error = read_to_end(stream).await.unwrap_err();
        let kind = if ending.is_empty() {
            ErrorKind::Network
        } else {
            ErrorKind::Stream
        };
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
    }
    assert!(server.is_left_alone_for(ms(300)).await);
    assert_eq!(server.stats().requests, 2);
}

#[tokio::test]
async fn a_first_token_that_does_not_come_is_waited_for_again() {
    let server = Torture::start().await;
    let timeouts = TimeoutConfig::default().first_token(0.2);
    let client = Client::new(config(server.url()).retry_config(retries(1)).timeout_config(timeouts)).unwrap();
    let begun = streaming(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(STREAM.to_owned() + &comment()).await;
    let mut second = server.accept().await;
    socket.closed().await;
    second.request().await;
    second.write(STREAM.to_owned() + &event("a") + &done() + END).await;
    assert_eq!(read_to_end(begun.await.unwrap().unwrap()).await.unwrap(), "a");
}

/// Rule 18: exact to 50 ms over several attempts and the waits between them.
#[tokio::test]
async fn the_total_limit_covers_retries_and_their_waits() {
    let server = Torture::start().await;
    let timeouts = TimeoutConfig::default().read(0.2).total(1.0);
    let client = Client::new(config(server.url()).retry_config(retries(5)).timeout_config(timeouts)).unwrap();
    let from = Instant::now();
    // Attempts from 0 to 200 ms, 300 to 500 and 700 to 900; the next wait of 400 ms would pass the limit.
    let error = ask(&client).await.unwrap_err();
    assert_took(from.elapsed(), ms(900), ms(990));
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::RetryExhausted, 3),
        "{error}"
    );
    assert_eq!(error.last().unwrap().kind(), ErrorKind::Timeout(TimeoutKind::Read));
    assert!(error.to_string().contains("timeout_config.total"), "{error}");

    let from = Instant::now();
    let options = CallOptions::default().total(0.8).read(TimeLimit::OFF);
    let call = client.chat().completions().create_with(question(), &options);
    let serving = async {
        loop {
            let mut socket = server.accept().await;
            // The first is busy; the second never answers.
            if server.stats().requests % 2 == 1 {
                socket.request().await;
                socket.write(busy("")).await;
            }
            socket.closed().await;
        }
    };
    let error = tokio::select! { result = call => result.unwrap_err(), () = serving => unreachable!() };
    assert_took(from.elapsed(), ms(800), ms(850));
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Total), "{error}");
    assert_took(error.elapsed(), ms(800), ms(850));
}

#[tokio::test]
async fn a_wait_that_would_pass_the_total_limit_fails_at_once() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let from = Instant::now();
    let options = CallOptions::default().total(5.0);
    let asked = {
        let client = client.clone();
        tokio::spawn(async move { client.chat().completions().create_with(question(), &options).await })
    };
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(busy("retry-after: 30\r\n")).await;
    let error = asked.await.unwrap().unwrap_err();
    assert_took(from.elapsed(), ms(0), ms(400));
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Provider, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    for part in ["30 s", "timeout_config.total", "too busy"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn between_attempts_no_place_is_held() {
    let server = Torture::start().await;
    let pool = sockets(1, 1);
    let client = Client::new(
        config(server.url())
            .retry_config(retries(1))
            .connection_pool_config(pool),
    )
    .unwrap();
    let waits = asking(&client);
    let mut socket = server.accept().await;
    socket.request().await;
    socket.write(busy("retry-after: 1\r\n")).await;
    server.until(|stats| stats.requests == 1).await;
    let from = Instant::now();
    let other = asking(&client);
    answer_next(&mut socket).await;
    other.await.unwrap().unwrap();
    assert_took(from.elapsed(), ms(0), ms(500));
    assert_eq!(client.pool_stats().in_use, 0);
    answer_next(&mut socket).await;
    waits.await.unwrap().unwrap();
    assert_eq!(server.stats().total, 1);
}

#[tokio::test]
async fn a_call_that_waits_for_its_next_attempt_can_be_dropped_and_ends_when_the_client_is_closed() {
    let server = Torture::start().await;
    let client = retrying(&server);
    for close in [false, true] {
        let asked = asking(&client);
        let mut socket = server.accept().await;
        socket.request().await;
        socket.write(busy("retry-after: 20\r\n")).await;
        while client.pool_stats().in_use > 0 {
            tokio::time::sleep(ms(2)).await;
        }
        let from = Instant::now();
        if close {
            client.close();
            let error = asked.await.unwrap().unwrap_err();
            assert_eq!(
                (error.kind(), error.phase()),
                (ErrorKind::Aborted, Some(Phase::Retry)),
                "{error}"
            );
        } else {
            asked.abort();
            assert!(asked.await.unwrap_err().is_cancelled());
        }
        assert_took(from.elapsed(), ms(0), ms(50));
        socket.close();
        assert_eq!(client.pool_stats().in_use, 0);
    }
    assert!(server.is_left_alone_for(ms(100)).await);
}

#[tokio::test]
async fn a_call_may_have_retries_of_its_own() {
    let server = Torture::start().await;
    let client = retrying(&server);
    let mut socket = idle_socket(&server, &client).await;
    for (options, requests) in [
        (CallOptions::default().max_retries(0), 1),
        (CallOptions::default().max_retries(1), 2),
        (CallOptions::default().retry_config(retries(3)), 4),
        (serde_json::from_str(r#"{"maxRetries": 1}"#).unwrap(), 2),
        (
            serde_json::from_str(r#"{"retry_config": {"max_retries": 3, "initial_delay": 0}}"#).unwrap(),
            4,
        ),
    ] {
        let before = server.stats().requests;
        let client = client.clone();
        let call = tokio::spawn(async move { client.chat().completions().create_with(question(), &options).await });
        for _ in 0..requests {
            socket.request().await;
            socket.write(busy("")).await;
        }
        assert_eq!(call.await.unwrap().unwrap_err().attempts(), requests);
        assert_eq!(server.stats().requests - before, requests as usize);
    }
}

#[tokio::test]
async fn all_attempts_of_a_call_have_one_idempotency_key_where_the_provider_knows_one() {
    let server = Torture::start().await;
    let openai = |more: fn(ProviderConfig) -> ProviderConfig| {
        let config = ProviderConfig::new("openai", "key")
            .base_url(server.url())
            .default_model("m");
        Client::new(more(config.retry_config(retries(1)))).unwrap()
    };
    let mut keys = Vec::new();
    for (client, own) in [
        (openai(|config| config), false),
        (openai(|config| config.extra_header("Idempotency-Key", "mine")), true),
    ] {
        for _ in 0..2 {
            let asked = asking(&client);
            let mut socket = server.accept().await;
            let first = socket.request().await;
            socket.write(busy("connection: close\r\n")).await;
            socket.close();
            let mut socket = server.accept().await;
            let second = socket.request().await;
            socket.write(ok("hi")).await;
            asked.await.unwrap().unwrap();
            let [key, again] = [&first, &second].map(|request| request.header("idempotency-key").unwrap());
            assert_eq!(key, again);
            assert_eq!(key == "mine", own);
            keys.push(key.to_owned());
            socket.reset();
            server.until(|stats| stats.open == 0).await;
        }
    }
    assert_ne!(keys[0], keys[1], "every call has its own");
    let compatible = retrying(&server);
    let asked = asking(&compatible);
    let mut socket = server.accept().await;
    assert_eq!(socket.request().await.header("idempotency-key"), None);
    socket.write(ok("hi")).await;
    asked.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_outage_is_not_multiplied() {
    let server = Torture::serve(|mut socket| async move {
        while socket.try_request().await.is_some() && socket.write(busy("")).await {}
    })
    .await;
    let quick = RetryConfig {
        initial_delay: Duration::ZERO,
        ..retries(3)
    };
    let client = Client::new(config(server.url()).retry_config(quick)).unwrap();
    for _ in 0..4 {
        let answers = ask_together(&client, 50).await;
        assert!(answers.iter().all(Result::is_err));
    }
    let budget = client.pool_stats().retry_budget;
    assert_eq!(budget.retries, 90, "50 and a fifth of 200");
    assert_eq!(server.stats().requests, 290);
    let error = ask(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Provider, 1));
    assert!(error.to_string().contains("retry budget"), "{error}");
}
