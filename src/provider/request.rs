//! What the dialects other than OpenAI's have in common in reading a request: every field of it either has its place
//! in theirs or is refused by name.

use std::borrow::Cow;

use crate::error::Error;
use crate::json::{Json, Object};

/// A part of a message's content.
pub(super) enum Part<'a> {
    Text(Cow<'a, str>),
    Image(Media<'a>),
    Audio(Media<'a>),
    /// A file's data.
    File(Media<'a>),
    /// What OpenAI does not have: it goes on as it is.
    Other,
}

/// An image or sound, by address or as data.
pub(super) enum Media<'a> {
    Url(Cow<'a, str>),
    /// In base64, with its media type.
    Data {
        kind: Cow<'a, str>,
        base64: Cow<'a, str>,
    },
}

/// A message of the request.
pub(super) struct Message<'a> {
    pub(super) role: Cow<'a, str>,
    /// Each part beside its JSON; for plain text there is none.
    pub(super) parts: Vec<(Part<'a>, Option<Object<'a>>)>,
    pub(super) calls: Vec<Call<'a>>,
    pub(super) fields: Object<'a>,
    /// Where it stands, for messages: `messages[0]`.
    pub(super) place: String,
}

/// A call of a tool in an assistant's message.
pub(super) struct Call<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    /// A JSON object.
    pub(super) arguments: Cow<'a, str>,
    pub(super) fields: Object<'a>,
}

/// A tool of the request.
pub(super) enum Tool<'a> {
    Function {
        name: Json<'a>,
        fields: Object<'a>,
    },
    /// What OpenAI does not have: it goes on as it is.
    Other(Json<'a>),
}

/// Whether a tool has to be called.
pub(super) enum Choice<'a> {
    Auto,
    None,
    Required,
    Function(Json<'a>),
}

impl<'a> Message<'a> {
    /// All messages in order.
    pub(super) fn all(fields: &Object<'a>) -> Result<Vec<Self>, Error> {
        let items = fields.list("messages").into_iter().enumerate();
        items.map(|(number, json)| Self::read(number, json)).collect()
    }

    fn read(number: usize, json: Json<'a>) -> Result<Self, Error> {
        let place = format!("messages[{number}]");
        let Some(fields) = json.object() else {
            return Err(wrong(&place, "must be an object with role and content"));
        };
        let role = fields.string("role").unwrap_or_default();
        if !matches!(&*role, "system" | "developer" | "user" | "assistant" | "tool") {
            return Err(wrong(
                &format!("{place}.role"),
                &format!("must be system, developer, user, assistant or tool, got {role:?}"),
            ));
        }
        let parts = match fields.get("content") {
            None => Vec::new(),
            Some(content) => parts(&format!("{place}.content"), content)?,
        };
        let calls = fields.list("tool_calls").into_iter().enumerate();
        let calls = calls
            .map(|(number, call)| Call::read(&format!("{place}.tool_calls[{number}]"), call))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            role,
            parts,
            calls,
            fields,
            place,
        })
    }

    pub(super) fn is_system(&self) -> bool {
        matches!(&*self.role, "system" | "developer")
    }

    /// The text of a message that may have nothing else.
    pub(super) fn text(&self) -> Result<Cow<'a, str>, Error> {
        let mut texts = Vec::new();
        for (number, (part, _)) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => texts.push(text.clone()),
                _ => return Err(self.cannot(number, "of this role can only be text")),
            }
        }
        Ok(match texts.len() {
            1 => texts.remove(0),
            _ => texts.concat().into(),
        })
    }

    /// The error for a part that the provider cannot take.
    pub(super) fn cannot(&self, part: usize, why: &str) -> Error {
        wrong(&format!("{}.content[{part}]", self.place), why)
    }

    /// The name of the function that a tool's message answers, from the calls before it.
    pub(super) fn answers(&self, before: &[Self]) -> Result<Cow<'a, str>, Error> {
        let id = self.fields.string("tool_call_id").unwrap_or_default();
        let mut calls = before.iter().rev().flat_map(|message| message.calls.iter().rev());
        let call = calls.find(|call| call.id == id).map(|call| call.name.clone());
        call.or_else(|| self.fields.string("name")).ok_or_else(|| {
            wrong(
                &format!("{}.tool_call_id", self.place),
                &format!("must be the id of a call in a message before it, got {id:?}"),
            )
        })
    }
}

fn parts<'a>(place: &str, content: Json<'a>) -> Result<Vec<(Part<'a>, Option<Object<'a>>)>, Error> {
    if let Some(text) = content.string() {
        return Ok(vec![(Part::Text(text), None)]);
    }
    let Some(items) = content.list() else {
        return Err(wrong(place, "must be a text or a list of parts"));
    };
    let items = items.into_iter().enumerate();
    items
        .map(|(number, item)| {
            let place = format!("{place}[{number}]");
            let fields = item
                .object()
                .ok_or_else(|| wrong(&place, "must be an object with a type"))?;
            Ok((part(&place, &fields)?, Some(fields)))
        })
        .collect()
}

fn part<'a>(place: &str, fields: &Object<'a>) -> Result<Part<'a>, Error> {
    let kind = fields.string("type").unwrap_or_default();
    let inner = fields.object(&kind).unwrap_or_default();
    let text = |holder: &Object<'a>, field: &str| {
        let missing = || wrong(&format!("{place}.{field}"), "is missing, or no string");
        holder.string(field).ok_or_else(missing)
    };
    Ok(match &*kind {
        "text" | "refusal" => Part::Text(text(fields, &kind)?),
        // Some callers write the address without the object around it.
        "image_url" => Part::Image(media(match fields.string("image_url") {
            Some(url) => url,
            None => text(&inner, "url")?,
        })),
        "input_audio" => Part::Audio(Media::Data {
            kind: format!("audio/{}", text(&inner, "format")?).into(),
            base64: text(&inner, "data")?,
        }),
        "file" => Part::File(media(text(&inner, "file_data")?)),
        _ => Part::Other,
    })
}

/// An address, or the data in it.
fn media(url: Cow<'_, str>) -> Media<'_> {
    let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    match data {
        None => Media::Url(url),
        Some((kind, base64)) => {
            let (kind, start) = (kind.to_owned().into(), url.len() - base64.len());
            let base64 = match url {
                Cow::Borrowed(url) => url.get(start..).unwrap_or_default().into(),
                Cow::Owned(mut url) => Cow::Owned(url.split_off(start)),
            };
            Media::Data { kind, base64 }
        }
    }
}

impl<'a> Call<'a> {
    fn read(place: &str, json: Json<'a>) -> Result<Self, Error> {
        let fields = json.object().unwrap_or_default();
        let function = fields.object("function").unwrap_or_default();
        let (Some(id), Some(name)) = (fields.string("id"), function.string("name")) else {
            return Err(wrong(place, "must have an id and a function with a name"));
        };
        let arguments = function.string("arguments").unwrap_or_default();
        let arguments = match arguments.trim() {
            "" => Cow::Borrowed("{}"),
            text if Json::parse(text).is_ok_and(Json::is_object) => arguments,
            _ => {
                return Err(wrong(
                    &format!("{place}.function.arguments"),
                    "must be the text of a JSON object",
                ));
            }
        };
        Ok(Self {
            id,
            name,
            arguments,
            fields,
        })
    }
}

/// The tools of the request.
pub(super) fn tools<'a>(fields: &Object<'a>) -> Result<Vec<Tool<'a>>, Error> {
    let items = fields.list("tools").into_iter().enumerate();
    items
        .map(|(number, json)| {
            let tool = json.object().unwrap_or_default();
            if tool.string("type").as_deref() != Some("function") {
                return Ok(Tool::Other(json));
            }
            let fields = tool.object("function").unwrap_or_default();
            let name = fields.get("name");
            let name = name.ok_or_else(|| wrong(&format!("tools[{number}].function.name"), "is missing"))?;
            Ok(Tool::Function { name, fields })
        })
        .collect()
}

/// Whether a tool has to be called; `None` when the request does not say.
pub(super) fn tool_choice<'a>(fields: &Object<'a>) -> Result<Option<Choice<'a>>, Error> {
    let Some(choice) = fields.get("tool_choice") else {
        return Ok(None);
    };
    let function = || choice.object()?.object("function")?.get("name");
    Ok(Some(match choice.string().as_deref() {
        Some("auto") => Choice::Auto,
        Some("none") => Choice::None,
        Some("required") => Choice::Required,
        _ => Choice::Function(function().ok_or_else(|| {
            wrong(
                "tool_choice",
                "must be \"auto\", \"none\", \"required\" or {\"type\": \"function\", \"function\": {\"name\": …}}",
            )
        })?),
    }))
}

/// The form that the answer's text is to have.
pub(super) enum Format<'a> {
    Text,
    Json,
    Schema(Json<'a>),
}

pub(super) fn response_format<'a>(fields: &Object<'a>) -> Result<Format<'a>, Error> {
    let Some(format) = fields.get("response_format") else {
        return Ok(Format::Text);
    };
    let format = format.object().unwrap_or_default();
    let schema = || format.object("json_schema")?.get("schema");
    match format.string("type").as_deref() {
        Some("text") => Ok(Format::Text),
        Some("json_object") => Ok(Format::Json),
        Some("json_schema") => schema()
            .map(Format::Schema)
            .ok_or_else(|| wrong("response_format.json_schema.schema", "is missing")),
        _ => Err(wrong(
            "response_format.type",
            "must be \"text\", \"json_object\" or \"json_schema\"",
        )),
    }
}

/// The texts of `stop`, which may be one.
pub(super) fn stop<'a>(fields: &Object<'a>) -> Vec<Json<'a>> {
    match fields.get("stop") {
        None => Vec::new(),
        Some(stop) => stop.list().unwrap_or_else(|| vec![stop]),
    }
}

/// The limit on the answer's tokens, under either of its names.
pub(super) fn max_tokens<'a>(fields: &Object<'a>) -> Option<Json<'a>> {
    fields.get("max_completion_tokens").or_else(|| fields.get("max_tokens"))
}

/// Fields of OpenAI's API, with the values that ask for nothing.
const HARMLESS: [(&str, &[&str]); 22] = [
    ("audio", &[]),
    ("frequency_penalty", &["0", "0.0"]),
    ("function_call", &[]),
    ("functions", &["[]"]),
    ("logit_bias", &["{}"]),
    ("logprobs", &["false"]),
    ("modalities", &["[\"text\"]"]),
    ("moderation", &[]),
    ("n", &["1"]),
    ("parallel_tool_calls", &["true"]),
    ("prediction", &[]),
    ("presence_penalty", &["0", "0.0"]),
    ("prompt_cache_key", &[]),
    ("reasoning_effort", &[]),
    ("response_format", &[]),
    ("safety_identifier", &[]),
    ("seed", &[]),
    ("store", &["false"]),
    ("top_logprobs", &["0"]),
    ("user", &[]),
    ("verbosity", &[]),
    ("web_search_options", &[]),
];

/// Takes out every field that has its place in a dialect, refuses what OpenAI has and the dialect has not, and gives
/// what is left: fields of the provider's own, which go out as they are.
pub(super) fn leftover<'a>(fields: &Object<'a>, provider: &str, taken: &[&str]) -> Result<Object<'a>, Error> {
    let always = ["messages", "stream_options", "max_tokens", "max_completion_tokens"];
    let mut left = Object::default();
    for (name, value) in &fields.0 {
        if value.is_null() || taken.contains(&&**name) || always.contains(&&**name) {
            continue;
        }
        match HARMLESS.iter().find(|(field, _)| field == name) {
            None => left.0.push((name.clone(), *value)),
            Some((_, harmless)) if harmless.contains(&value.text()) => {}
            Some(_) => return Err(unsupported(provider, name, "")),
        }
    }
    Ok(left)
}

/// The provider has nothing like this field.
pub(super) fn unsupported(provider: &str, field: &str, instead: &str) -> Error {
    let text = format!("{provider} cannot do what {field} asks for: leave it out");
    Error::config(if instead.is_empty() {
        text
    } else {
        format!("{text}, or {instead}")
    })
}

pub(super) fn wrong(field: &str, what: &str) -> Error {
    Error::config(format!("{field} {what}"))
}
