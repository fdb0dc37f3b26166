//! Answers a request: the way from its path to an endpoint and a scenario.

use std::future::pending;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;

use super::body::{Body, Resets};
use super::failure::Failure;
use super::scenario::Scenario;
use super::scripted::{self, Act, Play};
use super::shared::Shared;
use super::{chat, control, cors, embeddings, reply, script, text};

const MOST_BODY: usize = 64 * 1024 * 1024;
const PAGE: &str = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n\
                    <body><h1>Bad Gateway</h1><p>A proxy between you and the API says naïve things.</p></body></html>\n";

/// Answers one request; an error closes its socket. `uncounted_socket`: it came over one that is left out of the counts.
pub(super) async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    resets: Resets,
    uncounted_socket: bool,
) -> io::Result<Response<Body>> {
    if request.method() == Method::OPTIONS {
        return Ok(cors::preflight(request.headers()));
    }
    let path = request.uri().path().to_owned();
    let mut response = if path.starts_with("/_") && !path.starts_with("/_scenario") {
        let (head, body) = request.into_parts();
        match collect(body).await {
            Ok(body) => control::control(&head.method, &path, &body, &shared, uncounted_socket).await,
            Err(failure) => failure.response(),
        }
    } else if let Some(play) = &shared.play {
        played(request, play, &shared, &resets).await?
    } else {
        let in_flight = shared.counters.request();
        let head_only = request.method() == Method::HEAD;
        let response = api(request, &path).await.unwrap_or_else(|failure| failure.response());
        // hyper leaves the body of an answer to HEAD alone, and it would look like an abort.
        response.map(|body| if head_only { Body::whole("") } else { body }.for_request(in_flight))
    };
    cors::allow(response.headers_mut());
    Ok(response)
}

/// A scripted server's answer, whatever was asked.
async fn played(
    request: Request<Incoming>,
    play: &Play,
    shared: &Shared,
    resets: &Resets,
) -> io::Result<Response<Body>> {
    let acts = play.next();
    let entry = shared.requests.begin();
    let mut in_flight = shared.counters.request();
    let body = request.into_body();
    // Lives until the answer's head is made: dropped earlier, hyper would read the rest of the body away.
    let mut unread = None;
    if matches!(acts.first(), Some(Act::Unread)) {
        entry.stays_unread();
        unread = Some(body);
    } else if let Ok(body) = collect(body).await {
        entry.says(&body);
    }
    let answered = scripted::answer(acts, &entry, resets).await;
    drop(unread);
    match answered {
        Ok(response) => Ok(response.map(|body| body.for_request(in_flight.noted(entry)))),
        Err(end) => {
            in_flight.finish();
            Err(end)
        }
    }
}

async fn api(request: Request<Incoming>, path: &str) -> Result<Response<Body>, Failure> {
    let (scenario, endpoint) =
        Scenario::split(path).map_err(|unknown| Failure::unknown_scenario(unknown.to_string()))?;
    let allowed = match endpoint {
        "/v1/chat/completions" | "/v1/embeddings" => "POST",
        "/v1/models" => "GET",
        _ => return Err(Failure::unknown_path(path)),
    };
    let (head, body) = request.into_parts();
    if head.method != allowed {
        return Err(Failure::wrong_method(path, allowed));
    }
    let body = collect(body).await?;
    let id = text::hash([path.as_bytes(), &body]);
    let mut response = match instead(scenario, &head.headers).await {
        Some(response) => response,
        None if allowed == "GET" => whole(reply::models().to_string(), scenario),
        None if endpoint == "/v1/embeddings" => whole(embeddings::embed(&body)?.to_string(), scenario),
        None => completion(&body, &head.headers, scenario)?,
    };
    if let Ok(id) = HeaderValue::try_from(format!("req_{id:016x}")) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), id);
    }
    if scenario == Scenario::Close {
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

async fn collect(body: Incoming) -> Result<Bytes, Failure> {
    match Limited::new(body, MOST_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::too_large(MOST_BODY)),
        Err(error) => Err(Failure::bad_request(
            format!("The request's body broke off: {error}."),
            None,
        )),
    }
}

/// The scenarios that do not care what was asked.
async fn instead(scenario: Scenario, headers: &HeaderMap) -> Option<Response<Body>> {
    match scenario {
        Scenario::Html => Some(typed("text/html; charset=utf-8", Body::whole(PAGE))),
        Scenario::Status(status) => StatusCode::from_u16(status)
            .ok()
            .map(|status| Failure::scenario(status).response()),
        Scenario::StallHead => pending().await,
        Scenario::Auth => {
            let key = headers
                .get(AUTHORIZATION)
                .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
            let missing = key.is_none_or(|key| key.trim().is_empty());
            missing.then(|| Failure::no_key().response())
        }
        _ => None,
    }
}

fn completion(body: &[u8], headers: &HeaderMap, scenario: Scenario) -> Result<Response<Body>, Failure> {
    let said = chat::say(body, headers, scenario)?;
    if !said.streaming {
        return Ok(whole(reply::completion(&said).to_string(), scenario));
    }
    let mut response = typed("text/event-stream; charset=utf-8", script::streamed(said, scenario));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn whole(json: String, scenario: Scenario) -> Response<Body> {
    typed("application/json", script::whole(json, scenario))
}

/// An answer that is a JSON document.
pub(super) fn json_response(json: String) -> Response<Body> {
    typed("application/json", Body::whole(json))
}

fn typed(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
