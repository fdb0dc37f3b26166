//! Chunks and answers in OpenAI's shape, as JSON, put together from what other dialects say.

use std::borrow::Cow;

use super::{Asked, Fault, Signals};
use crate::json::{Json, Object, Writer};
use crate::stream::Sink;

/// Whether a whole answer or a piece of it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    Chunk,
}

/// What one of the answers says, or what is new in it.
#[derive(Default)]
pub(super) struct Piece<'a> {
    pub(super) index: u64,
    /// Who speaks, in the first piece.
    pub(super) starts: bool,
    pub(super) content: Option<Cow<'a, str>>,
    pub(super) reasoning: Option<Cow<'a, str>>,
    pub(super) calls: Vec<Call<'a>>,
    pub(super) finish: Option<Cow<'a, str>>,
    /// Lists of the message that only this provider has, by name, each with the texts of its items.
    pub(super) lists: Vec<(&'static str, Vec<Cow<'a, str>>)>,
    /// Other fields of the choice.
    pub(super) extra: Object<'a>,
}

/// A call of a tool, or a piece of one.
#[derive(Default)]
pub(super) struct Call<'a> {
    pub(super) index: u64,
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) arguments: Cow<'a, str>,
    /// A signature that has to come back with the call, as Google's own OpenAI-shaped API hands it out.
    pub(super) signature: Option<Json<'a>>,
}

/// Counts of tokens.
#[derive(Default)]
pub(super) struct Usage<'a> {
    pub(super) prompt: u64,
    pub(super) completion: u64,
    /// Of the prompt's tokens.
    pub(super) cached: Option<u64>,
    /// Of the completion's tokens.
    pub(super) reasoning: Option<u64>,
    /// The provider's own counts.
    pub(super) extra: Object<'a>,
}

impl Usage<'_> {
    /// Without the provider's own, which are borrowed.
    pub(super) fn ours(&self) -> Usage<'static> {
        Usage {
            prompt: self.prompt,
            completion: self.completion,
            cached: self.cached,
            reasoning: self.reasoning,
            extra: Object::default(),
        }
    }
}

/// What an answer says of itself.
pub(super) struct Identity<'a> {
    pub(super) id: &'a str,
    pub(super) model: &'a str,
    pub(super) created: u64,
    /// Other fields of the answer.
    pub(super) extra: Object<'a>,
}

impl<'a> Identity<'a> {
    /// An answer that says only its id, or not even that.
    pub(super) fn new(asked: &'a Asked, id: &'a str) -> Self {
        Self {
            id,
            model: &asked.model,
            created: asked.at,
            extra: Object::default(),
        }
    }
}

/// Hands a chunk to the sink.
pub(super) fn emit(
    sink: &mut impl Sink,
    identity: &Identity<'_>,
    pieces: &[Piece<'_>],
    usage: Option<&Usage<'_>>,
) -> Result<Signals, Fault> {
    sink.openai_chunk(&write(Form::Chunk, identity, pieces, usage))
}

/// The JSON text.
pub(super) fn write(form: Form, identity: &Identity<'_>, pieces: &[Piece<'_>], usage: Option<&Usage<'_>>) -> String {
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("id").string(identity.id);
        writer.name("object").string(match form {
            Form::Whole => "chat.completion",
            Form::Chunk => "chat.completion.chunk",
        });
        writer.name("created").number(identity.created);
        writer.name("model").string(identity.model);
        writer.name("choices").list(|writer| {
            for piece in pieces {
                writer.object(|writer| choice(writer, form, piece));
            }
        });
        if let Some(usage) = usage {
            writer.name("usage").object(|writer| counts(writer, usage));
        }
        let ours = ["id", "object", "created", "model", "choices", "usage"];
        writer.fields_beside(&ours, &identity.extra);
    });
    writer.into_string()
}

fn choice(writer: &mut Writer, form: Form, piece: &Piece<'_>) {
    writer.name("index").number(piece.index);
    writer
        .name(match form {
            Form::Whole => "message",
            Form::Chunk => "delta",
        })
        .object(|writer| message(writer, form, piece));
    match &piece.finish {
        Some(reason) => writer.name("finish_reason").string(reason),
        None => writer.name("finish_reason").raw("null"),
    }
    writer.fields_beside(&["index", "message", "delta", "finish_reason"], &piece.extra);
}

fn message(writer: &mut Writer, form: Form, piece: &Piece<'_>) {
    if piece.starts || form == Form::Whole {
        writer.name("role").string("assistant");
    }
    match &piece.content {
        Some(text) => writer.name("content").string(text),
        None if form == Form::Whole => writer.name("content").raw("null"),
        None => {}
    }
    if let Some(text) = &piece.reasoning {
        writer.name("reasoning_content").string(text);
    }
    if !piece.calls.is_empty() {
        writer.name("tool_calls").list(|writer| {
            for made in &piece.calls {
                writer.object(|writer| call(writer, form, made));
            }
        });
    }
    for (name, items) in piece.lists.iter().filter(|(_, items)| !items.is_empty()) {
        writer.name(name).list(|writer| {
            for item in items {
                writer.raw(item);
            }
        });
    }
}

fn call(writer: &mut Writer, form: Form, call: &Call<'_>) {
    if form == Form::Chunk {
        writer.name("index").number(call.index);
    }
    if let Some(id) = &call.id {
        writer.name("id").string(id);
        writer.name("type").string("function");
    }
    writer.name("function").object(|writer| {
        if let Some(name) = &call.name {
            writer.name("name").string(name);
        }
        writer.name("arguments").string(&call.arguments);
    });
    if let Some(signature) = call.signature {
        writer.name("extra_content").object(|writer| {
            writer
                .name("google")
                .object(|writer| writer.option("thought_signature", Some(signature)));
        });
    }
}

/// Counts by themselves.
pub(super) fn write_usage(usage: &Usage<'_>) -> String {
    let mut writer = Writer::default();
    writer.object(|writer| counts(writer, usage));
    writer.into_string()
}

fn counts(writer: &mut Writer, usage: &Usage<'_>) {
    writer.name("prompt_tokens").number(usage.prompt);
    writer.name("completion_tokens").number(usage.completion);
    writer
        .name("total_tokens")
        .number(usage.prompt.saturating_add(usage.completion));
    for (details, name, count) in [
        ("prompt_tokens_details", "cached_tokens", usage.cached),
        ("completion_tokens_details", "reasoning_tokens", usage.reasoning),
    ] {
        if let Some(count) = count {
            writer.name(details).object(|writer| writer.name(name).number(count));
        }
    }
    let ours = ["prompt_tokens", "completion_tokens", "total_tokens"];
    writer.fields_beside(&ours, &usage.extra);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_providers_own_that_are_called_like_ours_do_not_come_twice() {
        let other = |json| serde_json::from_str::<Object<'_>>(json).unwrap();
        let identity = Identity {
            id: "1",
            model: "m",
            created: 0,
            extra: other(r#"{"id":2,"choices":[],"usage":{},"x":1}"#),
        };
        let piece = Piece {
            extra: other(r#"{"message":2,"finish_reason":3,"y":1}"#),
            ..Piece::default()
        };
        let usage = Usage {
            extra: other(r#"{"total_tokens":9,"z":1}"#),
            ..Usage::default()
        };
        let text = write(Form::Whole, &identity, &[piece], Some(&usage));
        let answer: crate::ChatCompletion = serde_json::from_str(&text).unwrap();
        assert_eq!((answer.id.as_str(), answer.choices.len()), ("1", 1), "{text}");
        for (name, times) in [
            ("\"id\"", 1),
            ("\"total_tokens\"", 1),
            ("\"x\"", 1),
            ("\"y\"", 1),
            ("\"z\"", 1),
        ] {
            assert_eq!(text.matches(name).count(), times, "{name}: {text}");
        }
    }
}
