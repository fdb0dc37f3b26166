//! Configuration as it was written: any source (a JSON file, a JavaScript object) is read into a [`Value`] first.
//!
//! Reading the fields by hand, instead of by derive, buys three things that users see: one wording on every target,
//! messages that name the field with its path and allowed range, and `NaN` and `null` kept apart. Keys may be
//! written in `snake_case` or `camelCase`; messages use `snake_case`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::Error;

/// Something that was written in a configuration.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(value) => write!(formatter, "{value}"),
            Self::Text(value) => write!(formatter, "{value:?}"),
            Self::List(_) => formatter.write_str("a list"),
            Self::Table(_) => formatter.write_str("an object"),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a configuration value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "no setting comes near 2^53")]
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no setting comes near 2^53")]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = entries.next_entry::<String, Value>()? {
            table.push(entry);
        }
        Ok(Value::Table(table))
    }
}

/// An object of the configuration whose fields are taken out one by one.
pub(super) struct Table {
    /// Where it stands, such as `connection_pool_config`; empty at the top.
    path: &'static str,
    entries: Vec<(String, Value)>,
    /// The fields that were asked for, in alphabetical order.
    known: Vec<&'static str>,
}

impl Table {
    /// The fields of an object; anything else is an error.
    pub(super) fn open(path: &'static str, value: Value) -> Result<Self, Error> {
        match value {
            Value::Table(entries) => Ok(Self {
                path,
                entries,
                known: Vec::new(),
            }),
            other => {
                let name = if path.is_empty() { "the configuration" } else { path };
                Err(Error::config(format!("{name} must be an object, got {other}")))
            }
        }
    }

    /// The full name of a field, for messages.
    pub(super) fn name(&self, field: &str) -> String {
        if self.path.is_empty() {
            field.to_owned()
        } else {
            format!("{}.{field}", self.path)
        }
    }

    /// Takes a field out; `None` when it is not written.
    pub(super) fn take(&mut self, field: &'static str) -> Option<Value> {
        let place = self.known.partition_point(|known| *known < field);
        self.known.insert(place, field);
        let position = self.entries.iter().position(|(key, _)| is_key(key, field))?;
        Some(self.entries.swap_remove(position).1)
    }

    /// A text; `null` counts as not written.
    pub(super) fn text(&mut self, field: &'static str) -> Result<Option<String>, Error> {
        match self.take(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            // The value itself may be a secret, so that only its kind is told.
            Some(other) => Err(Error::config(format!(
                "{} must be a string, got {}",
                self.name(field),
                kind_of(&other)
            ))),
        }
    }

    /// A number; the caller judges its range.
    pub(super) fn number(&mut self, field: &'static str, allowed: &str) -> Result<Option<f64>, Error> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number)),
            Some(other) => Err(Error::config(format!(
                "{} must be {allowed}, got {other}",
                self.name(field)
            ))),
        }
    }

    /// True or false.
    pub(super) fn flag(&mut self, field: &'static str) -> Result<Option<bool>, Error> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(Error::config(format!(
                "{} must be true or false, got {other}",
                self.name(field)
            ))),
        }
    }

    /// Ends the reading: a field that nobody took is a mistake of the writer's.
    pub(super) fn finish(self) -> Result<(), Error> {
        match self.entries.first() {
            None => Ok(()),
            Some((key, _)) => {
                let name = self.name(key);
                Err(Error::config(format!(
                    "{name} is not a setting; those are: {}",
                    self.known.join(", ")
                )))
            }
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::Text(_) => "a string",
        Value::List(_) => "a list",
        Value::Table(_) => "an object",
    }
}

/// Whether a written key means this field: `max_connections` or `maxConnections`.
fn is_key(written: &str, field: &str) -> bool {
    if written == field {
        return true;
    }
    let mut characters = written.chars();
    let mut upper = false;
    for expected in field.chars() {
        if expected == '_' {
            upper = true;
            continue;
        }
        let expected = if upper { expected.to_ascii_uppercase() } else { expected };
        upper = false;
        if characters.next() != Some(expected) {
            return false;
        }
    }
    characters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn both_spellings_of_a_key_are_known_and_no_third() {
        assert!(is_key("max_connections", "max_connections"));
        assert!(is_key("maxConnections", "max_connections"));
        assert!(is_key("read", "read"));
        for other in [
            "maxconnections",
            "MaxConnections",
            "max_Connections",
            "maxConnectionsX",
            "maxConnection",
            "",
        ] {
            assert!(!is_key(other, "max_connections"), "{other}");
        }
    }
}
