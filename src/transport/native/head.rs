//! From requests and answers of this crate to reqwest's and back.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONNECTION, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Version};
use reqwest::Url;

use super::body::Keep;
use super::dial::Dials;
use super::failure::unsendable;
use super::upload::Upload;
use crate::transport::{Failure, Head, Headers, Request};

/// A request as reqwest takes it. Its body reports to `dials`.
pub(super) fn request(request: Request, url: Url, dials: Arc<Dials>) -> Result<reqwest::Request, Failure> {
    let method =
        Method::from_str(request.method).map_err(|_| unsendable(format!("{:?} is no HTTP method", request.method)))?;
    let mut sent = reqwest::Request::new(method, url);
    let headers = sent.headers_mut();
    headers.reserve(request.headers.0.len());
    for (name, value) in &request.headers.0 {
        let wrong = || {
            unsendable(format!(
                "the header {name:?} cannot be sent: its name or value has characters that HTTP does not allow"
            ))
        };
        let name = HeaderName::from_str(name).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(name == AUTHORIZATION || name.as_str().contains("key"));
        headers.append(name, value);
    }
    *sent.body_mut() = Some(reqwest::Body::wrap(Upload::new(request.body, dials)));
    Ok(sent)
}

/// The head of an answer.
pub(super) fn head(response: &reqwest::Response) -> Head {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect();
    Head {
        status: response.status().as_u16(),
        headers: Headers(headers),
    }
}

/// Whether the connection may be used again, and for how long.
pub(super) fn keep(response: &reqwest::Response) -> Option<Keep> {
    let headers = response.headers();
    let says = |word| tokens(headers, CONNECTION).any(|token| token.eq_ignore_ascii_case(word));
    let kept = match response.version() {
        Version::HTTP_10 => says("keep-alive"),
        _ => !says("close"),
    };
    let at_most = tokens(headers, HeaderName::from_static("keep-alive")).find_map(|token| {
        let (name, value) = token.split_once('=')?;
        let seconds = value.trim().parse().ok()?;
        name.trim()
            .eq_ignore_ascii_case("timeout")
            .then(|| Duration::from_secs(seconds))
    });
    kept.then_some(Keep { at_most })
}

fn tokens(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}
