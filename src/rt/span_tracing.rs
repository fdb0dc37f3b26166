//! Native: a span of `tracing` for each call, with the attributes of OpenTelemetry's conventions for generative AI.
//!
//! Without a subscriber nothing is made. No key, no message and no answer is ever put into a span.

use tracing::field::{Empty, debug};

use crate::metrics::Tokens;
use crate::stream::Notes;

/// The span of one call.
#[derive(Debug)]
pub(crate) struct Span(tracing::Span);

impl Span {
    /// The span of a call that begins, as a child of the present one.
    pub(crate) fn begin(operation: &'static str, provider: &'static str, model: &str, url: &str) -> Self {
        Self(tracing::info_span!(
            target: "llm_api_router",
            "call",
            otel.name = format!("{operation} {model}").trim_end(),
            otel.kind = "client",
            otel.status_code = Empty,
            gen_ai.operation.name = operation,
            gen_ai.provider.name = well_known(provider),
            gen_ai.request.model = Some(model).filter(|model| !model.is_empty()),
            gen_ai.response.id = Empty,
            gen_ai.response.model = Empty,
            gen_ai.response.finish_reasons = Empty,
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
            http.request.resend_count = Empty,
            server.address = address(url).map(|(host, _)| host),
            server.port = address(url).and_then(|(_, port)| port),
            "error.type" = Empty,
        ))
    }

    /// Whether anybody wants to know.
    pub(crate) fn is_on(&self) -> bool {
        !self.0.is_disabled()
    }

    /// So many attempts were made after the first.
    pub(crate) fn retried(&self, retries: u64) {
        self.0.record("http.request.resend_count", retries);
    }

    /// What the answer says about itself.
    pub(crate) fn answered(&self, notes: &Notes) {
        let Notes { id, model, reasons } = notes;
        for (name, value) in [("gen_ai.response.id", id), ("gen_ai.response.model", model)] {
            if !value.is_empty() {
                self.0.record(name, value.as_str());
            }
        }
        if !reasons.is_empty() {
            self.0.record("gen_ai.response.finish_reasons", debug(reasons));
        }
    }

    /// What the call took.
    pub(crate) fn used(&self, tokens: Tokens) {
        self.0.record("gen_ai.usage.input_tokens", tokens.prompt);
        self.0.record("gen_ai.usage.output_tokens", tokens.completion);
    }

    /// The call has failed in this way.
    pub(crate) fn failed(&self, kind: &'static str) {
        self.0.record("otel.status_code", "ERROR");
        self.0.record("error.type", kind);
    }

    /// The call has ended.
    pub(crate) fn end(&mut self) {
        self.0 = tracing::Span::none();
    }
}

/// The provider by the name that the conventions have for it, where they have one.
fn well_known(provider: &'static str) -> &'static str {
    match provider {
        "gemini" => "gcp.gemini",
        "xai" => "x_ai",
        other => other,
    }
}

fn address(url: &str) -> Option<(String, Option<u16>)> {
    let url = reqwest::Url::parse(url).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default()))
}
