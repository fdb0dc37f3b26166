//! The paths that show and reset the counters.

use std::io;

use http::header::{CACHE_CONTROL, CONNECTION};
use http::{HeaderValue, Method, Response};

use serde_json::json;

use super::answer::json_response;
use super::body::Body;
use super::counters::Counters;
use super::failure::Failure;
use super::scripted::Script;
use super::shared::Shared;

/// Answers a request for a path under `/_` that is no scenario.
pub(super) async fn control(
    method: &Method,
    path: &str,
    body: &[u8],
    shared: &Shared,
    uncounted_socket: bool,
) -> Response<Body> {
    let mut response = match (path, method) {
        ("/_stats", &Method::GET | &Method::HEAD) => stats(&shared.counters),
        ("/_requests", &Method::GET | &Method::HEAD) => json_response(shared.requests.json()),
        ("/_stats" | "/_requests", _) => Failure::wrong_method(path, "GET").response(),
        ("/_stats/reset", &Method::POST) => {
            shared.counters.reset();
            stats(&shared.counters)
        }
        ("/_scripts", &Method::POST) => match serde_json::from_slice::<Script>(body) {
            Ok(script) => raised(shared.raise(script)),
            Err(error) => Failure::bad_request(format!("This is no script: {error}."), None).response(),
        },
        ("/_black_hole", &Method::POST) => raised(shared.raise_black_hole().await),
        ("/_stats/reset" | "/_scripts" | "/_black_hole", _) => Failure::wrong_method(path, "POST").response(),
        _ => Failure::unknown_path(path).response(),
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if uncounted_socket {
        // Or a client's pool would send its next API request over a socket that is not counted.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn raised(url: io::Result<String>) -> Response<Body> {
    match url {
        Ok(url) => json_response(json!({ "url": url }).to_string()),
        Err(error) => Failure::bad_request(format!("It cannot be raised: {error}."), None).response(),
    }
}

fn stats(counters: &Counters) -> Response<Body> {
    match serde_json::to_string(&counters.stats()) {
        Ok(json) => json_response(json),
        // Six numbers cannot fail to become JSON.
        Err(error) => Failure::bad_request(error.to_string(), None).response(),
    }
}
