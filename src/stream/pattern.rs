//! Chunks that differ from one before in their text alone, as nearly all of a stream do.
//!
//! Of those only the text has to be looked at, handed over and parsed by JavaScript, which is a tenth of the work.

use serde::de::IgnoredAny;

use crate::same::{begins, same};

/// What a chunk has before and behind its text.
#[derive(Debug)]
pub(crate) struct Pattern {
    before: String,
    behind: String,
}

impl Pattern {
    /// The pattern of a valid chunk with one choice, whose delta's `content` is this part of it. There is none when
    /// more is nested in the chunk than the way to its content: JavaScript could not copy it with a few assignments.
    pub(crate) fn of(chunk: &str, content: &str) -> Option<Self> {
        if !content.starts_with('"') {
            return None;
        }
        let at = content.as_ptr().addr().checked_sub(chunk.as_ptr().addr())?;
        let (before, behind) = (chunk.get(..at)?, chunk.get(at + content.len()..)?);
        let nested = |text: &str, bracket: u8| text.bytes().filter(|byte| *byte == bracket).count();
        let plain = (nested(before, b'{'), nested(before, b'[')) == (3, 1);
        (plain && nested(behind, b'{') + nested(behind, b'[') == 0).then(|| Self {
            before: before.to_owned(),
            behind: behind.to_owned(),
        })
    }

    /// What chunks of this pattern begin with.
    pub(crate) fn before(&self) -> &str {
        &self.before
    }

    /// The text of a chunk of this pattern, as the JSON that it is. With it, the chunk is valid.
    pub(crate) fn text_in<'a>(&self, chunk: &'a str) -> Option<&'a str> {
        let (at, behind) = (self.before.len(), self.behind.len());
        let end = chunk.len().checked_sub(behind)?;
        let text = chunk.get(at..end)?;
        let fits = begins(chunk.as_bytes(), self.before.as_bytes())
            && same(chunk.as_bytes().get(end..)?, self.behind.as_bytes());
        (fits && is_string(text)).then_some(text)
    }
}

/// Whether this is one JSON string and nothing else.
fn is_string(json: &str) -> bool {
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    inner.bytes().all(is_plain) || serde_json::from_str::<IgnoredAny>(json).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(chunk: &str, content: &str) -> Option<Pattern> {
        let at = chunk.find(content).unwrap();
        Pattern::of(chunk, &chunk[at..at + content.len()])
    }

    const CHUNK: &str =
        r#"{"id":"1","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}],"usage":null}"#;

    #[test]
    fn a_chunk_that_differs_in_its_text_alone_has_the_pattern() {
        let pattern = pattern(CHUNK, "\"Hel\"").unwrap();
        for text in [
            r#""""#,
            r#""lo""#,
            r#""東京 🙂""#,
            r#""a\n\"b\"\\""#,
            r#""\u00e9\ud83d""#,
        ] {
            assert_eq!(pattern.text_in(&CHUNK.replace("\"Hel\"", text)), Some(text));
        }
    }

    #[test]
    fn what_is_no_string_or_more_than_one_has_it_not() {
        let pattern = pattern(CHUNK, "\"Hel\"").unwrap();
        let more = r#""a","refusal":"b""#;
        for text in [
            "null",
            "7",
            "\"",
            "",
            more,
            "\"\\\"",
            "\"\\x\"",
            "\"\n\"",
            "{}",
            "\"a\" ",
            "\"a\"\"b\"",
        ] {
            assert_eq!(pattern.text_in(&CHUNK.replace("\"Hel\"", text)), None, "{text}");
        }
        assert_eq!(pattern.text_in(&CHUNK.replace("null}]", "\"stop\"}]")), None);
        assert_eq!(pattern.text_in("{}"), None);
    }

    #[test]
    fn what_is_nested_elsewhere_makes_no_pattern() {
        for (old, new) in [
            ("\"usage\":null", "\"usage\":{}"),
            ("\"id\":\"1\"", "\"id\":[]"),
            (":0,", ":0,\"logprobs\":{},"),
        ] {
            assert!(pattern(&CHUNK.replace(old, new), "\"Hel\"").is_none(), "{new}");
        }
        assert!(pattern(&CHUNK.replace("\"Hel\"", "null"), "null").is_none());
    }
}
