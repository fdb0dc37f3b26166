//! The few things that must be known of an OpenAI-shaped chunk when nobody here needs the rest of it: whether it is
//! JSON at all, an error, content, or an end. Nothing is allocated for the fields that are passed over.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{Json, Object};
use crate::metrics::Tokens;

/// A chunk or answer, looked at in passing.
#[derive(serde::Deserialize)]
pub(crate) struct Peek<'a> {
    #[serde(borrow, default)]
    pub(crate) error: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) choices: Option<Vec<PeekChoice<'a>>>,
    #[serde(borrow, default)]
    pub(crate) usage: Option<PeekUsage<'a>>,
    /// Of lists that are no chat.
    #[serde(default)]
    pub(crate) data: Option<IgnoredAny>,
}

/// What the call used, as JSON: it stands in few chunks, and in a form that is not to be judged in passing.
#[derive(Clone, Copy, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct PeekUsage<'a>(#[serde(borrow)] &'a RawValue);

impl PeekUsage<'_> {
    /// What a whole answer says.
    pub(crate) fn in_answer(json: &str) -> Option<Tokens> {
        let answer: Object<'_> = serde_json::from_str(json).ok()?;
        tokens(answer.object("usage")?)
    }

    /// The two numbers; `None` where these are none.
    pub(crate) fn tokens(self) -> Option<Tokens> {
        tokens(Json::of(self.0).object()?)
    }
}

fn tokens(usage: Object<'_>) -> Option<Tokens> {
    Some(Tokens {
        prompt: usage.number("prompt_tokens")?,
        completion: usage.number("completion_tokens").unwrap_or_default(),
    })
}

/// One of its choices.
#[derive(serde::Deserialize)]
pub(crate) struct PeekChoice<'a> {
    #[serde(default)]
    pub(crate) index: u32,
    #[serde(borrow, default)]
    pub(crate) delta: Option<PeekDelta<'a>>,
    #[serde(default)]
    pub(crate) finish_reason: Option<IgnoredAny>,
    /// OpenRouter's place for an error of one choice.
    #[serde(borrow, default)]
    pub(crate) error: Option<&'a RawValue>,
}

/// What a delta says.
pub(crate) struct PeekDelta<'a> {
    /// Its `content`, as it stands there.
    pub(crate) content: Option<&'a RawValue>,
    /// It says something beyond that and who speaks.
    pub(crate) more: bool,
}

impl PeekDelta<'_> {
    /// Whether it says anything beyond who speaks.
    pub(crate) fn is_filled(&self) -> bool {
        let empty = |json: &RawValue| matches!(json.get(), "null" | "\"\"" | "[]" | "{}");
        self.more || self.content.is_some_and(|content| !empty(content))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for PeekDelta<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DeltaVisitor)
    }
}

struct DeltaVisitor;

impl<'de> Visitor<'de> for DeltaVisitor {
    type Value = PeekDelta<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a delta")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<PeekDelta<'de>, A::Error> {
        let mut delta = PeekDelta {
            content: None,
            more: false,
        };
        while let Some(key) = entries.next_key()? {
            match key {
                Key::Content => delta.content = Some(entries.next_value()?),
                Key::Role => {
                    entries.next_value::<IgnoredAny>()?;
                }
                Key::Other => delta.more |= entries.next_value::<Filled>()?.0,
            }
        }
        Ok(delta)
    }
}

/// The name of a delta's field, as far as it matters.
enum Key {
    Content,
    Role,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a field name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(match name {
                    "content" => Key::Content,
                    "role" => Key::Role,
                    _ => Key::Other,
                })
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

/// Whether a value is neither null nor empty.
pub(crate) struct Filled(pub(crate) bool);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FilledVisitor)
    }
}

struct FilledVisitor;

impl<'de> Visitor<'de> for FilledVisitor {
    type Value = Filled;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Filled, E> {
        Ok(Filled(false))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Filled, E> {
        Ok(Filled(true))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Filled, E> {
        Ok(Filled(true))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Filled, E> {
        Ok(Filled(true))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Filled, E> {
        Ok(Filled(true))
    }

    fn visit_str<E>(self, text: &str) -> Result<Filled, E> {
        Ok(Filled(!text.is_empty()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Filled, A::Error> {
        let mut filled = false;
        while items.next_element::<IgnoredAny>()?.is_some() {
            filled = true;
        }
        Ok(Filled(filled))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Filled, A::Error> {
        let mut filled = false;
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            filled = true;
        }
        Ok(Filled(filled))
    }
}
