//! What the dialects have in common in lists of models.

use super::Fault;
use crate::json::{Json, Object, Writer};

/// OpenAI's list of the objects in `list`, whose names are in `id`. What else they say stays.
pub(super) fn list(text: &str, list: &str, id: &str, owner: &str) -> Result<String, Fault> {
    let fields: Object<'_> = serde_json::from_str(text).map_err(|error| Fault::malformed(text, &error))?;
    if let Some(error) = fields.get("error") {
        return Err(Fault::reported(error.text()));
    }
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
    });
    Ok(writer.into_string())
}
