//! What the dialects have in common in lists of models.

use std::borrow::Cow;

use super::Fault;
use crate::json::{Json, Object, Writer};

/// The field of a decoded list that names its next page. Callers never see it.
pub(crate) const NEXT_PAGE: &str = "_next_page";

/// OpenAI's list of the objects in `list`, whose names are in `id`. What else they say stays.
pub(super) fn list(text: &str, list: &str, id: &str, owner: &str) -> Result<String, Fault> {
    let fields: Object<'_> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
    if let Some(error) = fields.get("error") {
        return Err(Fault::reported(error.text()));
    }
    let next = next_page(&fields);
    let Some(models) = fields.get(list).and_then(Json::list) else {
        return Err(Fault::unexpected(text, "the answer has no list of models"));
    };
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("object").string("list");
        writer.name("data").list(|writer| {
            for mut model in models.into_iter().filter_map(Json::object) {
                let name = model.take(id).and_then(Json::string).unwrap_or_default();
                let name = name.strip_prefix("models/").unwrap_or(&name);
                model
                    .0
                    .retain(|(field, _)| !matches!(&**field, "object" | "id" | "owned_by"));
                writer.object(|writer| {
                    writer.name("id").string(name);
                    writer.name("object").string("model");
                    writer.name("owned_by").string(owner);
                    writer.fields(&model);
                });
            }
        });
        if let Some(next) = next {
            writer.name(NEXT_PAGE).string(&next);
        }
    });
    Ok(writer.into_string())
}

/// What the request for the next page has to say, if there is one: in Google's words, or in Anthropic's.
fn next_page<'a>(fields: &Object<'a>) -> Option<Cow<'a, str>> {
    let more = fields.get("has_more").is_some_and(|more| more.text() == "true");
    let last = || fields.string("last_id").filter(|_| more);
    let next = fields.string("nextPageToken").or_else(last);
    next.filter(|next| !next.is_empty())
}

/// The address of a list's page.
pub(super) fn url(first: String, field: &str, page: Option<&str>) -> String {
    let Some(page) = page else { return first };
    let mut url = format!("{first}&{field}=");
    for byte in page.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let digit = |half| char::from_digit(half, 16).unwrap_or_default().to_ascii_uppercase();
            url.extend(['%', digit(u32::from(byte >> 4)), digit(u32::from(byte & 15))]);
        }
    }
    url
}
