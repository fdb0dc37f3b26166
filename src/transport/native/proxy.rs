//! Proxies from the environment, read once per client: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{ClientBuilder, NoProxy, Proxy, Url};

use crate::error::Error;

/// The proxies that every slot of a client uses.
pub(super) struct Proxies {
    list: Vec<Proxy>,
    encrypted: bool,
}

impl Proxies {
    /// `variable` reads a variable of the environment.
    pub(super) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let read = |upper: &'static str| {
            let lower = upper.to_ascii_lowercase();
            // In a CGI program, HTTP_PROXY is the client's `Proxy` header.
            let trusted = upper != "HTTP_PROXY" || variable("REQUEST_METHOD").is_none();
            let value = variable(&lower).or_else(|| if trusted { variable(upper) } else { None });
            value
                .filter(|value| !value.trim().is_empty())
                .map(|value| (upper, value))
        };
        let except = variable("no_proxy").or_else(|| variable("NO_PROXY"));
        let except = except.as_deref().and_then(NoProxy::from_string);
        let mut proxies = Self {
            list: Vec::new(),
            encrypted: false,
        };
        type Kind = fn(&str) -> reqwest::Result<Proxy>;
        let kinds: [(&'static str, Kind); 3] = [
            ("HTTP_PROXY", |url| Proxy::http(url)),
            ("HTTPS_PROXY", |url| Proxy::https(url)),
            ("ALL_PROXY", |url| Proxy::all(url)),
        ];
        for (name, kind) in kinds {
            if let Some((name, value)) = read(name) {
                let proxy = kind(value.trim()).map_err(|_| {
                    Error::config(format!(
                        "{name} in the environment is no proxy address: write it as http://host:port, or unset it"
                    ))
                })?;
                proxies.encrypted |= value.trim_start().to_ascii_lowercase().starts_with("https:");
                proxies.list.push(proxy.no_proxy(except.clone()));
            }
        }
        Ok(proxies)
    }

    /// Whether a proxy itself is spoken to over TLS.
    pub(super) fn encrypted(&self) -> bool {
        self.encrypted
    }

    pub(super) fn apply(&self, builder: ClientBuilder) -> ClientBuilder {
        // Without this, reqwest reads the environment anew for every slot.
        let builder = builder.no_proxy();
        self.list
            .iter()
            .fold(builder, |builder, proxy| builder.proxy(proxy.clone()))
    }
}

/// The passwords in the environment's addresses of proxies, as they are written and as they are sent.
pub(super) fn passwords(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let values = names
        .iter()
        .flat_map(|name| [variable(name), variable(&name.to_ascii_lowercase())]);
    let mut passwords = Vec::new();
    for url in values.flatten().filter_map(|value| Url::parse(value.trim()).ok()) {
        if let Some(password) = url.password() {
            let sent = [decoded(url.username()), b":".to_vec(), decoded(password)].concat();
            passwords.extend([password.to_owned(), STANDARD.encode(sent)]);
        }
    }
    passwords
}

/// Without the escapes of an address.
fn decoded(text: &str) -> Vec<u8> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part
            .split_at_checked(2)
            .map(|(code, rest)| (u8::from_str_radix(code, 16), rest))
        {
            Some((Ok(byte), rest)) => {
                bytes.push(byte);
                bytes.extend_from_slice(rest.as_bytes());
            }
            _ => {
                bytes.push(b'%');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Proxies, Error> {
        let find = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Proxies::from_variables(find)
    }

    #[test]
    fn passwords_are_known_as_they_are_written_and_as_they_are_sent() {
        let find = |name: &str| match name {
            "HTTPS_PROXY" => Some("http://us%65r:p%40ss-word@proxy.test:3128".to_owned()),
            "http_proxy" => Some("http://proxy.test".to_owned()),
            _ => None,
        };
        assert_eq!(passwords(find), ["p%40ss-word", "dXNlcjpwQHNzLXdvcmQ="]);
    }

    #[test]
    fn an_environment_without_proxies_has_none() {
        assert!(with(&[]).unwrap().list.is_empty());
        assert!(with(&[("HTTPS_PROXY", " ")]).unwrap().list.is_empty());
    }

    #[test]
    fn upper_and_lower_case_are_read() {
        for name in [
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
        ] {
            assert_eq!(
                with(&[(name, "http://proxy.test:3128")]).unwrap().list.len(),
                1,
                "{name}"
            );
        }
    }

    #[test]
    fn a_proxy_that_is_spoken_to_over_tls_is_noticed() {
        assert!(!with(&[("HTTPS_PROXY", "http://proxy.test")]).unwrap().encrypted());
        assert!(with(&[("HTTP_PROXY", "https://proxy.test")]).unwrap().encrypted());
    }

    #[test]
    fn a_cgi_programs_proxy_header_is_not_trusted() {
        let cgi = [("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil.test")];
        assert!(with(&cgi).unwrap().list.is_empty());
    }

    #[test]
    fn an_address_that_is_none_is_an_error_that_names_the_variable() {
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            for address in ["http://[", "http://user:secret@host:port", "http://", "no proxy"] {
                let error = with(&[(name, address)]).err().unwrap();
                assert_eq!(
                    error.to_string(),
                    format!("{name} in the environment is no proxy address: write it as http://host:port, or unset it")
                );
            }
        }
    }

    #[test]
    fn a_client_is_not_made_with_a_proxy_address_that_is_none() {
        let host = crate::transport::Host {
            variable: |name| (name == "https_proxy").then(|| "http://[".to_owned()),
            ..Default::default()
        };
        let error = crate::Client::with_host(crate::ProviderConfig::new("openai", "key"), host)
            .err()
            .unwrap();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(
            error.to_string().starts_with("HTTPS_PROXY in the environment"),
            "{error}"
        );
    }
}
