//! OpenAI's request as Anthropic's.

use std::borrow::Cow;

use crate::error::Error;
use crate::json::{Json, Object, Writer};
use crate::provider::request::{
    Choice, Format, Media, Message, Part, Tool, leftover, max_tokens, response_format, stop, tool_choice, tools,
    unsupported,
};

/// What is asked for when the request sets no limit: the API cannot do without one.
const MAX_TOKENS: &str = "4096";

const NAME: &str = "anthropic";

/// The request's body.
pub(in crate::provider) fn encode(fields: &Object<'_>, model: &str, streaming: bool) -> Result<Vec<u8>, Error> {
    let messages = Message::all(fields)?;
    let taken = [
        "metadata",
        "output_config",
        "parallel_tool_calls",
        "reasoning_effort",
        "response_format",
        "stop",
        "tool_choice",
        "tools",
        "user",
    ];
    let left = leftover(fields, NAME, &taken)?;
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("model").string(model);
        writer
            .name("max_tokens")
            .raw(max_tokens(fields).map_or(MAX_TOKENS, Json::text));
        if streaming {
            writer.name("stream").raw("true");
        }
        let stop = stop(fields);
        if !stop.is_empty() {
            writer.name("stop_sequences").raws(&stop);
        }
        metadata(writer, fields);
        system(writer, &messages)?;
        conversation(writer, &messages)?;
        output(writer, fields)?;
        tool_fields(writer, fields).map(|()| writer.fields(&left))
    })?;
    Ok(writer.finish())
}

/// The instructions of all messages: one text, or blocks where a part has something to say beside its text.
fn system(writer: &mut Writer, messages: &[Message<'_>]) -> Result<(), Error> {
    let messages: Vec<_> = messages.iter().filter(|message| message.is_system()).collect();
    let texts: Vec<Cow<'_, str>> = messages
        .iter()
        .map(|message| message.text())
        .collect::<Result<_, _>>()?;
    if texts.is_empty() {
        return Ok(());
    }
    let parts = || messages.iter().flat_map(|message| &message.parts);
    let plain = parts().all(|(_, fields)| fields.as_ref().is_none_or(|fields| fields.0.len() == 2));
    if plain {
        writer.name("system").string(&texts.join("\n\n"));
        return Ok(());
    }
    writer.name("system").list(|writer| {
        for (part, fields) in parts() {
            if let Part::Text(text) = part {
                text_block(writer, text, fields.as_ref());
            }
        }
    });
    Ok(())
}

/// The turns. What the same side says in several messages is one turn: results of tools are the user's.
fn conversation(writer: &mut Writer, messages: &[Message<'_>]) -> Result<(), Error> {
    let messages: Vec<_> = messages.iter().filter(|message| !message.is_system()).collect();
    writer.name("messages").list(|writer| {
        let mut turns = messages.chunk_by(|left, right| side(left) == side(right));
        turns.try_for_each(|turn| {
            writer.object(|writer| {
                let role = turn.first().map_or("user", |message| side(message));
                writer.name("role").string(role);
                let content = writer.name("content");
                if let [message] = turn
                    && message.role == "user"
                    && let Some(text) = plain_text(message)
                {
                    content.string(text);
                    return Ok(());
                }
                content.list(|writer| turn.iter().try_for_each(|message| blocks(writer, message)))
            })
        })
    })
}

fn side(message: &Message<'_>) -> &'static str {
    if message.role == "assistant" {
        "assistant"
    } else {
        "user"
    }
}

fn plain_text<'a>(message: &'a Message<'_>) -> Option<&'a str> {
    match message.parts.as_slice() {
        [(Part::Text(text), None)] => Some(text),
        _ => None,
    }
}

fn blocks(writer: &mut Writer, message: &Message<'_>) -> Result<(), Error> {
    if message.role != "tool" {
        // What the model thought has to come back with its signatures, and before the rest.
        for block in message.fields.list("thinking_blocks") {
            writer.raw(block.text());
        }
        parts(writer, message)?;
        for call in &message.calls {
            writer.object(|writer| {
                writer.name("type").string("tool_use");
                writer.name("id").string(&call.id);
                writer.name("name").string(&call.name);
                writer.name("input").raw(call.arguments.trim());
            });
        }
        return Ok(());
    }
    writer.object(|writer| {
        writer.name("type").string("tool_result");
        let id = message.fields.string("tool_call_id").unwrap_or_default();
        writer.name("tool_use_id").string(&id);
        let content = writer.name("content");
        match plain_text(message) {
            Some(text) => {
                content.string(text);
                Ok(())
            }
            None => content.list(|writer| parts(writer, message)),
        }
    })
}

fn parts(writer: &mut Writer, message: &Message<'_>) -> Result<(), Error> {
    for (number, (part, fields)) in message.parts.iter().enumerate() {
        match part {
            // The API refuses empty texts.
            Part::Text(text) if text.is_empty() => {}
            Part::Text(text) => text_block(writer, text, fields.as_ref()),
            Part::Image(media) => media_block(writer, "image", media, fields.as_ref()),
            Part::File(media) => media_block(writer, "document", media, fields.as_ref()),
            Part::Audio(_) => return Err(message.cannot(number, "is sound, which anthropic cannot take")),
            Part::Other => writer.object(|writer| writer.fields(&fields.clone().unwrap_or_default())),
        }
    }
    Ok(())
}

fn text_block(writer: &mut Writer, text: &str, fields: Option<&Object<'_>>) {
    writer.object(|writer| {
        writer.name("type").string("text");
        writer.name("text").string(text);
        rest(writer, fields);
    });
}

fn media_block(writer: &mut Writer, kind: &str, media: &Media<'_>, fields: Option<&Object<'_>>) {
    writer.object(|writer| {
        writer.name("type").string(kind);
        writer.name("source").object(|writer| match media {
            Media::Url(url) => {
                writer.name("type").string("url");
                writer.name("url").string(url);
            }
            Media::Data { kind, base64 } => {
                writer.name("type").string("base64");
                writer.name("media_type").string(kind);
                writer.name("data").string(base64);
            }
        });
        rest(writer, fields);
    });
}

/// What a part says beside what it is, such as `cache_control`.
fn rest(writer: &mut Writer, fields: Option<&Object<'_>>) {
    let known = ["type", "text", "refusal", "image_url", "file"];
    for (name, value) in fields.into_iter().flat_map(|fields| &fields.0) {
        if !known.contains(&&**name) {
            writer.name(name).raw(value.text());
        }
    }
}

/// The form of the answer, and how much effort goes into it.
fn output(writer: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    let schema = match response_format(fields)? {
        Format::Text => None,
        Format::Schema(schema) => Some(schema),
        Format::Json => {
            return Err(unsupported(
                NAME,
                "response_format {\"type\": \"json_object\"}",
                "give a schema with {\"type\": \"json_schema\"}",
            ));
        }
    };
    let effort = fields.get("reasoning_effort");
    let own = fields.object("output_config");
    if schema.is_none() && effort.is_none() && own.is_none() {
        return Ok(());
    }
    writer.name("output_config").object(|writer| {
        if let Some(schema) = schema {
            writer.name("format").object(|writer| {
                writer.name("type").string("json_schema");
                writer.name("schema").raw(schema.text());
            });
        }
        writer.option("effort", effort);
        writer.fields(&own.unwrap_or_default());
    });
    Ok(())
}

fn tool_fields(writer: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    let tools = tools(fields)?;
    if !tools.is_empty() {
        writer.name("tools").list(|writer| {
            for tool in &tools {
                match tool {
                    Tool::Other(json) => writer.raw(json.text()),
                    Tool::Function { name, fields } => writer.object(|writer| {
                        writer.name("name").raw(name.text());
                        writer.option("description", fields.get("description"));
                        let schema = fields.get("parameters").map(Json::text);
                        writer
                            .name("input_schema")
                            .raw(schema.unwrap_or("{\"type\":\"object\",\"properties\":{}}"));
                        writer.option("strict", fields.get("strict"));
                    }),
                }
            }
        });
    }
    let choice = tool_choice(fields)?;
    let single = fields
        .get("parallel_tool_calls")
        .is_some_and(|value| value.text() == "false");
    if choice.is_none() && (!single || tools.is_empty()) {
        return Ok(());
    }
    writer.name("tool_choice").object(|writer| {
        let kind = match choice {
            None | Some(Choice::Auto) => "auto",
            Some(Choice::None) => "none",
            Some(Choice::Required) => "any",
            Some(Choice::Function(_)) => "tool",
        };
        writer.name("type").string(kind);
        if let Some(Choice::Function(name)) = choice {
            writer.name("name").raw(name.text());
        }
        if single && kind != "none" {
            writer.name("disable_parallel_tool_use").raw("true");
        }
    });
    Ok(())
}

fn metadata(writer: &mut Writer, fields: &Object<'_>) {
    let (user, own) = (fields.get("user"), fields.object("metadata"));
    if user.is_some() || own.is_some() {
        writer.name("metadata").object(|writer| {
            writer.option("user_id", user);
            writer.fields(&own.unwrap_or_default());
        });
    }
}
