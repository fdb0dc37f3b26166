//! OpenAI's requests as Gemini's.

use crate::error::Error;
use crate::json::{Json, Object, Writer};
use crate::provider::embeddings;
use crate::provider::request::{
    Choice, Format, Media, Message, Part, Tool, leftover, max_tokens, response_format, stop, tool_choice, tools, wrong,
};

const NAME: &str = "gemini";

/// The model's place in an address: `models/gemini-…`, unless it says where it is.
pub(in crate::provider) fn model_path(model: &str) -> Result<String, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:@".contains(&byte);
    if !model.bytes().all(plain) || model.contains("..") {
        return Err(wrong(
            "model",
            &format!("must be a name such as \"gemini-2.5-flash\", got {model:?}"),
        ));
    }
    Ok(if model.contains('/') {
        model.to_owned()
    } else {
        format!("models/{model}")
    })
}

/// The body of a chat request.
pub(in crate::provider) fn encode(fields: &Object<'_>) -> Result<Vec<u8>, Error> {
    let messages = Message::all(fields)?;
    let taken = [
        "frequency_penalty",
        "generationConfig",
        "n",
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
        system(writer, &messages)?;
        conversation(writer, &messages)?;
        generation_config(writer, fields)?;
        tool_fields(writer, fields).map(|()| writer.fields(&left))
    })?;
    Ok(writer.finish())
}

fn system(writer: &mut Writer, messages: &[Message<'_>]) -> Result<(), Error> {
    let texts = messages.iter().filter(|message| message.is_system());
    let texts: Vec<_> = texts.map(Message::text).collect::<Result<_, _>>()?;
    if !texts.is_empty() {
        writer.name("system_instruction").object(|writer| {
            writer.name("parts").list(|writer| {
                for text in &texts {
                    writer.object(|writer| writer.name("text").string(text));
                }
            });
        });
    }
    Ok(())
}

/// The turns. What the same side says in several messages is one turn: results of tools are the user's.
fn conversation(writer: &mut Writer, messages: &[Message<'_>]) -> Result<(), Error> {
    let side = |message: &Message<'_>| if message.role == "assistant" { "model" } else { "user" };
    let turns: Vec<_> = (0..)
        .zip(messages)
        .filter(|(_, message)| !message.is_system())
        .collect();
    writer.name("contents").list(|writer| {
        turns
            .chunk_by(|(_, left), (_, right)| side(left) == side(right))
            .try_for_each(|turn| {
                writer.object(|writer| {
                    let role = turn.first().map_or("user", |(_, message)| side(message));
                    writer.name("role").string(role);
                    writer.name("parts").list(|writer| {
                        turn.iter().try_for_each(|(number, message)| {
                            parts(writer, message, messages.get(..*number).unwrap_or_default())
                        })
                    })
                })
            })
    })
}

fn parts(writer: &mut Writer, message: &Message<'_>, before: &[Message<'_>]) -> Result<(), Error> {
    if message.role == "tool" {
        return function_response(writer, message, before);
    }
    for (number, (part, fields)) in message.parts.iter().enumerate() {
        match part {
            Part::Text(text) if text.is_empty() => {}
            Part::Text(text) => writer.object(|writer| writer.name("text").string(text)),
            Part::Image(media) | Part::Audio(media) | Part::File(media) => media_part(writer, media),
            Part::Other => {
                let mut fields = fields.clone().unwrap_or_default();
                if fields.take("type").is_some() {
                    return Err(message.cannot(number, "is of a type that gemini does not know"));
                }
                writer.object(|writer| writer.fields(&fields));
            }
        }
    }
    for call in &message.calls {
        writer.object(|writer| {
            writer.name("functionCall").object(|writer| {
                writer.name("name").string(&call.name);
                writer.name("args").raw(call.arguments.trim());
            });
            let google = call
                .fields
                .object("extra_content")
                .and_then(|extra| extra.object("google"));
            writer.option(
                "thoughtSignature",
                google.and_then(|google| google.get("thought_signature")),
            );
        });
    }
    Ok(())
}

fn function_response(writer: &mut Writer, message: &Message<'_>, before: &[Message<'_>]) -> Result<(), Error> {
    let (name, text) = (message.answers(before)?, message.text()?);
    writer.object(|writer| {
        writer.name("functionResponse").object(|writer| {
            writer.name("name").string(&name);
            // It has to be an object.
            if Json::parse(&text).is_ok_and(Json::is_object) {
                writer.name("response").raw(text.trim());
            } else {
                writer
                    .name("response")
                    .object(|writer| writer.name("result").string(&text));
            }
        });
    });
    Ok(())
}

fn media_part(writer: &mut Writer, media: &Media<'_>) {
    writer.object(|writer| match media {
        Media::Data { kind, base64 } => writer.name("inlineData").object(|writer| {
            writer.name("mimeType").string(kind);
            writer.name("data").string(base64);
        }),
        Media::Url(url) => writer.name("fileData").object(|writer| {
            let kinds = [
                (".png", "image/png"),
                (".jpg", "image/jpeg"),
                (".jpeg", "image/jpeg"),
                (".webp", "image/webp"),
                (".heic", "image/heic"),
                (".pdf", "application/pdf"),
            ];
            let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
            if let Some((_, kind)) = kinds.iter().find(|(ending, _)| path.ends_with(ending)) {
                writer.name("mimeType").string(kind);
            }
            writer.name("fileUri").string(url);
        }),
    });
}

fn generation_config(writer: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    let own = fields.object("generationConfig").unwrap_or_default();
    let mut config = Writer::default();
    config.object(|config| {
        config.option("maxOutputTokens", max_tokens(fields));
        for (ours, theirs) in [
            ("temperature", "temperature"),
            ("top_p", "topP"),
            ("top_k", "topK"),
            ("n", "candidateCount"),
            ("seed", "seed"),
            ("frequency_penalty", "frequencyPenalty"),
            ("presence_penalty", "presencePenalty"),
        ] {
            config.option(theirs, fields.get(ours));
        }
        let stop = stop(fields);
        if !stop.is_empty() {
            config.name("stopSequences").raws(&stop);
        }
        form(config, fields)?;
        // What is said in the API's own words goes last, where it counts.
        thinking(config, fields).map(|()| config.fields(&own))
    })?;
    let text = config.into_string();
    if text != "{}" {
        writer.name("generationConfig").raw(&text);
    }
    Ok(())
}

fn form(config: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    match response_format(fields)? {
        Format::Text => {}
        Format::Json => config.name("responseMimeType").string("application/json"),
        Format::Schema(schema) => {
            config.name("responseMimeType").string("application/json");
            let name = if is_plain(schema) {
                "responseSchema"
            } else {
                "responseJsonSchema"
            };
            config.name(name).raw(schema.text());
        }
    }
    Ok(())
}

/// The budgets that Google's own OpenAI-shaped API gives the efforts.
fn thinking(config: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    let Some(effort) = fields.get("reasoning_effort") else {
        return Ok(());
    };
    let budget = match effort.string().as_deref() {
        Some("none") => 0,
        Some("minimal" | "low") => 1024,
        Some("medium") => 8192,
        Some("high") => 24576,
        _ => {
            return Err(wrong(
                "reasoning_effort",
                &format!("must be none, minimal, low, medium or high, got {}", effort.text()),
            ));
        }
    };
    config
        .name("thinkingConfig")
        .object(|config| config.name("thinkingBudget").number(budget));
    Ok(())
}

fn tool_fields(writer: &mut Writer, fields: &Object<'_>) -> Result<(), Error> {
    let tools = tools(fields)?;
    if !tools.is_empty() {
        writer.name("tools").list(|writer| {
            let functions = tools.iter().filter_map(|tool| match tool {
                Tool::Function { name, fields } => Some((name, fields)),
                Tool::Other(_) => None,
            });
            if functions.clone().next().is_some() {
                writer.object(|writer| {
                    writer
                        .name("functionDeclarations")
                        .list(|writer| functions.for_each(|(name, fields)| declare(writer, *name, fields)));
                });
            }
            for tool in &tools {
                if let Tool::Other(json) = tool {
                    writer.raw(json.text());
                }
            }
        });
    }
    let Some(choice) = tool_choice(fields)? else {
        return Ok(());
    };
    writer.name("toolConfig").object(|writer| {
        writer.name("functionCallingConfig").object(|writer| {
            writer.name("mode").string(match choice {
                Choice::Auto => "AUTO",
                Choice::None => "NONE",
                Choice::Required | Choice::Function(_) => "ANY",
            });
            if let Choice::Function(name) = choice {
                writer.name("allowedFunctionNames").raws(&[name]);
            }
        });
    });
    Ok(())
}

fn declare(writer: &mut Writer, name: Json<'_>, fields: &Object<'_>) {
    writer.object(|writer| {
        writer.name("name").raw(name.text());
        writer.option("description", fields.get("description"));
        if let Some(schema) = fields.get("parameters") {
            let name = if is_plain(schema) {
                "parameters"
            } else {
                "parametersJsonSchema"
            };
            writer.name(name).raw(schema.text());
        }
    });
}

/// Whether a schema keeps to the part of JSON Schema that the API has always known. Others go into newer fields.
fn is_plain(schema: Json<'_>) -> bool {
    let Some(fields) = schema.object() else {
        return false;
    };
    fields.0.iter().all(|(name, value)| match &**name {
        "type" => value.string().is_some(),
        "properties" => value
            .object()
            .is_some_and(|schemas| schemas.0.iter().all(|(_, schema)| is_plain(*schema))),
        "items" => is_plain(*value),
        "anyOf" => value.list().is_some_and(|schemas| schemas.into_iter().all(is_plain)),
        "description" | "enum" | "format" | "maximum" | "maxItems" | "minimum" | "minItems" | "nullable"
        | "propertyOrdering" | "required" | "title" => true,
        _ => false,
    })
}

/// The body of a request for embeddings.
pub(in crate::provider) fn encode_embeddings(fields: &Object<'_>, model: &str) -> Result<Vec<u8>, Error> {
    let model = model_path(model)?;
    let inputs = embeddings::texts(fields, NAME)?;
    let left = embeddings::leftover(fields, NAME, &["dimensions"])?;
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("requests").list(|writer| {
            for input in inputs {
                writer.object(|writer| {
                    writer.name("model").string(&model);
                    writer.name("content").object(|writer| {
                        writer.name("parts").list(|writer| {
                            writer.object(|writer| writer.name("text").raw(input.text()));
                        });
                    });
                    writer.option("outputDimensionality", fields.get("dimensions"));
                    writer.fields(&left);
                });
            }
        });
    });
    Ok(writer.finish())
}
