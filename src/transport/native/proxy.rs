//! Proxies from the environment, read once per client: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.

use reqwest::{ClientBuilder, NoProxy, Proxy};

use crate::error::Error;

/// The proxies that every slot of a client uses.
pub(super) struct Proxies {
    list: Vec<Proxy>,
    encrypted: bool,
}

impl Proxies {
    pub(super) fn from_environment() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
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
