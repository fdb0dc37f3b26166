//! Finds the setting that an error is about: every message of a configuration error begins with its name, such as
//! `connection_pool_config.max_connections`.

use super::{Document, Entry, Position, Value};

/// What was found of a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The setting itself.
    Setting(Position),
    /// The table in which it would have to stand.
    Around(Position),
    Nothing,
}

impl Document {
    /// Where the setting stands that a message begins with; takes it out, so that the next reading finds what else is
    /// wrong.
    pub fn take_named_in(&mut self, message: &str) -> Found {
        let name = message.split_whitespace().next().unwrap_or_default();
        take(&mut self.0, name)
    }

    /// What a setting at the top is set to.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Value::Table(entries) = &self.0 else { return None };
        let entry = entries.iter().find(|entry| snake(&entry.key) == name)?;
        Some(&entry.value).filter(|value| **value != Value::Null)
    }

    /// The text of a setting at the top.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Sets a setting at the top, or in a table there: `["timeout_config", "read"]`. A document that is no table stays
    /// what it is, and is refused when it is used.
    pub fn set(&mut self, path: &[&str], value: Value) {
        if matches!(self.0, Value::Table(_)) {
            set(&mut self.0, path, value);
        }
    }
}

fn take(value: &mut Value, name: &str) -> Found {
    let Value::Table(entries) = value else {
        return Found::Nothing;
    };
    if let Some(index) = entries.iter().position(|entry| is_named(entry, name)) {
        return Found::Setting(entries.remove(index).at);
    }
    let around = entries.iter_mut().find_map(|entry| {
        let key = snake(&entry.key);
        let rest = name.strip_prefix(key.as_str())?.strip_prefix('.')?;
        Some((rest, entry))
    });
    match around {
        None => Found::Nothing,
        Some((rest, entry)) => match take(&mut entry.value, rest) {
            Found::Nothing => Found::Around(entry.at),
            found => found,
        },
    }
}

fn set(into: &mut Value, path: &[&str], value: Value) {
    let [name, rest @ ..] = path else {
        *into = value;
        return;
    };
    if !matches!(into, Value::Table(_)) {
        *into = Value::Table(Vec::new());
    }
    let Value::Table(entries) = into else { return };
    match entries.iter_mut().find(|entry| snake(&entry.key) == *name) {
        Some(entry) => set(&mut entry.value, rest, value),
        None => {
            let mut inner = Value::Null;
            set(&mut inner, rest, value);
            entries.push(Entry {
                at: Position::default(),
                key: (*name).to_owned(),
                value: inner,
            });
        }
    }
}

fn is_named(entry: &Entry, name: &str) -> bool {
    entry.key == name || snake(&entry.key) == name
}

/// `maxConnections` as messages write it: `max_connections`.
fn snake(key: &str) -> String {
    let mut name = String::with_capacity(key.len() + 4);
    for character in key.chars() {
        if character.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}
