//! From requests and answers of this crate to reqwest's and back.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT_ENCODING, CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Version};
use reqwest::Url;

use super::Target;
use super::body::Keep;
use super::dial::Dials;
use super::failure::unsendable;
use super::upload::Upload;
use crate::provider::is_secret;
use crate::transport::{Failure, Head, Headers, Request};

/// Headers as reqwest takes them.
pub(super) fn lines(headers: &Headers) -> Result<HeaderMap, Failure> {
    let mut lines = HeaderMap::new();
    for (name, value) in headers.iter() {
        let (name, value) = line(name, value)?;
        lines.append(name, value);
    }
    Ok(lines)
}

fn line(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let wrong = || {
        unsendable(format!(
            "the header {name:?} cannot be sent: its name or value has characters that HTTP does not allow"
        ))
    };
    let name = HeaderName::from_str(name).map_err(|_| wrong())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
    value.set_sensitive(is_secret(name.as_str()));
    Ok((name, value))
}

/// Adds what reqwest and hyper would add to every request by themselves, each time anew.
pub(super) fn complete(lines: &mut HeaderMap, url: &Url) -> Result<(), Failure> {
    lines
        .entry(ACCEPT_ENCODING)
        .or_insert(HeaderValue::from_static("gzip,br"));
    let name = url.host_str().unwrap_or_default();
    let host = match url.port() {
        Some(port) => HeaderValue::from_str(&format!("{name}:{port}")),
        None => HeaderValue::from_str(name),
    };
    let host = host.map_err(|_| unsendable("the address has no host".to_owned()))?;
    lines.entry(HOST).or_insert(host);
    Ok(())
}

/// A request as reqwest takes it. Its body reports to `dials`.
pub(super) fn request(request: &Request, target: &Target, dials: Arc<Dials>) -> Result<reqwest::Request, Failure> {
    let method =
        Method::from_str(request.method).map_err(|_| unsendable(format!("{:?} is no HTTP method", request.method)))?;
    let mut sent = reqwest::Request::new(method, target.url.clone());
    *sent.headers_mut() = target.lines.clone();
    if let Some((name, value)) = &request.own {
        let (name, value) = line(name, value)?;
        sent.headers_mut().insert(name, value);
    }
    *sent.body_mut() = Some(reqwest::Body::wrap(Upload::new(request.body.clone(), dials)));
    Ok(sent)
}

/// The headers of an answer, as they came: few of them are ever looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received(HeaderMap);

impl Received {
    /// The first value under this name, if it is text.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.0.get(name)?.as_bytes()).ok()
    }
}

impl From<&Received> for Headers {
    fn from(received: &Received) -> Self {
        let lines = received.0.iter();
        lines
            .filter_map(|(name, value)| Some((name.as_str(), std::str::from_utf8(value.as_bytes()).ok()?)))
            .collect()
    }
}

impl From<Headers> for Received {
    fn from(headers: Headers) -> Self {
        Self(lines(&headers).unwrap_or_default())
    }
}

/// The head of an answer, which is taken out of it.
pub(super) fn head(response: &mut reqwest::Response) -> Head {
    Head {
        status: response.status().as_u16(),
        headers: Received(std::mem::take(response.headers_mut())),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(version: Version, headers: &[(&'static str, &'static str)]) -> Option<Keep> {
        let mut response = http::Response::builder().version(version);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        keep(&response.body("").unwrap().into())
    }

    const WHOLE: Option<Keep> = Some(Keep { at_most: None });

    #[test]
    fn http_1_1_keeps_its_connection_unless_it_says_otherwise() {
        assert_eq!(kept(Version::HTTP_11, &[]), WHOLE);
        assert_eq!(kept(Version::HTTP_11, &[("connection", "Upgrade, Close")]), None);
        assert_eq!(
            kept(Version::HTTP_11, &[("connection", "x"), ("connection", "close")]),
            None
        );
    }

    #[test]
    fn http_1_0_closes_its_connection_unless_it_says_otherwise() {
        assert_eq!(kept(Version::HTTP_10, &[]), None);
        assert_eq!(kept(Version::HTTP_10, &[("connection", "Keep-Alive")]), WHOLE);
    }

    #[test]
    fn the_servers_timeout_is_read_in_every_spelling() {
        let at_most = |value| kept(Version::HTTP_11, &[("keep-alive", value)]).unwrap().at_most;
        assert_eq!(at_most("timeout=5, max=100"), Some(Duration::from_secs(5)));
        assert_eq!(at_most("max=100,Timeout = 7"), Some(Duration::from_secs(7)));
        assert_eq!(at_most("300"), None);
        assert_eq!(at_most("timeout=soon"), None);
    }
}
