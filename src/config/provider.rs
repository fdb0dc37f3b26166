//! `ProviderConfig`: which provider, with which key, limits and headers; and the checks that make [`Settings`] of it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::pool::{count, in_range};
use super::raw::{Table, Value};
use super::timeouts::limit;
use super::{ConnectionPoolConfig, HttpVersion, Preset, RetryConfig, TimeLimit, TimeoutConfig, base_url, header};
use crate::deadline::Limits;
use crate::decode::DEFAULT_LIMIT;
use crate::error::Error;
use crate::provider::{Credentials, Provider, Secrets};

const MOST_EVENT: usize = 1 << 30;

/// Which provider to call, and how.
///
/// ```
/// use llm_api_router::{ConnectionPoolConfig, ProviderConfig, TimeoutConfig};
///
/// let config = ProviderConfig::new("openai", "sk-example")
///     .default_model("gpt-4o-mini")
///     .connection_pool_config(ConnectionPoolConfig { max_connections: 50, ..Default::default() })
///     .timeout_config(TimeoutConfig::default().read(120.0).idle(15.0));
/// let from_a_file: ProviderConfig = serde_json::from_str(
///     r#"{"provider_type": "openai", "api_key": "sk-example", "timeout": 30}"#,
/// )?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct ProviderConfig {
    provider_type: String,
    api_key: Option<String>,
    base_url: Option<String>,
    default_model: Option<String>,
    extra_headers: Vec<(String, String)>,
    preset: Option<Preset>,
    timeout: Option<TimeLimit>,
    timeout_config: Option<TimeoutConfig>,
    connection_pool_config: Option<ConnectionPoolConfig>,
    retry_config: RetryConfig,
    max_event_size: usize,
    root_certificates: Option<String>,
    client_certificate: Option<String>,
    http_version: Option<HttpVersion>,
}

/// A configuration that passed its checks.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) provider: Provider,
    /// Without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) api_key: Option<String>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) default_model: Option<String>,
    pub(crate) extra_headers: Vec<(String, String)>,
    pub(crate) pool: ConnectionPoolConfig,
    pub(crate) limits: Limits,
    pub(crate) retries: RetryConfig,
    /// In bytes.
    pub(crate) max_event_size: usize,
    pub(crate) root_certificates: Option<String>,
    pub(crate) client_certificate: Option<String>,
    /// `None`: not written.
    pub(crate) http_version: Option<HttpVersion>,
}

impl Settings {
    /// How many requests there may be at a time.
    pub(crate) fn places(&self) -> usize {
        self.pool.max_connections * self.http_version.unwrap_or_default().streams()
    }
}

impl ProviderConfig {
    /// A provider by its type, such as `openai` or `openai-compatible`, and its key. An empty key counts as none.
    #[must_use]
    pub fn new(provider_type: impl Into<String>, api_key: impl Into<String>) -> Self {
        Self {
            provider_type: provider_type.into(),
            api_key: Some(api_key.into()),
            base_url: None,
            default_model: None,
            extra_headers: Vec::new(),
            preset: None,
            timeout: None,
            timeout_config: None,
            connection_pool_config: None,
            retry_config: RetryConfig::default(),
            max_event_size: DEFAULT_LIMIT,
            root_certificates: None,
            client_certificate: None,
            http_version: None,
        }
    }

    /// Where the API is, up to and including its version: `http://localhost:8000/v1`. Default: the provider's own;
    /// `openai-compatible` has none and needs it.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The model of requests that name none. Default: `deepseek-chat` for `deepseek`, else none.
    #[must_use]
    pub fn default_model(mut self, model: impl Into<String>) -> Self {
        self.default_model = Some(model.into());
        self
    }

    /// A header of every request; it takes the place of one of the same name. Default: none.
    #[must_use]
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra_headers.push((name.into(), value.into()));
        self
    }

    /// Limits that fit a scenario; what is set beside it wins. Default: none.
    #[must_use]
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = Some(preset);
        self
    }

    /// One limit for pool, connect, write and read. [`timeout_config`](Self::timeout_config) wins over it. Default: none.
    #[must_use]
    pub fn timeout(mut self, limit: impl Into<TimeLimit>) -> Self {
        self.timeout = Some(limit.into());
        self
    }

    /// The time limits, each by itself. Default: [`TimeoutConfig::default`].
    #[must_use]
    pub fn timeout_config(mut self, timeouts: TimeoutConfig) -> Self {
        self.timeout_config = Some(timeouts);
        self
    }

    /// The pool's limits. Default: [`ConnectionPoolConfig::default`].
    #[must_use]
    pub fn connection_pool_config(mut self, pool: ConnectionPoolConfig) -> Self {
        self.connection_pool_config = Some(pool);
        self
    }

    /// How often a failed call is tried again, and when. Default: [`RetryConfig::default`], which is 3 times.
    #[must_use]
    pub fn retry_config(mut self, retries: RetryConfig) -> Self {
        self.retry_config = retries;
        self
    }

    /// The largest single event of a streamed answer, in bytes: a larger one ends the stream with an error, so that no
    /// server can fill the memory. From 1 to 1 GiB. Default: 16 MiB.
    #[must_use]
    pub fn max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = bytes;
        self
    }

    /// Certificates in PEM that are trusted besides the system's, such as those of a company's own authority. The
    /// variable `SSL_CERT_FILE` names a file of such certificates, too. Native targets only. Default: none.
    ///
    /// ```no_run
    /// # use llm_api_router::ProviderConfig;
    /// let config = ProviderConfig::new("openai-compatible", "key")
    ///     .base_url("https://llm.example.com/v1")
    ///     .root_certificates(std::fs::read_to_string("company.pem")?)
    ///     .client_certificate(std::fs::read_to_string("program-with-its-key.pem")?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<String>) -> Self {
        self.root_certificates = Some(pem.into());
        self
    }

    /// What the client proves its own identity with, where a server asks for that: a certificate, those that vouch for it
    /// and its private key, in one text in PEM; [`root_certificates`](Self::root_certificates) has an example. Native
    /// targets only. Default: none.
    #[must_use]
    pub fn client_certificate(mut self, pem: impl Into<String>) -> Self {
        self.client_certificate = Some(pem.into());
        self
    }

    /// The version of HTTP. With [`HttpVersion::Http2`] one socket carries up to 100 requests, and `max_connections`
    /// still limits the sockets: not the requests, of which there may be 100 times as many. Native targets only.
    /// Default: HTTP/1.1.
    #[must_use]
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.http_version = Some(version);
        self
    }

    /// What a configuration says.
    pub(crate) fn from_written(value: Value) -> Result<Self, Error> {
        let mut table = Table::open("", value)?;
        let provider_type = table
            .text("provider_type")?
            .ok_or_else(|| Error::config(format!("provider_type is missing: it is one of {}", Provider::names())))?;
        let preset = preset(&mut table)?;
        let pool_base = preset.map(Preset::connection_pool_config).unwrap_or_default();
        let timeout_base = preset.map(Preset::timeout_config).unwrap_or_default();
        let config = Self {
            provider_type,
            api_key: table.text("api_key")?,
            base_url: table.text("base_url")?,
            default_model: table.text("default_model")?,
            extra_headers: headers(&mut table, "extra_headers")?,
            preset,
            timeout: limit(&mut table, "timeout")?,
            timeout_config: written(&mut table, "timeout_config")
                .map(|value| TimeoutConfig::read_over(value, timeout_base))
                .transpose()?,
            connection_pool_config: written(&mut table, "connection_pool_config")
                .map(|value| ConnectionPoolConfig::read(value, pool_base))
                .transpose()?,
            retry_config: written(&mut table, "retry_config")
                .map(|value| RetryConfig::read_over(value, RetryConfig::default()))
                .transpose()?
                .unwrap_or_default(),
            max_event_size: count(&mut table, "max_event_size", 1, MOST_EVENT)?.unwrap_or(DEFAULT_LIMIT),
            root_certificates: table.text("root_certificates")?,
            client_certificate: table.text("client_certificate")?,
            http_version: HttpVersion::read(&mut table, "http_version")?,
        };
        table.finish()?;
        Ok(config)
    }

    /// Checks everything; the error names the field and what to do.
    pub(crate) fn validate(self) -> Result<Settings, Error> {
        let provider = Provider::by_name(&self.provider_type)?;
        let api_key = self.api_key.filter(|key| !key.is_empty());
        match &api_key {
            Some(key) => {
                header::check_value("api_key", key)?;
                provider.check_key(key)?;
            }
            None if provider.needs_key() => {
                return Err(Error::config(format!(
                    "api_key is missing: provider_type {:?} needs one",
                    provider.name()
                )));
            }
            None => {}
        }
        self.extra_headers
            .iter()
            .try_for_each(|(name, value)| header::check("extra_headers", name, value))?;
        let base_url = base_url::check(provider, self.base_url)?;
        let pool = self
            .connection_pool_config
            .or(self.preset.map(Preset::connection_pool_config))
            .unwrap_or_default();
        pool.validate()?;
        self.retry_config.validate()?;
        in_range("max_event_size", self.max_event_size, 1, MOST_EVENT)?;
        let uniform = self.timeout.map(TimeoutConfig::uniform).transpose()?;
        let timeouts = self
            .timeout_config
            .or(uniform)
            .or(self.preset.map(Preset::timeout_config))
            .unwrap_or_default();
        timeouts.validate()?;
        let credentials = Arc::<Credentials>::default();
        let secrets = Secrets::new(
            provider,
            api_key.as_deref(),
            &self.extra_headers,
            Arc::clone(&credentials),
        );
        Ok(Settings {
            provider,
            base_url,
            api_key,
            credentials,
            secrets: Arc::new(secrets),
            default_model: default_model(provider, self.default_model),
            extra_headers: self.extra_headers,
            pool,
            limits: timeouts.limits(),
            retries: self.retry_config,
            max_event_size: self.max_event_size,
            root_certificates: self.root_certificates,
            client_certificate: self.client_certificate,
            http_version: self.http_version,
        })
    }
}

fn default_model(provider: Provider, given: Option<String>) -> Option<String> {
    let given = given.filter(|model| !model.is_empty());
    given.or_else(|| provider.default_model().map(str::to_owned))
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.extra_headers.iter().map(|(name, _)| name).collect();
        formatter
            .debug_struct("ProviderConfig")
            .field("provider_type", &self.provider_type)
            .field("api_key", &self.api_key.as_ref().map(|_| "…"))
            .field("base_url", &self.base_url.as_deref().map(base_url::without_user))
            .field("default_model", &self.default_model)
            .field("extra_headers", &headers)
            .field("preset", &self.preset)
            .field("timeout", &self.timeout)
            .field("timeout_config", &self.timeout_config)
            .field("connection_pool_config", &self.connection_pool_config)
            .field("retry_config", &self.retry_config)
            .field("max_event_size", &self.max_event_size)
            .field("http_version", &self.http_version)
            .finish_non_exhaustive()
    }
}

impl<'de> Deserialize<'de> for ProviderConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_written(value).map_err(serde::de::Error::custom)
    }
}

/// A field whose `null` counts as not written.
fn written(table: &mut Table, field: &'static str) -> Option<Value> {
    table.take(field).filter(|value| *value != Value::Null)
}

fn preset(table: &mut Table) -> Result<Option<Preset>, Error> {
    let Some(name) = table.text("preset")? else {
        return Ok(None);
    };
    let known = Preset::NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, preset)| *preset);
    let names = Preset::NAMES.map(|(name, _)| name).join(", ");
    known
        .map(Some)
        .ok_or_else(|| Error::config(format!("preset must be one of {names}, got {name:?}")))
}

/// An object of header names and values.
pub(super) fn headers(table: &mut Table, field: &'static str) -> Result<Vec<(String, String)>, Error> {
    let name = table.name(field);
    let fail = || Error::config(format!("{name} must be an object of header names and string values"));
    match table.take(field) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Table(entries)) => entries
            .into_iter()
            .map(|(key, value)| match value {
                Value::Text(text) => Ok((key, text)),
                _ => Err(fail()),
            })
            .collect(),
        Some(_) => Err(fail()),
    }
}
