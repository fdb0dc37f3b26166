//! Anthropic's answers as OpenAI's.

use std::borrow::Cow;

use crate::decode::Event;
use crate::json::{Json, Object, Writer};
use crate::provider::shape::{Call, Form, Identity, Piece, Usage, emit, write, write_usage};
use crate::provider::{Asked, Fault, Signals};
use crate::stream::Sink;

/// A whole answer.
pub(in crate::provider) fn decode_answer(asked: &Asked, text: &str) -> Result<String, Fault> {
    let mut fields = object(text)?;
    if let Some(error) = fields.get("error") {
        return Err(Fault::reported(error.text()));
    }
    let Some(blocks) = fields.take("content").and_then(Json::list) else {
        return Err(Fault::unexpected(text, "the answer has no content"));
    };
    let (mut content, mut reasoning) = (String::new(), String::new());
    let mut piece = Piece::default();
    let (mut thoughts, mut others) = (Vec::new(), Vec::new());
    let mut citations = Vec::new();
    for json in blocks {
        let block = json.object().unwrap_or_default();
        match block.string("type").as_deref() {
            Some("text") => {
                content.push_str(&block.string("text").unwrap_or_default());
                citations.extend(
                    block
                        .list("citations")
                        .into_iter()
                        .map(|json| Cow::Borrowed(json.text())),
                );
            }
            Some("thinking") => {
                reasoning.push_str(&block.string("thinking").unwrap_or_default());
                thoughts.push(json.text().into());
            }
            Some("redacted_thinking") => thoughts.push(json.text().into()),
            Some("tool_use") => piece.calls.push(Call {
                index: piece.calls.len() as u64,
                id: block.string("id"),
                name: block.string("name"),
                arguments: block.get("input").map_or("{}", Json::text).into(),
                signature: None,
            }),
            _ => others.push(json.text().into()),
        }
    }
    piece.content = Some(content).filter(|text| !text.is_empty()).map(Cow::Owned);
    piece.reasoning = Some(reasoning).filter(|text| !text.is_empty()).map(Cow::Owned);
    piece.lists = vec![
        ("thinking_blocks", thoughts),
        ("citations", citations),
        ("blocks", others),
    ];
    piece.finish = fields.take("stop_reason").and_then(Json::string).map(finish);
    piece.extra = sequence(&mut fields);
    let usage = fields.take("usage").and_then(Json::object).map(usage);
    let id = fields.take("id").and_then(Json::string).unwrap_or_default();
    let model = fields.take("model").and_then(Json::string);
    fields.0.retain(|(name, _)| !matches!(&**name, "type" | "role"));
    let identity = Identity {
        id: &id,
        model: model.as_deref().unwrap_or(&asked.model),
        created: asked.at,
        extra: fields,
    };
    Ok(write(Form::Whole, &identity, &[piece], usage.as_ref()))
}

fn object(text: &str) -> Result<Object<'_>, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))
}

/// The text at which the answer ended.
fn sequence<'a>(fields: &mut Object<'a>) -> Object<'a> {
    let text = fields.take("stop_sequence");
    Object(text.map(|text| ("stop_sequence".into(), text)).into_iter().collect())
}

fn finish(reason: Cow<'_, str>) -> Cow<'_, str> {
    match &*reason {
        "end_turn" | "stop_sequence" => "stop".into(),
        "max_tokens" | "model_context_window_exceeded" => "length".into(),
        "tool_use" => "tool_calls".into(),
        "refusal" => "content_filter".into(),
        _ => reason,
    }
}

/// The counts: what was read from or written to the cache is counted apart there, and is a part of the prompt here.
fn usage(fields: Object<'_>) -> Usage<'_> {
    let count = |name| fields.number(name).unwrap_or_default();
    Usage {
        prompt: count("input_tokens") + count("cache_creation_input_tokens") + count("cache_read_input_tokens"),
        completion: count("output_tokens"),
        cached: fields.number("cache_read_input_tokens"),
        reasoning: None,
        extra: fields,
    }
}

/// What has to be kept from one event to the next.
pub(crate) struct Stream {
    asked: Asked,
    id: String,
    model: String,
    /// The counts so far, as JSON: the later ones do not repeat all of the earlier.
    usage: String,
    /// How many tools were called so far.
    calls: u64,
    block: Block,
}

/// What the block that is being written is.
enum Block {
    Other,
    /// The call with this number, and whether any of its arguments have come.
    Call(u64, bool),
    /// A thought with its signature, which has to come back whole.
    Thought(String, String),
}

impl Stream {
    pub(in crate::provider) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            id: String::new(),
            model: asked.model.to_string(),
            usage: String::new(),
            calls: 0,
            block: Block::Other,
        }
    }

    /// One event. The stream is complete with `message_stop`, and not with the stop reason that comes before it.
    pub(in crate::provider) fn on_event(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        if event.data.is_empty() {
            return Ok(Signals::default());
        }
        let fields = object(event.data)?;
        let kind = fields.string("type").unwrap_or_default();
        let mut signals = match &*kind {
            "message_start" => self.start(&fields.object("message").unwrap_or_default(), sink)?,
            "content_block_start" => self.begin_block(fields.get("content_block"), sink)?,
            "content_block_delta" => self.extend_block(&fields.object("delta").unwrap_or_default(), sink)?,
            "content_block_stop" => self.end_block(sink)?,
            "message_delta" => self.end(&fields, sink)?,
            "message_stop" => Signals {
                done: true,
                ..Signals::default()
            },
            "error" => return Err(Fault::reported(fields.get("error").map_or(event.data, Json::text))),
            // `ping`, and what the API may add: clients are asked to pass over it. Gateways report errors without a type.
            _ => match fields.get("error") {
                Some(error) => return Err(Fault::reported(error.text())),
                None => Signals::default(),
            },
        };
        signals.ended = 0;
        Ok(signals)
    }

    /// The counts so far, as OpenAI's JSON.
    pub(in crate::provider) fn used(&self) -> Option<String> {
        let counts = object(&self.usage).ok().filter(|counts| !counts.0.is_empty())?;
        Some(write_usage(&usage(counts)))
    }

    fn start(&mut self, message: &Object<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        self.id = message.string("id").unwrap_or_default().into_owned();
        if let Some(model) = message.string("model") {
            self.model = model.into_owned();
        }
        self.usage = message.get("usage").map_or("{}", Json::text).to_owned();
        self.emit(
            sink,
            Piece {
                starts: true,
                content: Some("".into()),
                ..Piece::default()
            },
        )
    }

    fn begin_block(&mut self, json: Option<Json<'_>>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        let block = json.and_then(Json::object).unwrap_or_default();
        let text = json.map_or("null", Json::text);
        self.block = Block::Other;
        let mut piece = Piece::default();
        match block.string("type").as_deref() {
            Some("text") => piece.content = block.string("text").filter(|text| !text.is_empty()),
            Some("thinking") => {
                let start = |field| block.string(field).unwrap_or_default().into_owned();
                self.block = Block::Thought(start("thinking"), start("signature"));
                return Ok(Signals::default());
            }
            Some("redacted_thinking") => piece.lists.push(("thinking_blocks", vec![text.into()])),
            Some("tool_use") => {
                piece.calls.push(Call {
                    index: self.calls,
                    id: block.string("id"),
                    name: block.string("name"),
                    ..Call::default()
                });
                self.block = Block::Call(self.calls, false);
                self.calls += 1;
            }
            _ => piece.lists.push(("blocks", vec![text.into()])),
        }
        if piece.content.is_none() && piece.calls.is_empty() && piece.lists.is_empty() {
            return Ok(Signals::default());
        }
        self.emit(sink, piece)
    }

    fn extend_block(&mut self, delta: &Object<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        let mut piece = Piece::default();
        match (delta.string("type").as_deref(), &mut self.block) {
            (Some("text_delta"), _) => piece.content = delta.string("text"),
            (Some("input_json_delta"), Block::Call(index, begun)) => {
                let arguments = delta.string("partial_json").unwrap_or_default();
                if arguments.is_empty() {
                    return Ok(Signals::default());
                }
                *begun = true;
                piece.calls.push(Call {
                    index: *index,
                    arguments,
                    ..Call::default()
                });
            }
            (Some("thinking_delta"), Block::Thought(thought, _)) => {
                piece.reasoning = delta.string("thinking");
                thought.push_str(piece.reasoning.as_deref().unwrap_or_default());
            }
            (Some("signature_delta"), Block::Thought(_, signature)) => {
                signature.push_str(&delta.string("signature").unwrap_or_default());
                return Ok(Signals::default());
            }
            (Some("citations_delta"), _) => {
                let citation = delta.get("citation").map_or("null", Json::text);
                piece.lists.push(("citations", vec![citation.into()]));
            }
            _ => return Ok(Signals::default()),
        }
        self.emit(sink, piece)
    }

    fn end_block(&mut self, sink: &mut impl Sink) -> Result<Signals, Fault> {
        match std::mem::replace(&mut self.block, Block::Other) {
            Block::Thought(thought, signature) => {
                let mut writer = Writer::default();
                writer.object(|writer| {
                    writer.name("type").string("thinking");
                    writer.name("thinking").string(&thought);
                    writer.name("signature").string(&signature);
                });
                self.emit(
                    sink,
                    Piece {
                        lists: vec![("thinking_blocks", vec![writer.into_string().into()])],
                        ..Piece::default()
                    },
                )
            }
            Block::Call(index, false) => self.emit(
                sink,
                Piece {
                    calls: vec![Call {
                        index,
                        arguments: "{}".into(),
                        ..Call::default()
                    }],
                    ..Piece::default()
                },
            ),
            Block::Call(..) | Block::Other => Ok(Signals::default()),
        }
    }

    fn end(&mut self, fields: &Object<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        let mut delta = fields.object("delta").unwrap_or_default();
        let piece = Piece {
            finish: delta.take("stop_reason").and_then(Json::string).map(finish),
            extra: sequence(&mut delta),
            ..Piece::default()
        };
        let mut counts = object(&self.usage).unwrap_or_default();
        for (name, value) in fields.object("usage").unwrap_or_default().0 {
            counts.0.retain(|(known, _)| *known != name);
            counts.0.push((name, value));
        }
        let usage = usage(counts);
        emit(sink, &self.identity(), &[piece], Some(&usage))
    }

    fn emit(&self, sink: &mut impl Sink, piece: Piece<'_>) -> Result<Signals, Fault> {
        emit(sink, &self.identity(), &[piece], None)
    }

    fn identity(&self) -> Identity<'_> {
        Identity {
            model: &self.model,
            ..Identity::new(&self.asked, &self.id)
        }
    }
}

/// The models, as OpenAI lists them.
pub(in crate::provider) fn decode_models(text: &str) -> Result<String, Fault> {
    crate::provider::models::list(text, "data", "id", "anthropic")
}
