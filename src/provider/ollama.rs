//! The dialect of Ollama.

use std::borrow::Cow;

use super::request::{
    Choice, Format, Media, Message, Part, leftover, max_tokens, response_format, stop, tool_choice, unsupported,
};
use super::shape::{Call, Form, Identity, Piece, Usage, emit, write};
use super::{Asked, Fault, Signals, embeddings, models};
use crate::decode::Event;
use crate::error::Error;
use crate::json::{Json, Object, Writer};
use crate::stream::Sink;

const NAME: &str = "ollama";

/// The body of a chat request.
pub(super) fn encode(fields: &Object<'_>, model: &str, streaming: bool) -> Result<Vec<u8>, Error> {
    let messages = Message::all(fields)?;
    let taken = [
        "frequency_penalty",
        "options",
        "presence_penalty",
        "reasoning_effort",
        "response_format",
        "seed",
        "stop",
        "temperature",
        "tool_choice",
        "tools",
        "top_k",
        "top_p",
    ];
    let left = leftover(fields, NAME, &taken)?;
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("model").string(model);
        writer.name("stream").raw(if streaming { "true" } else { "false" });
        writer.name("messages").list(|writer| {
            let mut numbered = messages.iter().enumerate();
            numbered.try_for_each(|(number, one)| message(writer, one, messages.get(..number).unwrap_or_default()))
        })?;
        options(writer, fields);
        other_fields(writer, fields).map(|()| writer.fields(&left))
    })?;
    Ok(writer.finish())
}

fn message(writer: &mut Writer, message: &Message<'_>, before: &[Message<'_>]) -> Result<(), Error> {
    let (mut text, mut images) = (String::new(), Vec::new());
    for (number, (part, _)) in message.parts.iter().enumerate() {
        match part {
            Part::Text(more) => text.push_str(more),
            Part::Image(Media::Data { base64, .. }) => images.push(base64),
            Part::Image(Media::Url(_)) => {
                return Err(message.cannot(number, "must be an image as data:…;base64,…: ollama loads none"));
            }
            _ => return Err(message.cannot(number, "must be a text or an image: ollama takes nothing else")),
        }
    }
    let name = match &*message.role {
        "tool" => Some(message.answers(before)?),
        _ => None,
    };
    writer.object(|writer| {
        writer
            .name("role")
            .string(if message.is_system() { "system" } else { &message.role });
        writer.name("content").string(&text);
        if !images.is_empty() {
            writer
                .name("images")
                .list(|writer| images.iter().for_each(|image| writer.string(image)));
        }
        writer.option("thinking", message.fields.get("reasoning_content"));
        if !message.calls.is_empty() {
            writer.name("tool_calls").list(|writer| {
                for call in &message.calls {
                    writer.object(|writer| {
                        writer.name("id").string(&call.id);
                        writer.name("function").object(|writer| {
                            writer.name("name").string(&call.name);
                            writer.name("arguments").raw(call.arguments.trim());
                        });
                    });
                }
            });
        }
        if let Some(name) = name {
            writer.name("tool_name").string(&name);
            writer.option("tool_call_id", message.fields.get("tool_call_id"));
        }
    });
    Ok(())
}

fn options(writer: &mut Writer, fields: &Object<'_>) {
    let mut options = Writer::default();
    options.object(|options| {
        options.option("num_predict", max_tokens(fields));
        for name in [
            "temperature",
            "top_p",
            "top_k",
            "seed",
            "frequency_penalty",
            "presence_penalty",
        ] {
            options.option(name, fields.get(name));
        }
        let stop = stop(fields);
        if !stop.is_empty() {
            options.name("stop").raws(&stop);
        }
        options.fields(&fields.object("options").unwrap_or_default());
    });
    let text = options.into_string();
    if text != "{}" {
        writer.name("options").raw(&text);
    }
}

fn other_fields(writer: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    match response_format(fields)? {
        Format::Text => {}
        Format::Json => writer.name("format").string("json"),
        Format::Schema(schema) => writer.name("format").raw(schema.text()),
    }
    if let Some(effort) = fields.get("reasoning_effort") {
        let off = effort.string().as_deref() == Some("none");
        writer.name("think").raw(if off { "false" } else { effort.text() });
    }
    match tool_choice(fields)? {
        None | Some(Choice::Auto) => writer.option("tools", fields.get("tools")),
        // It is not told of the tools that it is not to call.
        Some(Choice::None) => {}
        Some(Choice::Required | Choice::Function(_)) => {
            return Err(unsupported(NAME, "tool_choice", "let it be \"auto\" or \"none\""));
        }
    }
    Ok(())
}

/// A whole answer.
pub(super) fn decode_answer(asked: &Asked, text: &str) -> Result<String, Fault> {
    let said = Said::read(asked, text, &mut 0)?;
    if said.piece.content.is_none() && said.piece.calls.is_empty() && !said.done {
        return Err(Fault::unexpected(text, "the answer has no message"));
    }
    let usage = said.done.then_some(&said.usage);
    Ok(write(
        Form::Whole,
        &said.identity(asked),
        std::slice::from_ref(&said.piece),
        usage,
    ))
}

/// What one JSON text of the server says.
struct Said<'a> {
    id: String,
    model: Option<Cow<'a, str>>,
    piece: Piece<'a>,
    usage: Usage<'a>,
    done: bool,
    extra: Object<'a>,
}

impl<'a> Said<'a> {
    /// `called` is how many tools were called before.
    fn read(asked: &Asked, text: &'a str, called: &mut u64) -> Result<Self, Fault> {
        let mut fields: Object<'a> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
        if fields.get("error").is_some() {
            return Err(Fault::reported(text));
        }
        let mut message = fields.take("message").and_then(Json::object).unwrap_or_default();
        let mut piece = Piece {
            content: message.take("content").and_then(Json::string),
            reasoning: message.take("thinking").and_then(Json::string),
            ..Piece::default()
        };
        for call in message.objects("tool_calls") {
            let function = call.object("function").unwrap_or_default();
            let id = call.string("id").filter(|id| !id.is_empty());
            piece.calls.push(Call {
                index: *called,
                id: Some(id.unwrap_or_else(|| format!("call_{}_{called}", asked.at).into())),
                name: function.string("name"),
                arguments: function.get("arguments").map_or("{}", Json::text).into(),
                signature: None,
            });
            *called += 1;
        }
        if piece.content.as_deref() == Some("") && !piece.calls.is_empty() {
            piece.content = None;
        }
        let done = fields.take("done").is_some_and(|done| done.text() == "true");
        let reason = fields.take("done_reason").and_then(Json::string);
        if done {
            piece.finish = Some(match reason {
                _ if *called > 0 => "tool_calls".into(),
                Some(reason) => reason,
                None => "stop".into(),
            });
        }
        let count = |fields: &mut Object<'a>, name| fields.take(name).and_then(Json::number).unwrap_or_default();
        let usage = Usage {
            prompt: count(&mut fields, "prompt_eval_count"),
            completion: count(&mut fields, "eval_count"),
            ..Usage::default()
        };
        Ok(Self {
            id: format!("ollama-{}", asked.at),
            model: fields.take("model").and_then(Json::string),
            piece,
            usage,
            done,
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

/// What has to be kept from one line to the next.
pub(crate) struct Stream {
    asked: Asked,
    called: u64,
    started: bool,
}

impl Stream {
    pub(super) fn new(asked: &Asked) -> Self {
        Self {
            asked: asked.clone(),
            called: 0,
            started: false,
        }
    }

    /// One line. The stream is complete with the one that says `done`.
    pub(super) fn on_event(&mut self, event: &Event<'_>, sink: &mut impl Sink) -> Result<Signals, Fault> {
        if event.data.trim().is_empty() {
            return Ok(Signals::default());
        }
        let mut said = Said::read(&self.asked, event.data, &mut self.called)?;
        said.piece.starts = !self.started;
        self.started = true;
        let usage = said.done.then_some(&said.usage);
        let signals = emit(
            sink,
            &said.identity(&self.asked),
            std::slice::from_ref(&said.piece),
            usage,
        )?;
        Ok(Signals {
            done: said.done,
            ..signals
        })
    }
}

/// The body of a request for embeddings.
pub(super) fn encode_embeddings(fields: &Object<'_>, model: &str) -> Result<Vec<u8>, Error> {
    let inputs = embeddings::texts(fields, NAME)?;
    let left = embeddings::leftover(fields, NAME, &["dimensions"])?;
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("model").string(model);
        writer.name("input").raws(&inputs);
        writer.option("dimensions", fields.get("dimensions"));
        writer.fields(&left);
    });
    Ok(writer.finish())
}

/// Embeddings as OpenAI lists them.
pub(super) fn decode_embeddings(asked: &Asked, text: &str) -> Result<String, Fault> {
    let fields: Object<'_> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
    if fields.get("error").is_some() {
        return Err(Fault::reported(text));
    }
    let mut vectors = fields.list("embeddings");
    // Servers that are like it give a single one without a list.
    vectors.extend(fields.get("embedding"));
    embeddings::write(asked, text, (0..).zip(vectors), fields.number("prompt_eval_count"))
}

/// The models, as OpenAI lists them.
pub(super) fn decode_models(text: &str) -> Result<String, Fault> {
    models::list(text, "models", "name", "library")
}
