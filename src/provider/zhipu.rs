//! Zhipu's keys: `id.secret`, of which each request carries a token that is signed with the secret.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Error;
use crate::json::Writer;

/// How long a token is valid.
const VALID: Duration = Duration::from_secs(3600);
/// How long before its end it is replaced.
const EARLY: Duration = Duration::from_secs(60);

/// Makes tokens, and keeps the last one as long as it is good.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<Option<Token>>);

struct Token {
    text: Arc<str>,
    /// The time of day from which on it is replaced.
    stale: Duration,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token")
    }
}

/// Refuses a key of another form.
pub(super) fn check(key: &str) -> Result<(), Error> {
    match key.split_once('.') {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => Ok(()),
        _ => Err(Error::config(
            "api_key must have the form id.secret for provider_type \"zhipu\"",
        )),
    }
}

impl Tokens {
    /// The last one that was made.
    pub(super) fn last(&self) -> Option<Arc<str>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|token| Arc::clone(&token.text))
    }

    /// The token for requests at this time of day.
    pub(super) fn at(&self, now: Duration, key: &str) -> Arc<str> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            // A clock that was set back makes a token from the future useless.
            Some(token) if now < token.stale && token.stale <= now + VALID => Arc::clone(&token.text),
            _ => {
                let text: Arc<str> = sign(now, key).into();
                *kept = Some(Token {
                    text: Arc::clone(&text),
                    stale: now + VALID - EARLY,
                });
                text
            }
        }
    }
}

fn sign(now: Duration, key: &str) -> String {
    let (id, secret) = key.split_once('.').unwrap_or((key, ""));
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or_default();
    let mut payload = Writer::default();
    payload.object(|payload| {
        payload.name("api_key").string(id);
        payload.name("exp").number(milliseconds(now + VALID));
        payload.name("timestamp").number(milliseconds(now));
    });
    let header = r#"{"alg":"HS256","sign_type":"SIGN"}"#;
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload.finish(), &mut token);
    let signature = hmac_sha256::HMAC::mac(&token, secret);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_another_implementation_makes_of_the_same() {
        // Made with Python's hmac, hashlib and base64.
        let token = sign(Duration::from_secs(1_700_000_000), "id.secret");
        assert_eq!(token, EXPECTED);
    }

    const EXPECTED: &str = "eyJhbGciOiJIUzI1NiIsInNpZ25fdHlwZSI6IlNJR04ifQ.eyJhcGlfa2V5IjoiaWQiLCJleHAiOjE3MDAwMDM2MDAwMDAsInRpbWVzdGFtcCI6MTcwMDAwMDAwMDAwMH0.d0xmOhrrbq_IQToFa27wdY1fnuK2eeQuMBtVHZnFGGE";

    #[test]
    fn a_token_is_kept_until_a_minute_before_its_end() {
        let (tokens, start) = (Tokens::default(), Duration::from_secs(1_700_000_000));
        let first = tokens.at(start, "id.secret");
        assert!(Arc::ptr_eq(
            &first,
            &tokens.at(start + Duration::from_secs(3539), "id.secret")
        ));
        let second = tokens.at(start + Duration::from_secs(3540), "id.secret");
        assert_ne!(first, second);
        assert_ne!(second, tokens.at(start - Duration::from_secs(7200), "id.secret"));
    }

    #[test]
    fn keys_have_two_parts() {
        assert!(check("id.secret").is_ok());
        for key in ["id", "id.", ".secret", ""] {
            let error = check(key).unwrap_err().to_string();
            assert!(error.contains("id.secret") && error.contains("api_key"), "{error}");
        }
    }
}
