//! Error answers in OpenAI's shape.

use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::json_response;
use super::body::Body;
use super::scenario::Scenario;

/// Why a request gets no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    status: StatusCode,
    message: String,
    parameter: Option<&'static str>,
    code: Option<&'static str>,
    allow: Option<&'static str>,
}

impl Failure {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            parameter: None,
            code: None,
            allow: None,
        }
    }

    /// The request's body is wrong; `parameter` where one field is to blame.
    pub(super) fn bad_request(message: impl Into<String>, parameter: Option<&'static str>) -> Self {
        Self {
            parameter,
            ..Self::new(StatusCode::BAD_REQUEST, message)
        }
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The request's body is larger than {limit} bytes."),
        )
    }

    pub(super) fn no_key() -> Self {
        let message = "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.";
        Self {
            code: Some("invalid_api_key"),
            ..Self::new(StatusCode::UNAUTHORIZED, message)
        }
    }

    pub(super) fn unknown_scenario(message: String) -> Self {
        Self {
            code: Some("unknown_scenario"),
            ..Self::new(StatusCode::NOT_FOUND, message)
        }
    }

    pub(super) fn unknown_path(path: &str) -> Self {
        let message = format!(
            "Nothing is at '{path}'. There are: POST /v1/chat/completions, POST /v1/embeddings, GET /v1/models, all also under \
             /_scenario/NAME, GET /_stats, POST /_stats/reset. Scenarios: {}.",
            Scenario::names()
        );
        Self {
            code: Some("unknown_url"),
            ..Self::new(StatusCode::NOT_FOUND, message)
        }
    }

    pub(super) fn wrong_method(path: &str, allow: &'static str) -> Self {
        let message = format!("'{path}' takes {allow} only.");
        Self {
            allow: Some(allow),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }

    /// The scenario `status-NNN`.
    pub(super) fn scenario(status: StatusCode) -> Self {
        let (message, code) = match status.as_u16() {
            401 => ("Incorrect API key provided: demo.", Some("invalid_api_key")),
            404 => (
                "The model does not exist or you do not have access to it.",
                Some("model_not_found"),
            ),
            429 => (
                "Rate limit reached. Please try again in 1s.",
                Some("rate_limit_exceeded"),
            ),
            500.. => ("The server had an error while processing your request.", None),
            _ => ("The request was refused, as its path asked for.", None),
        };
        Self {
            code,
            ..Self::new(status, message)
        }
    }

    /// An error in the middle of a stream.
    pub(super) fn overloaded() -> Self {
        let message = "The server had an error while processing your request.";
        Self {
            code: Some("server_error"),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
        }
    }

    pub(super) fn json(&self) -> Value {
        let kind = match self.status.as_u16() {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        json!({"error": {"message": self.message, "type": kind, "param": self.parameter, "code": self.code}})
    }

    pub(super) fn response(&self) -> Response<Body> {
        let mut response = json_response(self.json().to_string());
        *response.status_mut() = self.status;
        if let Some(allow) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
