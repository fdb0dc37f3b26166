//! Requests as their providers take them: address, headers and body.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::facts::Dialect;
use super::request::unsupported;
use super::{Asked, ChatInput, Input, Operation, openai};
use crate::config::{CallOptions, Settings};
use crate::error::Error;
use crate::json::{Json, Object};
use crate::rt;
use crate::transport::{Address, Headers, Request};

/// A body, and the path behind the base URL that takes it.
pub(super) type Target = (Cow<'static, str>, Vec<u8>);

/// The request, and what to remember of it.
pub(crate) fn encode(settings: &Settings, input: &Input<'_>, options: &CallOptions) -> Result<(Request, Asked), Error> {
    match input {
        Input::Chat { request, streaming } => {
            let model = model(request.model(), settings)?;
            if !request.has_messages() {
                return Err(Error::config(
                    "messages must be a list of at least one message, such as {\"role\": \"user\", \"content\": \"Hello!\"}",
                ));
            }
            let target = chat(settings, *request, model, *streaming)?;
            let request = post(settings, target, *streaming, options);
            Ok((request, asked(settings, Operation::Chat, model, options)))
        }
        Input::Embeddings(json) => {
            let mut fields: Object<'_> = serde_json::from_str(json).map_err(|error| {
                Error::config(format!(
                    "the request must be an object of fields such as input: {error}"
                ))
            })?;
            let named = fields.take("model").and_then(Json::string);
            let model = model(named.as_deref(), settings)?;
            let input = fields.get("input").map_or("[]", Json::text);
            if input == "\"\"" || Json::parse(input).is_ok_and(|input| input.list().is_some_and(|list| list.is_empty()))
            {
                return Err(Error::config("input must be a text, or a list of at least one text"));
            }
            let target = embeddings(settings, &fields, model)?;
            let request = post(settings, target, false, options);
            Ok((request, asked(settings, Operation::Embeddings, model, options)))
        }
        Input::Models(page) => {
            let request = Request {
                method: "GET",
                to: Arc::new(Address {
                    url: models_url(settings, *page),
                    headers: headers(settings, "application/json", options),
                }),
                own: None,
                body: Bytes::new(),
            };
            Ok((request, asked(settings, Operation::Models, "", options)))
        }
    }
}

fn post(settings: &Settings, (path, body): Target, streaming: bool, options: &CallOptions) -> Request {
    let accept = match settings.provider.dialect() {
        #[cfg(feature = "ollama")]
        Dialect::Ollama if streaming => "application/x-ndjson",
        _ if streaming => "text/event-stream",
        _ => "application/json",
    };
    let address = || {
        let mut headers = headers(settings, accept, options);
        if headers.get("content-type").is_none() {
            headers.set("content-type", "application/json");
        }
        #[cfg(feature = "aliyun")]
        if streaming && settings.provider.dialect() == Dialect::Aliyun {
            headers.set("x-dashscope-sse", "enable");
        }
        Address {
            url: [settings.base_url.as_str(), &path].concat(),
            headers,
        }
    };
    let to = if options.headers.is_empty() {
        settings.credentials.address(settings, &path, streaming, address)
    } else {
        Arc::new(address())
    };
    Request {
        method: "POST",
        to,
        own: None,
        body: Bytes::from(body),
    }
}

fn headers(settings: &Settings, accept: &str, options: &CallOptions) -> Headers {
    // Enough for most: it grows when there are more.
    let mut headers = Headers::with_capacity(8, 256);
    headers.set("accept", accept);
    settings.credentials.apply(settings, &mut headers);
    for (name, value) in settings.extra_headers.iter().chain(&options.headers) {
        headers.set(name, value.as_str());
    }
    headers
}

fn chat(settings: &Settings, request: &dyn ChatInput, model: &str, streaming: bool) -> Result<Target, Error> {
    if settings.provider.dialect() == Dialect::OpenAi {
        let usage = settings.provider.reports_usage_if_asked();
        let body = request.body(model, streaming, usage)?;
        return Ok(("/chat/completions".into(), body));
    }
    request.encode_fields(&|fields| chat_of(settings, fields, model, streaming))
}

#[allow(unused_variables, reason = "for builds without dialects")]
fn chat_of(settings: &Settings, fields: &Object<'_>, model: &str, streaming: bool) -> Result<Target, Error> {
    match settings.provider.dialect() {
        Dialect::OpenAi => Err(Error::config("the dialect is OpenAI's")),
        #[cfg(feature = "anthropic")]
        Dialect::Anthropic => Ok(("/messages".into(), super::anthropic::encode(fields, model, streaming)?)),
        #[cfg(feature = "gemini")]
        Dialect::Gemini => {
            let method = if streaming {
                "streamGenerateContent?alt=sse"
            } else {
                "generateContent"
            };
            let path = format!("/{}:{method}", super::gemini::model_path(model)?);
            Ok((path.into(), super::gemini::encode(fields)?))
        }
        #[cfg(feature = "aliyun")]
        Dialect::Aliyun => {
            let (body, path) = super::aliyun::encode(fields, model, streaming)?;
            Ok((path.into(), body))
        }
        #[cfg(feature = "ollama")]
        Dialect::Ollama => Ok(("/api/chat".into(), super::ollama::encode(fields, model, streaming)?)),
    }
}

fn embeddings(settings: &Settings, fields: &Object<'_>, model: &str) -> Result<Target, Error> {
    let provider = settings.provider;
    if !provider.has_embeddings() {
        return Err(unsupported(
            provider.name(),
            "embeddings",
            "take another provider for them",
        ));
    }
    Ok(match provider.dialect() {
        #[cfg(feature = "gemini")]
        Dialect::Gemini => (
            format!("/{}:batchEmbedContents", super::gemini::model_path(model)?).into(),
            super::gemini::encode_embeddings(fields, model)?,
        ),
        #[cfg(feature = "aliyun")]
        Dialect::Aliyun => (
            "/services/embeddings/text-embedding/text-embedding".into(),
            super::aliyun::encode_embeddings(fields, model)?,
        ),
        #[cfg(feature = "ollama")]
        Dialect::Ollama => ("/api/embed".into(), super::ollama::encode_embeddings(fields, model)?),
        _ => ("/embeddings".into(), openai::encode_embeddings(fields, model)),
    })
}

#[allow(unused_variables, reason = "for builds without dialects")]
fn models_url(settings: &Settings, page: Option<&str>) -> String {
    let base = &settings.base_url;
    match settings.provider.dialect() {
        #[cfg(feature = "anthropic")]
        Dialect::Anthropic => super::models::url(format!("{base}/models?limit=1000"), "after_id", page),
        #[cfg(feature = "gemini")]
        Dialect::Gemini => super::models::url(format!("{base}/models?pageSize=1000"), "pageToken", page),
        // The list is beside the API of its own, under the one that is like OpenAI's.
        #[cfg(feature = "aliyun")]
        Dialect::Aliyun => format!(
            "{}/compatible-mode/v1/models",
            base.strip_suffix("/api/v1").unwrap_or(base)
        ),
        #[cfg(feature = "ollama")]
        Dialect::Ollama => format!("{base}/api/tags"),
        Dialect::OpenAi => format!("{base}/models"),
    }
}

fn model<'a>(given: Option<&'a str>, settings: &'a Settings) -> Result<&'a str, Error> {
    let given = given.filter(|model| !model.is_empty());
    given.or(settings.default_model.as_deref()).ok_or_else(|| {
        Error::config("model is missing: give the request a model, or the configuration a default_model")
    })
}

fn asked(settings: &Settings, operation: Operation, model: &str, options: &CallOptions) -> Asked {
    Asked {
        provider: settings.provider,
        operation,
        model: model.into(),
        at: rt::unix_time().as_secs(),
        secrets: settings.secrets.with(&options.headers),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn unwritable(error: serde_json::Error) -> Error {
    Error::config(format!("the request cannot be written as JSON: {error}"))
}
