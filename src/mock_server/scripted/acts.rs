//! The acts of a script, and the answer that they make.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::body::{Body, Resets, Step};

/// One act; [`Script`](super::Script) says what each does.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(in super::super) enum Act {
    Unread,
    Wait(f64),
    Head {
        #[serde(default = "ok")]
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    Events(Vec<String>),
    Done,
    Completion(String),
    Comment(String),
    Data(String),
    Repeat {
        times: usize,
        acts: Vec<Act>,
    },
    Stall,
    Close,
    Reset,
}

fn ok() -> u16 {
    200
}

/// The answer from its head on.
pub(super) fn response(acts: &[Act], resets: &Resets) -> Response<Body> {
    let whole = match acts {
        [Act::Completion(text)] | [Act::Head { .. }, Act::Completion(text)] => Some(completion(text).to_string()),
        [Act::Data(text)] | [Act::Head { .. }, Act::Data(text)] => Some(text.clone()),
        [] | [Act::Head { .. }] => Some(String::new()),
        _ => None,
    };
    let body = whole.map_or_else(|| Body::steps(steps(acts.to_vec(), resets.clone())), Body::whole);
    let mut response = Response::new(body);
    let streamed = acts
        .iter()
        .any(|act| matches!(act, Act::Events(_) | Act::Done | Act::Comment(_) | Act::Repeat { .. }));
    let content_type = if streamed {
        "text/event-stream"
    } else {
        "application/json"
    };
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some(Act::Head { status, headers }) = acts.first() {
        *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}

/// What the body does, made while it is sent: a repetition may be long.
fn steps(acts: Vec<Act>, resets: Resets) -> Box<dyn Iterator<Item = Step> + Send> {
    Box::new(acts.into_iter().flat_map(move |act| of(act, &resets)))
}

fn of(act: Act, resets: &Resets) -> Box<dyn Iterator<Item = Step> + Send> {
    let one = |step| Box::new(std::iter::once(step)) as Box<dyn Iterator<Item = Step> + Send>;
    let send = |text: String| one(Step::Send(Bytes::from(text)));
    match act {
        Act::Unread | Act::Head { .. } => Box::new(std::iter::empty()),
        Act::Wait(seconds) => one(Step::Wait(Duration::from_secs_f64(seconds))),
        Act::Events(texts) => Box::new(texts.into_iter().map(|text| Step::Send(event(&text).into()))),
        Act::Done => send(event_of(&json!({}), "stop".into()) + "data: [DONE]\n\n"),
        Act::Completion(text) => send(completion(&text).to_string()),
        Act::Comment(text) => send(format!(": {text}\n\n")),
        Act::Data(text) => send(text),
        Act::Repeat { times, acts } => {
            let resets = resets.clone();
            Box::new((0..times).flat_map(move |_| steps(acts.clone(), resets.clone())))
        }
        Act::Stall => one(Step::Stall),
        Act::Close => one(Step::Cut),
        Act::Reset => one(Step::Reset(resets.clone())),
    }
}

fn event(text: &str) -> String {
    event_of(&json!({"content": text}), Value::Null)
}

fn event_of(delta: &Value, finish_reason: Value) -> String {
    let mut chunk = json!({
        "id": "chatcmpl-script",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": "script",
        "choices": [{"index": 0, "delta": delta}],
    });
    if let Some(choice) = chunk.pointer_mut("/choices/0").and_then(Value::as_object_mut) {
        choice.insert("finish_reason".to_owned(), finish_reason);
    }
    format!("data: {chunk}\n\n")
}

fn completion(text: &str) -> Value {
    json!({
        "id": "chatcmpl-script",
        "object": "chat.completion",
        "created": CREATED,
        "model": "script",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
    })
}

/// 2023-11-14.
const CREATED: u64 = 1_700_000_000;
