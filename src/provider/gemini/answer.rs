//! Gemini's answers as OpenAI's. Events of a stream have the shape of whole answers.

use std::borrow::Cow;

use crate::decode::Event;
use crate::json::{Json, Object};
use crate::provider::shape::{Call, Form, Identity, Piece, Usage, emit, write};
use crate::provider::{Asked, Fault, Signals, embeddings, models};
use crate::stream::Sink;

/// A whole answer.
pub(in crate::provider) fn decode_answer(asked: &Asked, text: &str) -> Result<String, Fault> {
    let mut counts = Vec::new();
    let said = Said::read(asked, text, &mut counts)?;
    if said.pieces.is_empty() {
        return Err(Fault::unexpected(text, "the answer has no candidates"));
    }
    Ok(write(
        Form::Whole,
        &said.identity(asked),
        &said.pieces,
        said.usage.as_ref(),
    ))
}

/// What one JSON text of the provider says.
struct Said<'a> {
    id: Cow<'a, str>,
    model: Option<Cow<'a, str>>,
    pieces: Vec<Piece<'a>>,
    usage: Option<Usage<'a>>,
    extra: Object<'a>,
}

impl<'a> Said<'a> {
    /// `calls` has for each candidate how many tools it called so far.
    fn read(asked: &Asked, text: &'a str, calls: &mut Vec<u64>) -> Result<Self, Fault> {
        let mut fields: Object<'a> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
        if let Some(error) = fields.get("error") {
            return Err(Fault::reported(error.text()));
        }
        let candidates = fields.take("candidates").and_then(Json::list).unwrap_or_default();
        let candidates = candidates.into_iter().filter_map(Json::object);
        let mut pieces: Vec<_> = candidates
            .map(|candidate| read_candidate(asked, candidate, calls))
            .collect();
        let feedback = fields.object("promptFeedback").unwrap_or_default();
        if pieces.is_empty() && feedback.get("blockReason").is_some() {
            pieces.push(Piece {
                finish: Some("content_filter".into()),
                ..Piece::default()
            });
        }
        Ok(Self {
            id: fields.take("responseId").and_then(Json::string).unwrap_or_default(),
            model: fields.take("modelVersion").and_then(Json::string),
            usage: fields.take("usageMetadata").and_then(Json::object).map(usage),
            pieces,
            extra: fields,
        })
    }

    fn identity<'s>(&'s self, asked: &'s Asked) -> Identity<'s> {
        Identity {
            id: &self.id,
            model: self.model.as_deref().unwrap_or(&asked.model),
            created: asked.at,
            extra: self.extra.clone(),
        }
    }
}

fn read_candidate<'a>(asked: &Asked, mut candidate: Object<'a>, calls: &mut Vec<u64>) -> Piece<'a> {
    let index = candidate.take("index").and_then(Json::number).unwrap_or_default();
    let place = usize::try_from(index).unwrap_or_default().min(MOST_CANDIDATES);
    if calls.len() <= place {
        calls.resize(place + 1, 0);
    }
    let mut nowhere = 0;
    let called = calls.get_mut(place).unwrap_or(&mut nowhere);
    let mut piece = Piece {
        index,
        ..Piece::default()
    };
    let (mut content, mut reasoning) = (None, None);
    let (mut images, mut others) = (Vec::new(), Vec::new());
    let parts = candidate.take("content").and_then(Json::object).unwrap_or_default();
    for json in parts.list("parts") {
        let part = json.object().unwrap_or_default();
        let thought = part.get("thought").is_some_and(|flag| flag.text() == "true");
        if let Some(text) = part.string("text") {
            append(if thought { &mut reasoning } else { &mut content }, text);
        } else if let Some(call) = part.object("functionCall") {
            let id = call
                .string("id")
                .unwrap_or_else(|| format!("call_{}_{index}_{called}", asked.at).into());
            piece.calls.push(Call {
                index: *called,
                id: Some(id),
                name: call.string("name"),
                arguments: call.get("args").map_or("{}", Json::text).into(),
                signature: part.get("thoughtSignature"),
            });
            *called += 1;
        } else if let Some(data) = part.object("inlineData") {
            let text = |field| data.string(field).unwrap_or_default();
            images.push(format!(
                "{{\"type\":\"image_url\",\"image_url\":{{\"url\":\"data:{};base64,{}\"}}}}",
                text("mimeType"),
                text("data")
            ));
        } else {
            others.push(Cow::Borrowed(json.text()));
        }
    }
    piece.content = content;
    piece.reasoning = reasoning;
    piece.lists = vec![
        ("images", images.into_iter().map(Cow::Owned).collect()),
        ("parts", others),
    ];
    let reason = candidate.take("finishReason").and_then(Json::string);
    piece.finish = reason.map(|reason| finish(reason, *called > 0));
    piece.extra = candidate;
    piece
}

/// The API gives at most 8.
const MOST_CANDIDATES: usize = 63;

fn append<'a>(to: &mut Option<Cow<'a, str>>, text: Cow<'a, str>) {
    match to {
        None => *to = Some(text),
        Some(known) => known.to_mut().push_str(&text),
    }
}

fn finish(reason: Cow<'_, str>, called: bool) -> Cow<'_, str> {
    match &*reason {
        "STOP" | "FUNCTION_CALL" if called => "tool_calls".into(),
        "STOP" => "stop".into(),
        "MAX_TOKENS" => "length".into(),
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => "content_filter".into(),
        other => other.to_ascii_lowercase().into(),
    }
}

/// The counts: thoughts are counted apart there, and are a part of the completion here.
fn usage(fields: Object<'_>) -> Usage<'_> {
    let count = |name| fields.number(name).unwrap_or_default();
    Usage {
        prompt: count("promptTokenCount") + count("toolUsePromptTokenCount"),
        completion: count("candidatesTokenCount") + count("thoughtsTokenCount"),
        cached: fields.number("cachedContentTokenCount"),
        reasoning: fields.number("thoughtsTokenCount"),
        extra: Object::default(),
    }
}

/// What has to be kept from one event to the next.
pub(crate) struct Stream {
    asked: Asked,
    calls: Vec<u64>,
    started: bool,
}

impl Stream {
    pub(in crate::provider) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            calls: Vec::new(),
            started: false,
        }
    }

    /// One event. The stream is complete when every candidate has its reason to end.
    pub(in crate::provider) fn on_event(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        if event.data.is_empty() {
            return Ok(Signals::default());
        }
        let mut said = Said::read(&self.asked, event.data, &mut self.calls)?;
        for piece in &mut said.pieces {
            piece.starts = !self.started;
        }
        self.started |= !said.pieces.is_empty();
        emit(sink, &said.identity(&self.asked), &said.pieces, said.usage.as_ref())
    }
}

/// Embeddings as OpenAI lists them.
pub(in crate::provider) fn decode_embeddings(asked: &Asked, text: &str) -> Result<String, Fault> {
    let fields: Object<'_> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
    let vectors = fields.objects("embeddings").filter_map(|item| item.get("values"));
    let counts = fields.object("usageMetadata");
    let tokens = counts.and_then(|counts| counts.number("promptTokenCount"));
    embeddings::write(asked, text, (0..).zip(vectors), tokens)
}

/// The models, as OpenAI lists them.
pub(in crate::provider) fn decode_models(text: &str) -> Result<String, Fault> {
    models::list(text, "models", "name", "google")
}
