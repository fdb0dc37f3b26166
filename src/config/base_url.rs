//! The address of an API, checked in the same words on every target.

use crate::error::Error;
use crate::provider::Provider;
use crate::transport::check_url;

/// The given address, or the provider's own; without a slash at its end.
pub(super) fn check(provider: Provider, given: Option<String>) -> Result<String, Error> {
    let Some(url) = given.or_else(|| provider.base_url().map(str::to_owned)) else {
        return Err(Error::config(format!(
            "base_url is missing: provider_type {:?} has no address of its own; give one such as \"http://localhost:8000/v1\"",
            provider.name()
        )));
    };
    if is_plain_url(&url) && check_url(&url) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(Error::config(format!(
        "base_url must be an absolute http:// or https:// address without user, query or fragment, such as \"https://api.example.com/v1\", got {:?}",
        without_user(&url)
    )))
}

/// What every target's URL parser would agree to, so that they all refuse the same.
fn is_plain_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty()
        && !host.starts_with(':')
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !br#"?#@\<>"{}|^`"#.contains(&byte))
}

/// The address for a message: what stands before an `@` may be a password.
pub(super) fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => url.to_owned(),
    }
}
