//! The dialect of Aliyun's DashScope.

use std::borrow::Cow;

use super::request::{Choice, Media, Message, Part, leftover, max_tokens, tool_choice, unsupported};
use super::shape::{Call, Form, Identity, Piece, Usage, emit, write, write_usage};
use super::{Asked, Fault, Signals, embeddings};
use crate::decode::Event;
use crate::error::Error;
use crate::json::{Json, Object, Writer};
use crate::stream::Sink;

const NAME: &str = "aliyun";

/// The body of a chat request, and the path that takes it: images and sound have one of their own.
pub(super) fn encode(fields: &Object<'_>, model: &str, streaming: bool) -> Result<(Vec<u8>, &'static str), Error> {
    let messages = Message::all(fields)?;
    let is_text = |(part, _): &(Part<'_>, _)| matches!(part, Part::Text(_));
    let plain = messages.iter().all(|message| message.parts.iter().all(is_text));
    let taken = [
        "logprobs",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "response_format",
        "seed",
        "top_logprobs",
    ];
    let left = leftover(fields, NAME, &taken)?;
    if let Some(Choice::Required) = tool_choice(fields)? {
        return Err(unsupported(NAME, "tool_choice \"required\"", "name the function"));
    }
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("model").string(model);
        writer.name("parameters").object(|writer| {
            writer.name("result_format").string("message");
            if streaming {
                writer.name("incremental_output").raw("true");
            }
            writer.option("max_tokens", max_tokens(fields));
            for name in taken {
                writer.option(name, fields.get(name));
            }
            writer.fields(&left);
        });
        writer.name("input").object(|writer| {
            writer
                .name("messages")
                .list(|writer| messages.iter().try_for_each(|one| message(writer, one, plain)))
        })
    })?;
    let path = if plain {
        "/services/aigc/text-generation/generation"
    } else {
        "/services/aigc/multimodal-generation/generation"
    };
    Ok((writer.finish(), path))
}

fn message(writer: &mut Writer, message: &Message<'_>, plain: bool) -> Result<(), Error> {
    writer.object(|writer| {
        writer
            .name("role")
            .string(if message.is_system() { "system" } else { &message.role });
        for (name, value) in &message.fields.0 {
            if !matches!(&**name, "role" | "content" | "reasoning_content") && !value.is_null() {
                writer.name(name).raw(value.text());
            }
        }
        let content = writer.name("content");
        if plain {
            content.string(&message.text()?);
            Ok(())
        } else {
            content.list(|writer| parts(writer, message))
        }
    })
}

fn parts(writer: &mut Writer, message: &Message<'_>) -> Result<(), Error> {
    for (number, (part, fields)) in message.parts.iter().enumerate() {
        let (name, media) = match part {
            Part::Text(text) => {
                writer.object(|writer| writer.name("text").string(text));
                continue;
            }
            Part::Image(media) => ("image", media),
            Part::Audio(media) => ("audio", media),
            Part::File(_) => return Err(message.cannot(number, "is a file, which aliyun cannot take")),
            Part::Other => {
                writer.object(|writer| writer.fields(&fields.clone().unwrap_or_default()));
                continue;
            }
        };
        writer.object(|writer| match media {
            Media::Url(url) => writer.name(name).string(url),
            Media::Data { kind, base64 } => writer.name(name).string(&format!("data:{kind};base64,{base64}")),
        });
    }
    Ok(())
}

/// A whole answer.
pub(super) fn decode_answer(asked: &Asked, text: &str) -> Result<String, Fault> {
    let said = Said::read(text)?;
    if said.pieces.is_empty() {
        return Err(Fault::unexpected(text, "the answer has no choices"));
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
    pieces: Vec<Piece<'a>>,
    usage: Option<Usage<'a>>,
    extra: Object<'a>,
}

impl<'a> Said<'a> {
    fn read(text: &'a str) -> Result<Self, Fault> {
        let mut fields: Object<'a> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
        let Some(output) = fields.take("output").and_then(Json::object) else {
            // Gateways before it have errors of their own shape.
            return Err(if fields.get("code").or(fields.get("error")).is_some() {
                Fault::reported(text)
            } else {
                Fault::unexpected(text, "the answer has no output")
            });
        };
        let choices = (0..).zip(output.objects("choices"));
        Ok(Self {
            pieces: choices.map(|(place, choice)| read_choice(place, choice)).collect(),
            usage: fields.take("usage").and_then(Json::object).map(usage),
            id: fields.take("request_id").and_then(Json::string).unwrap_or_default(),
            extra: fields,
        })
    }

    fn identity<'s>(&'s self, asked: &'s Asked) -> Identity<'s> {
        Identity {
            extra: self.extra.clone(),
            ..Identity::new(asked, &self.id)
        }
    }
}

fn read_choice(place: u64, mut choice: Object<'_>) -> Piece<'_> {
    let message = choice.take("message").and_then(Json::object).unwrap_or_default();
    let finish = choice.take("finish_reason").and_then(Json::string);
    let calls = (0..).zip(message.objects("tool_calls"));
    Piece {
        index: choice.take("index").and_then(Json::number).unwrap_or(place),
        content: message.get("content").and_then(text),
        reasoning: message.string("reasoning_content").filter(|text| !text.is_empty()),
        calls: calls.map(|(place, call)| read_call(place, &call)).collect(),
        // While the answer goes on, it is the text "null".
        finish: finish.filter(|reason| !matches!(&**reason, "null" | "")),
        extra: choice,
        ..Piece::default()
    }
}

/// The text, or the texts of a list of parts.
fn text(content: Json<'_>) -> Option<Cow<'_, str>> {
    content.string().or_else(|| {
        let parts = content.list()?.into_iter().filter_map(Json::object);
        let texts: Vec<_> = parts.filter_map(|part| part.string("text")).collect();
        Some(texts.concat().into())
    })
}

fn read_call<'a>(place: u64, call: &Object<'a>) -> Call<'a> {
    let function = call.object("function").unwrap_or_default();
    let filled = |text: &Cow<'_, str>| !text.is_empty();
    Call {
        index: call.number("index").unwrap_or(place),
        id: call.string("id").filter(filled),
        name: function.string("name").filter(filled),
        arguments: function.string("arguments").unwrap_or_default(),
        signature: None,
    }
}

fn usage(fields: Object<'_>) -> Usage<'_> {
    let count = |name| fields.number(name).unwrap_or_default();
    let of = |details: &str, name: &str| fields.object(details)?.number(name);
    Usage {
        prompt: count("input_tokens"),
        completion: count("output_tokens"),
        cached: of("prompt_tokens_details", "cached_tokens"),
        reasoning: of("output_tokens_details", "reasoning_tokens"),
        extra: Object::default(),
    }
}

/// What has to be kept from one event to the next.
pub(crate) struct Stream {
    asked: Asked,
    started: bool,
    /// The counts so far.
    used: Option<Usage<'static>>,
}

impl Stream {
    pub(super) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            started: false,
            used: None,
        }
    }

    /// The counts so far, as OpenAI's JSON.
    pub(super) fn used(&self) -> Option<String> {
        self.used.as_ref().map(write_usage)
    }

    /// One event. The stream is complete when every choice has its reason to end.
    pub(super) fn on_event(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        if event.data.is_empty() {
            return Ok(Signals::default());
        }
        if event.name == "error" {
            return Err(Fault::reported(event.data));
        }
        let mut said = Said::read(event.data)?;
        for piece in &mut said.pieces {
            piece.starts = !self.started;
        }
        self.started = true;
        // The counts come with every event; those of the last are the answer's.
        self.used = said.usage.as_ref().map(Usage::ours).or(self.used.take());
        let ends = said.pieces.iter().any(|piece| piece.finish.is_some()) || said.pieces.is_empty();
        let usage = said.usage.as_ref().filter(|_| ends);
        emit(sink, &said.identity(&self.asked), &said.pieces, usage)
    }
}

/// The body of a request for embeddings.
pub(super) fn encode_embeddings(fields: &Object<'_>, model: &str) -> Result<Vec<u8>, Error> {
    let inputs = embeddings::texts(fields, NAME)?;
    let left = embeddings::leftover(fields, NAME, &["dimensions"])?;
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("model").string(model);
        writer.name("input").object(|writer| {
            writer.name("texts").raws(&inputs);
        });
        writer.name("parameters").object(|writer| {
            writer.option("dimension", fields.get("dimensions"));
            writer.fields(&left);
        });
    });
    Ok(writer.finish())
}

/// Embeddings as OpenAI lists them.
pub(super) fn decode_embeddings(asked: &Asked, text: &str) -> Result<String, Fault> {
    let fields: Object<'_> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
    let Some(output) = fields.object("output") else {
        return Err(Fault::reported(text));
    };
    let vectors = (0..).zip(output.objects("embeddings")).filter_map(|(place, item)| {
        let number = item.number("text_index").unwrap_or(place);
        Some((number, item.get("embedding")?))
    });
    let tokens = fields.object("usage").and_then(|usage| usage.number("total_tokens"));
    embeddings::write(asked, text, vectors, tokens)
}
