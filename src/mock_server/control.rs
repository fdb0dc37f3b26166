//! The paths that show and reset the counters.

use http::header::{CACHE_CONTROL, CONNECTION};
use http::{HeaderValue, Method, Response};

use super::answer::json_response;
use super::body::Body;
use super::counters::Counters;
use super::failure::Failure;

/// Answers a request for a path under `/_` that is no scenario.
pub(super) fn control(method: &Method, path: &str, counters: &Counters, uncounted_socket: bool) -> Response<Body> {
    let mut response = match (path, method) {
        ("/_stats", &Method::GET | &Method::HEAD) => stats(counters),
        ("/_stats", _) => Failure::wrong_method(path, "GET").response(),
        ("/_stats/reset", &Method::POST) => {
            counters.reset();
            stats(counters)
        }
        ("/_stats/reset", _) => Failure::wrong_method(path, "POST").response(),
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

fn stats(counters: &Counters) -> Response<Body> {
    match serde_json::to_string(&counters.stats()) {
        Ok(json) => json_response(json),
        // Six numbers cannot fail to become JSON.
        Err(error) => Failure::bad_request(error.to_string(), None).response(),
    }
}
