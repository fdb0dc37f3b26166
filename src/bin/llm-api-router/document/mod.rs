//! A configuration file in JSON, TOML or YAML, read so that every key knows where it stands.

mod json;
mod locate;
mod toml;
mod values;
mod yaml;

use std::fmt;
use std::path::Path;

use clap::ValueEnum;

pub use locate::Found;

/// The notation of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Json,
    Toml,
    Yaml,
}

impl Format {
    /// By the end of the name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// A place in a file, from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The place of a byte.
    fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// Something that is wrong in a file, and where; without a place when it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub at: Option<Position>,
    pub message: String,
}

/// What is written in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Self>),
    Table(Vec<Entry>),
}

/// A key, where it stands, and what it is set to.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub at: Position,
    pub key: String,
    pub value: Value,
}

/// A whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document(pub Value);

impl Document {
    /// Without any setting.
    pub fn empty() -> Self {
        Self(Value::Table(Vec::new()))
    }

    /// Reads a file's text.
    pub fn read(text: &str, format: Format) -> Result<Self, Problem> {
        // Some editors put it there; only YAML knows about it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value = match format {
            Format::Json => json::read(text),
            Format::Toml => toml::read(text),
            Format::Yaml => yaml::read(text),
        };
        value.map(Self)
    }
}

/// For a key that stands twice, which YAML and TOML refuse as well.
fn twice(key: &str, at: Position) -> Problem {
    Problem {
        at: Some(at),
        message: format!("{key} is set twice"),
    }
}
