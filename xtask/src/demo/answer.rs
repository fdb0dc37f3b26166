//! What a host's demo prints: one JSON object a line.

use serde_json::Value;

/// A whole answer, as its host saw it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub host: String,
    /// `None` where the host failed.
    pub text: Option<String>,
    pub first_token_ms: f64,
    pub chunks: u64,
    pub characters: u64,
    pub sockets: u64,
}

/// One line of a demo.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// Text that has just arrived.
    Piece(String),
    /// The end, with the whole.
    Done(Answer),
    /// What the host promises.
    Capabilities(Value),
}

/// Reads a line; `None` where it is something else.
pub fn read(line: &str) -> Option<Line> {
    let value: Value = serde_json::from_str(line).ok()?;
    if let Some(capabilities) = value.get("capabilities") {
        return Some(Line::Capabilities(capabilities.clone()));
    }
    let text = value.get("text")?.as_str()?.to_owned();
    if value.get("done").is_none() {
        return Some(Line::Piece(text));
    }
    let number = |name: &str| value.get(name).and_then(Value::as_u64);
    Some(Line::Done(Answer {
        host: String::new(),
        first_token_ms: value.get("first_token_ms")?.as_f64()?,
        chunks: number("chunks")?,
        characters: number("characters")?,
        sockets: 0,
        text: Some(text),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_and_the_end_are_told_apart() {
        assert_eq!(read(r#"{"text": "na"}"#), Some(Line::Piece("na".into())));
        let end = r#"{"done": true, "chunks": 2, "first_token_ms": 1.5, "characters": 5, "text": "naïve"}"#;
        let Some(Line::Done(answer)) = read(end) else {
            unreachable!("not the end")
        };
        assert_eq!(
            (answer.chunks, answer.characters, answer.text.as_deref()),
            (2, 5, Some("naïve"))
        );
        assert_eq!(read(r#"{"capabilities": 1}"#), Some(Line::Capabilities(1.into())));
        assert_eq!(read("a warning"), None);
        assert_eq!(read(r#"{"done": true, "text": "x"}"#), None);
    }
}
