//! The answer machine, fed by hand under a made-up time.

use std::time::Duration;

use super::*;
use crate::config::ProviderConfig;
use crate::deadline::{Clocks, Limits};
use crate::error::TimeoutKind;
use crate::provider::Operation;
use crate::stream::sink::expand;
use crate::stream::{JsonText, Typed};
use crate::transport::Headers;

fn at(millis: u64) -> Instant {
    Instant::at(Duration::from_millis(millis))
}

fn machine<S: Sink>(status: u16, content_type: &str, streaming: bool, sink: S) -> Machine<S> {
    let config = ProviderConfig::new("openai", "sk-secret-key");
    machine_of(config, status, content_type, streaming, sink)
}

fn machine_of<S: Sink>(
    config: ProviderConfig,
    status: u16,
    content_type: &str,
    streaming: bool,
    sink: S,
) -> Machine<S> {
    let settings = config.validate().unwrap();
    let headers = [
        ("Content-Type", content_type),
        ("X-Request-Id", "req-7"),
        ("Retry-After", "3"),
    ];
    let headers = Headers::from_iter(headers);
    let clocks = SharedClocks::new(Clocks::start(at(0), Limits::default(), streaming));
    clocks.lock().uploaded(at(1));
    clocks.lock().head_arrives(at(2));
    let advice = Advice::of(&headers, Duration::ZERO);
    let asked = Asked {
        provider: settings.provider,
        operation: Operation::Chat,
        model: "m".into(),
        at: 0,
        secrets: settings.secrets.clone(),
    };
    Machine::new(
        clocks,
        sink,
        Head {
            status,
            headers: headers.into(),
        },
        advice,
        asked,
        &settings,
        streaming,
    )
}

fn events<S: Sink>(sink: S) -> Machine<S> {
    machine(200, "text/event-stream; charset=utf-8", true, sink)
}

fn content(machine: &mut Machine<Typed>) -> String {
    std::iter::from_fn(|| machine.sink.pop())
        .map(|chunk| chunk.content().unwrap_or_default().to_owned())
        .collect()
}

const HELLO: &str = "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
    data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n\
    data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"}}]}\n\n";
const STOP: &str = "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

#[test]
fn a_stream_is_complete_with_a_finish_reason_or_done() {
    let spaced = "data: [DONE] \r\n\r\n".to_owned();
    for ending in [format!("{STOP}{DONE}"), STOP.to_owned(), DONE.to_owned(), spaced] {
        let mut machine = events(Typed::default());
        machine.on_bytes(at(3), HELLO.as_bytes()).unwrap();
        assert!(!machine.is_complete());
        machine.on_bytes(at(4), ending.as_bytes()).unwrap();
        assert!(machine.is_complete(), "{ending}");
        assert_eq!(machine.on_eof(at(5)).unwrap(), None);
        assert_eq!(content(&mut machine), "Hello");
    }
}

#[test]
fn a_stream_that_ends_early_is_an_error() {
    let mut machine = events(Typed::default());
    machine.on_bytes(at(3), HELLO.as_bytes()).unwrap();
    let error = machine.on_eof(at(4)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert_eq!(error.replay(), Replay::Processed);
    assert_eq!(error.bytes_received(), HELLO.len() as u64);
    assert_eq!(content(&mut machine), "Hello", "what had arrived is there all the same");
}

#[test]
fn a_stream_that_ends_within_an_event_ends_early_and_is_not_malformed() {
    for (before, again) in [("", true), (HELLO, false)] {
        for end in 1..STOP.len() - 20 {
            let mut machine = events(Typed::default());
            let cut = [before, &STOP[..end]].concat();
            machine.on_bytes(at(3), cut.as_bytes()).unwrap();
            let error = machine.on_eof(at(4)).unwrap_err();
            assert!(
                error.to_string().contains(&format!("ended after {} bytes", cut.len())),
                "{error}"
            );
            assert_eq!(
                (error.kind(), error.is_retryable()),
                (ErrorKind::Stream, again),
                "{cut}"
            );
        }
    }
}

#[test]
fn a_stream_that_ends_without_content_says_when_to_come_again() {
    let mut machine = events(Typed::default());
    machine.on_bytes(at(3), b"id: 41\nretry: 2500\n\n: hm\n\n").unwrap();
    let error = machine.on_eof(at(4)).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Stream, true));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(2500)));
    assert!(error.to_string().contains("\"41\""), "{error}");
}

#[test]
fn every_choice_has_to_end() {
    let two = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n\
        data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}\n\n";
    let first = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let second = "data: {\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let mut machine = events(Typed::default());
    machine.on_bytes(at(3), [two, first].concat().as_bytes()).unwrap();
    assert!(!machine.is_complete());
    machine.on_bytes(at(3), second.as_bytes()).unwrap();
    assert!(machine.is_complete());
}

#[test]
fn an_error_inside_a_stream_is_the_providers_error() {
    let mut machine = events(Typed::default());
    let error = "data: {\"error\":{\"message\":\"overloaded, key sk-secret-key\",\"code\":\"busy\"}}\n\n";
    let error = machine.on_bytes(at(3), [HELLO, error].concat().as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Provider);
    assert_eq!(error.code(), Some("busy"));
    assert_eq!(error.request_id(), Some("req-7"));
    assert!(error.to_string().contains("overloaded"), "{error}");
    assert!(!format!("{error} {error:?}").contains("sk-secret-key"));
    assert_eq!(content(&mut machine), "Hello");
}

#[test]
fn errors_of_a_stream_are_told_wherever_they_stand() {
    fn assert_is_told<S: Sink>(event: &str, sink: S) {
        let mut machine = events(sink);
        let error = machine.on_bytes(at(3), [HELLO, event].concat().as_bytes()).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::RateLimit, Some("429")),
            "{event}"
        );
        assert!(error.to_string().contains("slow down"), "{error}");
    }
    let error = "{\"message\":\"slow down\",\"code\":429}";
    for event in [
        format!("data: {{\"error\":{error},\"choices\":[]}}\n\n"),
        format!("data: {{\"choices\":[{{\"index\":0,\"finish_reason\":\"error\",\"error\":{error}}}]}}\n\n"),
        format!("data: {{\"object\":\"error\",{}\n\n", &error[1..]),
        format!("event: error\ndata: {error}\n\n"),
        format!("event: error\ndata: {{\"error\":{error}}}\n\n"),
    ] {
        assert_is_told(&event, Typed::default());
        assert_is_told(&event, JsonText::default());
    }
}

#[test]
fn what_becomes_of_a_body_does_not_matter_once_the_answer_is_complete() {
    let broken = || Failure {
        message: "reset".to_owned(),
        code: None,
        replay: None,
        cause: None,
    };
    let mut machine = events(Typed::default());
    machine
        .on_bytes(at(3), [HELLO, STOP, "data: {\"us"].concat().as_bytes())
        .unwrap();
    machine.on_failure(at(4), broken()).unwrap();
    assert_eq!(machine.on_eof(at(4)).unwrap(), None);
    assert_eq!(content(&mut machine), "Hello");
    let mut machine = events(Typed::default());
    machine.on_bytes(at(3), HELLO.as_bytes()).unwrap();
    assert_eq!(
        machine.on_failure(at(4), broken()).unwrap_err().kind(),
        ErrorKind::Network
    );
}

#[cfg(all(feature = "anthropic", feature = "aliyun"))]
#[test]
fn what_was_used_is_in_the_error_although_no_chunk_has_told_it() {
    for (provider, event, used) in [
        (
            "anthropic",
            r#"{"type":"message_start","message":{"id":"1","model":"m","usage":{"input_tokens":9,"output_tokens":1}}}"#,
            (9, 1),
        ),
        (
            "aliyun",
            r#"{"output":{"choices":[{"message":{"content":"a"},"finish_reason":"null"}]},"usage":{"input_tokens":4,"output_tokens":2}}"#,
            (4, 2),
        ),
    ] {
        let config = ProviderConfig::new(provider, "sk-secret-key");
        let mut machine = machine_of(config, 200, "text/event-stream", true, Typed::default());
        machine
            .on_bytes(at(3), format!("data: {event}\n\n").as_bytes())
            .unwrap();
        let error = machine.on_eof(at(4)).unwrap_err();
        let chunk = machine.sink.pop().unwrap();
        assert_eq!(chunk.usage, None, "{provider}");
        let partial = serde_json::json!({"choices": [{"index": 0, "message": {"role": "assistant"}}]});
        let error = error.with_partial(serde_json::from_value(partial).unwrap());
        let usage = error.partial().unwrap().usage.clone().unwrap();
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), used, "{provider}");
    }
}

#[test]
fn an_event_above_the_limit_is_an_error_that_names_the_limit_and_its_setting() {
    let config = ProviderConfig::new("openai", "sk-secret-key").max_event_size(100);
    let mut machine = machine_of(config, 200, "text/event-stream", true, Typed::default());
    machine.on_bytes(at(3), STOP.as_bytes()).unwrap();
    let error = machine
        .on_bytes(at(3), format!("data: {}", "x".repeat(200)).as_bytes())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert!(error.to_string().contains("100 bytes"), "{error}");
    assert!(error.to_string().contains("max_event_size"), "{error}");
}

#[test]
fn malformed_events_are_an_error_with_an_excerpt() {
    let mut machine = events(Typed::default());
    let error = machine.on_bytes(at(3), b"data: {\"choices\": [}\n\n").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stream);
    assert!(error.to_string().contains("{\"choices\": [}"), "{error}");
}

#[test]
fn statuses_become_kinds_with_what_the_provider_said() {
    let body = br#"{"error":{"message":"no such thing","type":"invalid","code":null}}"#;
    for (status, kind) in [
        (400, ErrorKind::BadRequest),
        (401, ErrorKind::Authentication),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (408, ErrorKind::BadRequest),
        (422, ErrorKind::BadRequest),
        (429, ErrorKind::RateLimit),
        (500, ErrorKind::Provider),
        (503, ErrorKind::Provider),
        (302, ErrorKind::BadRequest),
    ] {
        let mut machine = machine(status, "application/json", true, Typed::default());
        machine.on_bytes(at(3), body).unwrap();
        let error = machine.on_eof(at(4)).unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(status)));
        assert_eq!(error.code(), Some("invalid"));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
        assert!(error.to_string().contains("no such thing"), "{error}");
    }
}

#[test]
fn an_error_body_without_end_is_read_up_to_a_limit() {
    let mut machine = machine(500, "text/plain", true, Typed::default());
    let mut fed = 0;
    let error = loop {
        fed += 1;
        assert!(fed < 100, "still reading");
        if let Err(error) = machine.on_bytes(at(3), &[b'x'; 1024]) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::Provider);
}

#[test]
fn html_and_emptiness_are_no_answers() {
    for (content_type, streaming, body) in [
        ("text/html", true, "<html><body>Sign in</body></html>"),
        ("text/html", false, "<html><body>Sign in</body></html>"),
        ("application/json", false, ""),
        ("application/json", true, ""),
        ("text/event-stream", true, ""),
        ("application/json", false, "[]"),
        ("application/json", false, "{}"),
        ("application/json", false, "\u{7}"),
    ] {
        let mut machine = machine(200, content_type, streaming, Typed::default());
        machine.on_bytes(at(3), body.as_bytes()).unwrap();
        let error = machine.on_eof(at(4)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stream, "{content_type} {body}: {error}");
    }
}

#[test]
fn a_whole_answer_is_kept_as_a_value() {
    let body =
        r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop","x":1}],"y":2}"#;
    let mut machine = machine(200, "application/json", false, Typed::default());
    for byte in body.as_bytes() {
        machine.on_bytes(at(3), &[*byte]).unwrap();
    }
    assert_eq!(machine.on_eof(at(4)).unwrap(), None);
    let answer = machine.sink.answer.take().unwrap();
    assert_eq!(answer.content(), Some("Hi"));
    assert_eq!(
        (answer.extra["y"].as_u64(), answer.choices[0].extra["x"].as_u64()),
        (Some(2), Some(1))
    );
}

#[test]
fn javascript_gets_a_whole_answer_as_its_json() {
    let body = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"}}],"y":2}"#;
    let mut machine = machine(200, "application/json", false, JsonText::default());
    machine.on_bytes(at(3), body.as_bytes()).unwrap();
    assert_eq!(machine.on_eof(at(4)).unwrap().as_deref(), Some(body));
}

#[test]
fn javascript_gets_one_array_for_one_read() {
    let mut machine = events(JsonText::default());
    machine.on_bytes(at(3), HELLO.as_bytes()).unwrap();
    let array = expand(&machine.sink.take().unwrap());
    assert_eq!(array.len(), 3);
    assert_eq!(machine.sink.take(), None);
    machine.on_bytes(at(3), b": ping\n\n").unwrap();
    assert_eq!(machine.sink.take(), None);
}

#[test]
fn only_content_resets_the_clock_of_content() {
    let mut machine = events(Typed::default());
    let limits = Limits {
        idle: Some(Duration::from_secs(1)),
        ..Limits::default()
    };
    machine.clocks = SharedClocks::new(Clocks::start(at(0), limits, true));
    machine.clocks.lock().head_arrives(at(0));
    machine.clocks.lock().reads(at(0));
    machine.on_bytes(at(100), HELLO.as_bytes()).unwrap();
    for millis in [300, 600, 900] {
        machine
            .on_bytes(at(millis), b": ping\n\ndata: {\"choices\":[]}\n\n")
            .unwrap();
    }
    assert!(machine.expired(at(1099)).is_none());
    assert_eq!(
        machine.expired(at(1100)).unwrap().kind(),
        ErrorKind::Timeout(TimeoutKind::Idle)
    );
}

#[path = "machine_properties.rs"]
mod properties;
