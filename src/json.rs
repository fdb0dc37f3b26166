//! JSON as text: values are looked at in place and put together into other texts, without a tree of them in memory.
//! What nobody here needs to know passes through as it was written, numbers to their last digit.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The text of a value that is known to be valid.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Checks a text.
    pub(crate) fn parse(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(text).map(Self::of)
    }

    pub(crate) fn of(value: &'a RawValue) -> Self {
        Self(value.get())
    }

    /// The text itself.
    pub(crate) fn text(self) -> &'a str {
        self.0
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// The string; `None` when it is something else.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        serde_json::from_str(self.0).ok().map(|Text(text)| text)
    }

    /// The whole number that is not negative; `None` when it is something else.
    pub(crate) fn number(self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// The fields; `None` when it is something else.
    pub(crate) fn object(self) -> Option<Object<'a>> {
        serde_json::from_str(self.0).ok()
    }

    /// The items; `None` when it is something else.
    pub(crate) fn list(self) -> Option<Vec<Self>> {
        let items: Vec<&'a RawValue> = serde_json::from_str(self.0).ok()?;
        Some(items.into_iter().map(Self::of).collect())
    }
}

/// The fields of an object, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object<'a>(pub(crate) Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    /// A field; `None` when it is missing or null.
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        let (_, value) = self.0.iter().find(|(field, _)| field == name)?;
        Some(*value).filter(|value| !value.is_null())
    }

    /// Takes a field out; `None` when it is missing or null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json<'a>> {
        let position = self.0.iter().position(|(field, _)| field == name)?;
        Some(self.0.remove(position).1).filter(|value| !value.is_null())
    }

    pub(crate) fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.string()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.number()
    }

    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        self.get(name)?.object()
    }

    /// The items of a list; none when it is missing or something else.
    pub(crate) fn list(&self, name: &str) -> Vec<Json<'a>> {
        self.get(name).and_then(Json::list).unwrap_or_default()
    }

    /// The items of a list of objects; others are left out.
    pub(crate) fn objects(&self, name: &str) -> impl Iterator<Item = Self> {
        self.list(name).into_iter().filter_map(Json::object)
    }
}

/// A string that is borrowed where it has no escapes.
#[derive(serde::Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Object<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Text(name), value)) = entries.next_entry()? {
            fields.push((name, Json::of(value)));
        }
        Ok(Object(fields))
    }
}

/// Writes a JSON text from its beginning to its end; commas come by themselves.
#[derive(Debug, Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// What is written.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// What is written, as text.
    pub(crate) fn into_string(self) -> String {
        // It is made of texts alone.
        String::from_utf8(self.0).unwrap_or_default()
    }

    /// The name of a field, whose value comes next.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.string(name);
        self.0.push(b':');
        self
    }

    /// A string.
    pub(crate) fn string(&mut self, text: &str) {
        self.separate();
        // Writing into memory does not fail.
        let _ = serde_json::to_writer(&mut self.0, text);
    }

    /// A value whose text is there already.
    pub(crate) fn raw(&mut self, json: &str) {
        self.separate();
        self.0.extend_from_slice(json.as_bytes());
    }

    /// A whole number.
    pub(crate) fn number(&mut self, number: u64) {
        self.raw(&number.to_string());
    }

    /// An object whose fields `fill` writes; gives what `fill` gives.
    pub(crate) fn object<T>(&mut self, fill: impl FnOnce(&mut Self) -> T) -> T {
        self.raw("{");
        let outcome = fill(self);
        self.0.push(b'}');
        outcome
    }

    /// A list whose items `fill` writes; gives what `fill` gives.
    pub(crate) fn list<T>(&mut self, fill: impl FnOnce(&mut Self) -> T) -> T {
        self.raw("[");
        let outcome = fill(self);
        self.0.push(b']');
        outcome
    }

    /// A list of values whose texts are there already.
    pub(crate) fn raws(&mut self, values: &[Json<'_>]) {
        self.list(|writer| values.iter().for_each(|value| writer.raw(value.text())));
    }

    /// A field, unless its value is missing.
    pub(crate) fn option(&mut self, name: &str, value: Option<Json<'_>>) {
        if let Some(value) = value {
            self.name(name).raw(value.text());
        }
    }

    /// Fields as they are.
    pub(crate) fn fields(&mut self, fields: &Object<'_>) {
        self.fields_beside(&[], fields);
    }

    /// Fields as they are, but for those of these names, which stand there already.
    pub(crate) fn fields_beside(&mut self, taken: &[&str], fields: &Object<'_>) {
        for (name, value) in fields.0.iter().filter(|(name, _)| !taken.contains(&&**name)) {
            self.name(name).raw(value.text());
        }
    }

    /// A comma, except where a value begins what it stands in.
    fn separate(&mut self) {
        if !matches!(self.0.last(), None | Some(b'{' | b'[' | b':')) {
            self.0.push(b',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_place() {
        let json = Json::parse(r#" {"a":"x\ny","b":[1,"two",null],"c":{"d":1.50},"e":null,"f":12} "#).unwrap();
        let object = json.object().unwrap();
        assert_eq!(object.string("a").as_deref(), Some("x\ny"));
        assert_eq!(object.list("b").len(), 3);
        assert_eq!(object.object("c").unwrap().get("d").unwrap().text(), "1.50");
        assert_eq!(object.number("f"), Some(12));
        assert!(object.get("e").is_none() && object.get("g").is_none() && object.string("f").is_none());
        assert!(Json::parse("{").is_err());
    }

    #[test]
    fn what_is_written_is_json() {
        let mut writer = Writer::default();
        writer.object(|writer| {
            writer.name("a").string("\"{\n");
            writer.name("b").list(|writer| {
                writer.number(1);
                writer.string("[");
                writer.object(|_| {});
            });
            writer.option("none", None);
            writer.name("c").raw("1.50");
        });
        let text = String::from_utf8(writer.finish()).unwrap();
        assert_eq!(text, r#"{"a":"\"{\n","b":[1,"[",{}],"c":1.50}"#);
    }
}
