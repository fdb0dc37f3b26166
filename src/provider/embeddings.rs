//! What the dialects have in common in embeddings.

use super::request::{unsupported, wrong};
use super::{Asked, Fault};
use crate::error::Error;
use crate::json::{Json, Object, Writer};

/// The texts of `input`, which may be one. Providers other than OpenAI take no lists of tokens.
pub(super) fn texts<'a>(fields: &Object<'a>, provider: &str) -> Result<Vec<Json<'a>>, Error> {
    let inputs = match fields.get("input") {
        Some(input) => input.list().unwrap_or_else(|| vec![input]),
        None => Vec::new(),
    };
    if let Some(other) = inputs.iter().position(|input| input.string().is_none()) {
        return Err(wrong(
            &format!("input[{other}]"),
            &format!("must be a text: {provider} takes nothing else"),
        ));
    }
    Ok(inputs)
}

/// Takes out the fields that have their place in a dialect. Whether the vectors travel as base64 is OpenAI's concern
/// alone: callers get numbers in any case.
pub(super) fn leftover<'a>(fields: &Object<'a>, provider: &str, taken: &[&str]) -> Result<Object<'a>, Error> {
    let mut left = Object::default();
    for (name, value) in &fields.0 {
        match &**name {
            "model" | "input" | "encoding_format" => {}
            _ if value.is_null() || taken.contains(&&**name) => {}
            "user" | "dimensions" => return Err(unsupported(provider, name, "")),
            _ => left.0.push((name.clone(), *value)),
        }
    }
    Ok(left)
}

/// OpenAI's list of the vectors, given as JSON with the numbers of their texts. Clients put them in order.
pub(super) fn write<'a>(
    asked: &Asked,
    text: &str,
    vectors: impl Iterator<Item = (u64, Json<'a>)>,
    tokens: Option<u64>,
) -> Result<String, Fault> {
    let vectors: Vec<_> = vectors.collect();
    if vectors.is_empty() {
        return Err(Fault::unexpected(text, "the answer has no embeddings"));
    }
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("object").string("list");
        writer.name("data").list(|writer| {
            for (index, vector) in vectors {
                writer.object(|writer| {
                    writer.name("object").string("embedding");
                    writer.name("index").number(index);
                    writer.name("embedding").raw(vector.text());
                });
            }
        });
        writer.name("model").string(&asked.model);
        if let Some(tokens) = tokens {
            writer.name("usage").object(|writer| {
                writer.name("prompt_tokens").number(tokens);
                writer.name("total_tokens").number(tokens);
            });
        }
    });
    Ok(writer.into_string())
}
