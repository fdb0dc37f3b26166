//! What stands around the text in the chunks of one answer, which is the same in nearly all of them: what was read of
//! it once needs no reading in the next.
//!
//! An envelope is a chunk's JSON before and after the string of its `content`, or of its `reasoning_content`, and the
//! chunk itself. JSON that begins and ends in the same way, with a string in between, is the same chunk with another
//! text.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::sink::signals;
use crate::metrics::Tokens;
use crate::provider::Signals;
use crate::types::{ChatChunk, Choices, ChunkChoice, Delta};

/// After so many envelopes that fitted no other chunk no more are made: these chunks are all different.
const WASTED: u32 = 8;

/// The envelope of the last chunks, if they had one.
#[derive(Debug, Default)]
pub(super) struct Envelopes {
    last: Option<Arc<Envelope>>,
    /// How many were made since one fitted.
    wasted: u32,
}

/// A chunk without its text.
#[derive(Debug)]
pub(super) struct Envelope {
    /// Up to the string's first quotation mark, and from its last one on.
    before: String,
    after: String,
    pub(super) chunk: ChatChunk,
    field: Field,
    /// What a chunk in this envelope tells about its stream.
    pub(super) signals: Signals,
    pub(super) tokens: Option<Tokens>,
}

/// Where a chunk has its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Content,
    Reasoning,
}

impl Field {
    /// That of the two that it names.
    fn of<'a, T>(self, content: &'a mut T, reasoning: &'a mut T) -> &'a mut T {
        match self {
            Self::Content => content,
            Self::Reasoning => reasoning,
        }
    }
}

impl Envelopes {
    /// The envelope of the last chunks and the text in it, when this one is like them but for its text, which is not
    /// empty. What has a line end in it is never like them: no envelope has one, and no string.
    pub(super) fn open(&mut self, json: &[u8]) -> Option<(&Envelope, String)> {
        let envelope = self.last.as_deref()?;
        let inside = json
            .strip_prefix(envelope.before.as_bytes())?
            .strip_suffix(envelope.after.as_bytes())?;
        let text = unescape(inside.strip_prefix(b"\"")?.strip_suffix(b"\"")?)?;
        self.wasted = 0;
        Some((envelope, text))
    }

    /// Takes the envelope of a chunk that did not fit the last one, and gives it where there is one.
    pub(super) fn take(&mut self, json: &str, chunk: &ChatChunk) -> Option<Arc<Envelope>> {
        if self.wasted >= WASTED {
            return None;
        }
        let envelope = Arc::new(Envelope::of(json, chunk)?);
        self.wasted += 1;
        self.last = Some(Arc::clone(&envelope));
        Some(envelope)
    }
}

impl Envelope {
    /// That of the two that chunks in this envelope have their text in.
    pub(super) fn text_of<'a, T>(&self, content: &'a mut T, reasoning: &'a mut T) -> &'a mut T {
        self.field.of(content, reasoning)
    }

    /// The chunk with this text, put together where it is handed over.
    #[inline]
    pub(super) fn with(&self, text: String) -> ChatChunk {
        let chunk = &self.chunk;
        let (content, reasoning_content) = match self.field {
            Field::Content => (Some(text), None),
            Field::Reasoning => (None, Some(text)),
        };
        let choice = chunk.choices.first().map(|choice| {
            let delta = &choice.delta;
            ChunkChoice {
                index: choice.index,
                delta: Delta {
                    role: delta.role.clone(),
                    content: content.or_else(|| delta.content.clone()),
                    reasoning_content: reasoning_content.or_else(|| delta.reasoning_content.clone()),
                    tool_calls: delta.tool_calls.clone(),
                    extra: delta.extra.clone(),
                },
                finish_reason: choice.finish_reason.clone(),
                extra: choice.extra.clone(),
            }
        });
        ChatChunk {
            id: Arc::clone(&chunk.id),
            created: chunk.created,
            model: Arc::clone(&chunk.model),
            choices: choice.map(Choices::from).unwrap_or_default(),
            usage: chunk.usage.clone(),
            extra: chunk.extra.clone(),
        }
    }

    fn of(json: &str, chunk: &ChatChunk) -> Option<Self> {
        let [choice] = &*chunk.choices else { return None };
        if json.contains(['\n', '\r']) {
            return None;
        }
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
        let signals = signals(chunk);
        let tokens = chunk.usage.as_deref().map(Into::into);
        let mut chunk = chunk.clone();
        let delta = &mut chunk.choices.first_mut()?.delta;
        *field.of(&mut delta.content, &mut delta.reasoning_content) = None;
        Some(Self {
            before: before.to_owned(),
            after: rest.strip_prefix(text)?.to_owned(),
            chunk,
            field,
            signals,
            tokens,
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
fn unescape(inside: &[u8]) -> Option<String> {
    let inside = std::str::from_utf8(inside).ok()?;
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

    fn opened(envelopes: &mut Envelopes, json: &str) -> Option<ChatChunk> {
        envelopes
            .open(json.as_bytes())
            .map(|(envelope, text)| envelope.with(text))
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
        let opened = opened(&mut envelopes, &chunk(r#""b\n\u00e9\"""#)).unwrap();
        assert_eq!(opened.content(), Some("b\né\""));
        let other = self::opened(&mut envelopes, &chunk(r#""東京 🙂""#)).unwrap();
        assert!(std::ptr::eq(&*opened.id, &*other.id) && std::ptr::eq(&*opened.extra, &*other.extra));
    }

    #[test]
    fn thoughts_are_opened_as_thoughts() {
        let thought = |text: &str| chunk("null").replace("\"refusal\":null", &format!("\"reasoning_content\":{text}"));
        let opened = opened(&mut envelopes(&thought(r#""a""#)), &thought(r#""b""#)).unwrap();
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
            assert_eq!(opened(&mut envelopes, &other), None, "{other}");
        }
    }

    #[test]
    fn what_has_no_text_or_two_leaves_the_last_envelope_in_place() {
        let two = r#"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}"#;
        let mut envelopes = envelopes(&chunk(r#""a""#));
        for other in [two, &chunk("null"), r#"{"choices":[]}"#] {
            assert!(envelopes.open(other.as_bytes()).is_none());
            envelopes.take(other, &serde_json::from_str(other).unwrap());
        }
        assert!(envelopes.open(chunk(r#""b""#).as_bytes()).is_some());
    }

    #[test]
    fn no_more_envelopes_are_made_of_chunks_that_are_all_different() {
        let mut envelopes = Envelopes::default();
        for index in 0..=WASTED {
            let other = chunk(r#""a""#).replace("\"x\"", &index.to_string());
            assert!(envelopes.open(other.as_bytes()).is_none());
            envelopes.take(&other, &serde_json::from_str(&other).unwrap());
        }
        let last = chunk(r#""b""#).replace("\"x\"", &WASTED.to_string());
        assert!(envelopes.open(last.as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn what_is_opened_is_what_the_parser_reads(first in ".{1,5}", inside in r#"[a"\\u00-2\{\}:,é\n]{0,12}"#, text in ".{0,12}") {
            let json = |text: &str| serde_json::to_string(text).unwrap();
            let mut envelopes = envelopes(&chunk(&json(&first)));
            for content in [json(&text), format!("\"{inside}\""), inside] {
                let other = chunk(&content);
                if let Some(opened) = opened(&mut envelopes, &other) {
                    prop_assert_eq!(opened, serde_json::from_str::<ChatChunk>(&other).unwrap());
                }
            }
            let opened = self::opened(&mut envelopes, &chunk(&json(&text)));
            prop_assert_eq!(opened.is_some(), !text.is_empty());
        }
    }
}
