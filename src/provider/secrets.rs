//! What no error may tell: keys, what is made of them, and the values of headers that the user gave.

use std::fmt;
use std::sync::Arc;

use super::{Credentials, Provider};

/// Shorter values of headers are too common as words to be taken out of sentences.
const SHORTEST_VALUE: usize = 8;

/// Shorter beginnings of a secret are the same for many, such as `sk-proj-`.
const TELLING: usize = 9;

/// Beginnings of the names of headers whose values are nobody's secret.
const PLAIN: [&str; 9] = [
    "accept",
    "anthropic-",
    "content-",
    "http-referer",
    "openai-",
    "user-agent",
    "x-dashscope-",
    "x-request-id",
    "x-title",
];

/// The secrets of a call.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    texts: Vec<String>,
    /// They know the token that a key was made into.
    credentials: Arc<Credentials>,
}

impl Secrets {
    /// Those of a client.
    pub(crate) fn new(
        provider: Provider,
        key: Option<&str>,
        headers: &[(String, String)],
        credentials: Arc<Credentials>,
    ) -> Self {
        let mut texts: Vec<String> = key.map(str::to_owned).into_iter().collect();
        // What Zhipu's tokens are signed with.
        if let (Provider::Zhipu, Some((_, secret))) = (provider, key.and_then(|key| key.split_once('.'))) {
            texts.push(secret.to_owned());
        }
        Self { texts, credentials }.and(headers)
    }

    /// Those of a call with headers of its own.
    pub(crate) fn with(self: &Arc<Self>, headers: &[(String, String)]) -> Arc<Self> {
        match headers {
            [] => Arc::clone(self),
            _ => Arc::new(Self::clone(self).and(headers)),
        }
    }

    /// Those of a client whose host knows of others.
    pub(crate) fn beside(self: &Arc<Self>, others: Vec<String>) -> Arc<Self> {
        if others.is_empty() {
            return Arc::clone(self);
        }
        let mut all = Self::clone(self);
        all.texts.extend(others);
        Arc::new(all)
    }

    fn and(mut self, headers: &[(String, String)]) -> Self {
        let secret = headers.iter().filter(|(name, _)| is_secret(name));
        self.texts.extend(
            secret
                .map(|(_, value)| credential(value))
                .filter(|value| value.len() >= SHORTEST_VALUE)
                .map(str::to_owned),
        );
        self
    }

    /// The text without them.
    pub(crate) fn mask(&self, mut message: String) -> String {
        for secret in &self.texts {
            message = mask(message, secret);
        }
        match self.credentials.token() {
            Some(token) => mask(message, &token),
            None => message,
        }
    }

    /// Whether the text tells one of them.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.mask(text.to_owned()) != text
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets")
    }
}

/// Whether the value of a header of this name may be a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !PLAIN.iter().any(|start| name.starts_with(start))
}

/// The secret in a header's value: `Bearer …`.
fn credential(value: &str) -> &str {
    match value.split_once(' ') {
        Some(("Bearer" | "bearer" | "Basic" | "basic", rest)) => rest,
        _ => value,
    }
}

/// Takes a secret out, also where a cut left only its beginning or its end.
fn mask(message: String, secret: &str) -> String {
    if secret.len() < 4 {
        return message;
    }
    let mut message = if message.contains(secret) {
        message.replace(secret, "…")
    } else {
        message
    };
    let longest = (4..secret.len()).rev().filter_map(|end| secret.get(..end));
    for part in longest {
        if let Some(start) = message.find(&format!("{part}…")) {
            message.replace_range(start..start + part.len(), "");
            break;
        }
    }
    let longest = (1..secret.len() - 3).filter_map(|start| secret.get(start..));
    for part in longest {
        if let Some(start) = message.find(&format!("…{part}")) {
            let start = start + '…'.len_utf8();
            message.replace_range(start..start + part.len(), "");
            break;
        }
    }
    // An answer that broke off within it leaves no mark.
    for end in (TELLING..secret.len()).rev() {
        if let Some(part) = secret.get(..end).filter(|part| message.contains(part)) {
            message = message.replace(part, "…");
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Fault;

    fn secrets(key: &str, headers: &[(&str, &str)]) -> Secrets {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Secrets::new(Provider::OpenAi, Some(key), &headers, Arc::default())
    }

    #[test]
    fn no_part_of_a_key_survives_a_cut() {
        let key = "sk-0123456789";
        let secrets = secrets(key, &[]);
        assert_eq!(secrets.mask(format!("a {key} b")), "a … b");
        for before in 140..160 {
            let text = format!("{}{key} and more {}", "x".repeat(before), "y".repeat(200));
            let Fault::Malformed(shown) = Fault::unexpected(&text, "what came") else {
                panic!("no malformed answer");
            };
            let shown = secrets.mask(shown);
            assert!(!shown.contains("sk-0"), "{shown}");
        }
        for before in 300..330 {
            let text = format!("\"{}{key}\" {}", "x".repeat(before), "y".repeat(200));
            let error = serde_json::from_str::<serde_json::Value>(&text).unwrap_err();
            let Fault::Malformed(shown) = Fault::malformed(&text, &error) else {
                panic!("no malformed answer");
            };
            let shown = secrets.mask(shown);
            assert!(!shown.contains("6789"), "{shown}");
        }
    }

    #[test]
    fn the_beginning_of_a_key_is_taken_out_where_an_answer_broke_off_in_it() {
        let secrets = secrets("sk-proj-0123456789", &[]);
        for (text, masked) in [
            (
                "key sk-proj-01234567 (change the request)",
                "key … (change the request)",
            ),
            ("{\"key\": \"sk-proj-0", "{\"key\": \"…"),
            ("keys begin with sk-proj-", "keys begin with sk-proj-"),
        ] {
            assert_eq!(secrets.mask(text.to_owned()), masked);
        }
    }

    #[test]
    fn values_of_headers_are_secrets_unless_their_names_say_otherwise() {
        let secrets = secrets(
            "sk-0123456789",
            &[
                ("Authorization", "Bearer gateway-0123"),
                ("Proxy-Authorization", "Basic cHJveHk6c2VjcmV0"),
                ("X-Api-Key", "another-0123"),
                ("cf-access-client", "client-0123"),
                ("X-Env", "test"),
                ("HTTP-Referer", "https://example.com"),
                ("anthropic-beta", "files-2025-04-14"),
            ],
        );
        let told = "gateway-0123 cHJveHk6c2VjcmV0 another-0123 client-0123 test https://example.com files-2025-04-14";
        let shown = secrets.mask(told.to_owned());
        assert_eq!(shown, "… … … … test https://example.com files-2025-04-14");
        assert!(secrets.are_in(told) && !secrets.are_in(&shown));
        assert_eq!(format!("{secrets:?}"), "Secrets");
    }

    #[test]
    fn a_call_has_its_own_beside_the_clients() {
        let client = Arc::new(secrets("sk-0123456789", &[]));
        assert!(Arc::ptr_eq(&client, &client.with(&[])));
        let call = client.with(&[("x-key".to_owned(), "call-0123".to_owned())]);
        assert_eq!(call.mask("sk-0123456789 call-0123".to_owned()), "… …");
    }

    #[cfg(feature = "zhipu")]
    #[test]
    fn neither_half_of_zhipus_key_nor_its_token_is_told() {
        let credentials = Arc::new(Credentials::default());
        let secrets = Secrets::new(Provider::Zhipu, Some("id.secret-0123"), &[], Arc::clone(&credentials));
        let token = credentials.token_at(std::time::Duration::from_secs(1_700_000_000), "id.secret-0123");
        let shown = secrets.mask(format!("id.secret-0123 secret-0123 {token}"));
        assert_eq!(shown, "… … …");
    }
}
