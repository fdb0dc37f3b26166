//! What stands around the text in the chunks of one answer, which is the same in nearly all of them: what was read of
//! it once needs no reading in the next.
//!
//! An envelope is a chunk's JSON before and after the string of its `content`, or of its `reasoning_content`, and the
//! chunk itself. JSON that begins and ends in the same way, with a string in between, is the same chunk with another
//! text.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::types::{ChatChunk, Delta};

/// After so many envelopes that fitted no other chunk no more are made: these chunks are all different.
const WASTED: u32 = 8;

/// The envelope of the last chunks, if they had one.
#[derive(Debug, Default)]
pub(super) struct Envelopes {
    last: Option<Box<Envelope>>,
    /// How many were made since one fitted.
    wasted: u32,
}

#[derive(Debug)]
struct Envelope {
    /// Up to the string's first quotation mark, and from its last one on.
    before: String,
    after: String,
    chunk: ChatChunk,
    field: Field,
}

/// Where a chunk has its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Content,
    Reasoning,
}

impl Field {
    fn of(self, delta: &mut Delta) -> &mut Option<String> {
        match self {
            Self::Content => &mut delta.content,
            Self::Reasoning => &mut delta.reasoning_content,
        }
    }
}

impl Envelopes {
    /// The chunk, when it is like the last ones but for its text, which is not empty.
    pub(super) fn open(&mut self, json: &str) -> Option<ChatChunk> {
        let Envelope {
            before,
            after,
            chunk,
            field,
        } = &**self.last.as_ref()?;
        let inside = json.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
        let text = unescape(inside.strip_prefix('"')?.strip_suffix('"')?)?;
        let mut chunk = chunk.clone();
        *field.of(&mut chunk.choices.first_mut()?.delta) = Some(text);
        self.wasted = 0;
        Some(chunk)
    }

    /// Takes the envelope of a chunk that did not fit the last one.
    pub(super) fn take(&mut self, json: &str, chunk: &ChatChunk) {
        if self.wasted >= WASTED {
            return;
        }
        if let Some(envelope) = Envelope::of(json, chunk) {
            self.wasted += 1;
            self.last = Some(Box::new(envelope));
        }
    }
}

impl Envelope {
    fn of(json: &str, chunk: &ChatChunk) -> Option<Self> {
        let [choice] = &*chunk.choices else { return None };
        let says = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let field = match (says(&choice.delta.content), says(&choice.delta.reasoning_content)) {
            (true, false) => Field::Content,
            (false, true) => Field::Reasoning,
            _ => return None,
        };
        let Sought { choices: [sought] } = serde_json::from_str(json).ok()?;
        let text = match field {
            Field::Content => sought.delta.content,
            Field::Reasoning => sought.delta.reasoning_content,
        };
        let text = text?.get();
        let start = text.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
        let (before, rest) = json.split_at_checked(start)?;
        let mut chunk = chunk.clone();
        *field.of(&mut chunk.choices.first_mut()?.delta) = None;
        Some(Self {
            before: before.to_owned(),
            after: rest.strip_prefix(text)?.to_owned(),
            chunk,
            field,
        })
    }
}

/// Where the text is, if the chunk has one choice.
#[derive(Deserialize)]
struct Sought<'a> {
    #[serde(borrow)]
    choices: [SoughtChoice<'a>; 1],
}

#[derive(Deserialize)]
struct SoughtChoice<'a> {
    #[serde(borrow)]
    delta: SoughtDelta<'a>,
}

#[derive(Deserialize)]
struct SoughtDelta<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_content: Option<&'a RawValue>,
}

/// The text that a JSON string stands for, given without its quotation marks; `None` where it is empty or no string.
fn unescape(inside: &str) -> Option<String> {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if inside.is_empty() {
        None
    } else if inside.bytes().all(plain) {
        Some(inside.to_owned())
    } else {
        serde_json::from_str(&format!("\"{inside}\"")).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn envelopes(first: &str) -> Envelopes {
        let mut envelopes = Envelopes::default();
        envelopes.take(first, &serde_json::from_str(first).unwrap());
        envelopes
    }

    fn chunk(content: &str) -> String {
        format!(
            r#"{{"id":"c","object":"x","choices":[{{"index":0,"delta":{{"content":{content},"refusal":null}},"logprobs":null,"finish_reason":null}}],"usage":null}}"#
        )
    }

    #[test]
    fn a_chunk_like_the_last_one_is_opened_and_shares_what_it_has_in_common() {
        let first = chunk(r#""a""#);
        let mut envelopes = envelopes(&first);
        let opened = envelopes.open(&chunk(r#""b\n\u00e9\"""#)).unwrap();
        assert_eq!(opened.content(), Some("b\né\""));
        let other = envelopes.open(&chunk(r#""東京 🙂""#)).unwrap();
        assert!(std::ptr::eq(&*opened.id, &*other.id) && std::ptr::eq(&*opened.extra, &*other.extra));
    }

    #[test]
    fn thoughts_are_opened_as_thoughts() {
        let thought = |text: &str| chunk("null").replace("\"refusal\":null", &format!("\"reasoning_content\":{text}"));
        let opened = envelopes(&thought(r#""a""#)).open(&thought(r#""b""#)).unwrap();
        let delta = &opened.choices[0].delta;
        assert_eq!(
            (delta.content.as_deref(), delta.reasoning_content.as_deref()),
            (None, Some("b"))
        );
        let both = thought(r#""a""#).replace("\"content\":null", "\"content\":\"c\"");
        assert!(envelopes(&both).last.is_none());
    }

    #[test]
    fn everything_else_is_left_to_the_parser() {
        let mut envelopes = envelopes(&chunk(r#""a""#));
        for other in [
            chunk(r#""""#),
            chunk("null"),
            chunk("7"),
            chunk(r#""a","content":"b""#),
            chunk("\"a\nb\""),
            chunk(r#""\x""#),
            chunk(r#""\""#),
            chunk(r#""a" "#),
            chunk(r#""b""#).replace("\"index\":0", "\"index\":1"),
            chunk(r#""b""#) + " ",
            r#"{"id":"c","object":"x","choices":[{"index":0,"delta":{"content":""#.to_owned(),
            String::new(),
        ] {
            assert_eq!(envelopes.open(&other), None, "{other}");
        }
    }

    #[test]
    fn what_has_no_text_or_two_leaves_the_last_envelope_in_place() {
        let two = r#"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}"#;
        let mut envelopes = envelopes(&chunk(r#""a""#));
        for other in [two, &chunk("null"), r#"{"choices":[]}"#] {
            assert!(envelopes.open(other).is_none());
            envelopes.take(other, &serde_json::from_str(other).unwrap());
        }
        assert!(envelopes.open(&chunk(r#""b""#)).is_some());
    }

    #[test]
    fn no_more_envelopes_are_made_of_chunks_that_are_all_different() {
        let mut envelopes = Envelopes::default();
        for index in 0..=WASTED {
            let other = chunk(r#""a""#).replace("\"x\"", &index.to_string());
            assert!(envelopes.open(&other).is_none());
            envelopes.take(&other, &serde_json::from_str(&other).unwrap());
        }
        let last = chunk(r#""b""#).replace("\"x\"", &WASTED.to_string());
        assert!(envelopes.open(&last).is_none());
    }

    proptest! {
        #[test]
        fn what_is_opened_is_what_the_parser_reads(first in ".{1,5}", inside in r#"[a"\\u00-2\{\}:,é\n]{0,12}"#, text in ".{0,12}") {
            let json = |text: &str| serde_json::to_string(text).unwrap();
            let mut envelopes = envelopes(&chunk(&json(&first)));
            for content in [json(&text), format!("\"{inside}\""), inside] {
                let other = chunk(&content);
                if let Some(opened) = envelopes.open(&other) {
                    prop_assert_eq!(opened, serde_json::from_str::<ChatChunk>(&other).unwrap());
                }
            }
            let opened = envelopes.open(&chunk(&json(&text)));
            prop_assert_eq!(opened.is_some(), !text.is_empty());
        }
    }
}
