//! The choices of a chunk, of which there is nearly always one: it needs no list of its own.

use std::fmt;
use std::iter::Chain;
use std::ops::{Deref, DerefMut};

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ChunkChoice;

/// What is new in a chunk, by answer: a slice of [`ChunkChoice`], and an iterator of them when it is taken apart.
///
/// ```
/// let json = r#"{"id": "c-1", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}"#;
/// let chunk: llm_api_router::ChatChunk = serde_json::from_str(json)?;
/// for choice in chunk.choices.iter() {
///     println!("{}: {}", choice.index, choice.delta.content.as_deref().unwrap_or_default());
/// }
/// assert_eq!(chunk.choices.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Choices(Held);

#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly all are the large one, which is to need no allocation"
)]
enum Held {
    One(ChunkChoice),
    /// None, or more than one.
    Many(Vec<ChunkChoice>),
}

impl Deref for Choices {
    type Target = [ChunkChoice];

    fn deref(&self) -> &[ChunkChoice] {
        match &self.0 {
            Held::One(choice) => std::slice::from_ref(choice),
            Held::Many(choices) => choices,
        }
    }
}

impl DerefMut for Choices {
    fn deref_mut(&mut self) -> &mut [ChunkChoice] {
        match &mut self.0 {
            Held::One(choice) => std::slice::from_mut(choice),
            Held::Many(choices) => choices,
        }
    }
}

impl Default for Choices {
    fn default() -> Self {
        Self(Held::Many(Vec::new()))
    }
}

impl From<ChunkChoice> for Choices {
    fn from(choice: ChunkChoice) -> Self {
        Self(Held::One(choice))
    }
}

impl From<Vec<ChunkChoice>> for Choices {
    fn from(choices: Vec<ChunkChoice>) -> Self {
        choices.into_iter().collect()
    }
}

impl FromIterator<ChunkChoice> for Choices {
    fn from_iter<I: IntoIterator<Item = ChunkChoice>>(choices: I) -> Self {
        let mut choices = choices.into_iter();
        let Some(first) = choices.next() else {
            return Self::default();
        };
        match choices.next() {
            None => first.into(),
            Some(second) => Self(Held::Many([first, second].into_iter().chain(choices).collect())),
        }
    }
}

impl IntoIterator for Choices {
    type Item = ChunkChoice;
    type IntoIter = Chain<std::option::IntoIter<ChunkChoice>, std::vec::IntoIter<ChunkChoice>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, many) = match self.0 {
            Held::One(choice) => (Some(choice), Vec::new()),
            Held::Many(choices) => (None, choices),
        };
        one.into_iter().chain(many)
    }
}

impl<'a> IntoIterator for &'a Choices {
    type Item = &'a ChunkChoice;
    type IntoIter = std::slice::Iter<'a, ChunkChoice>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Choices {
    type Item = &'a mut ChunkChoice;
    type IntoIter = std::slice::IterMut<'a, ChunkChoice>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl PartialEq for Choices {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Choices {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl Serialize for Choices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Choices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ChoicesVisitor)
    }
}

struct ChoicesVisitor;

impl<'de> Visitor<'de> for ChoicesVisitor {
    type Value = Choices;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of choices")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Choices, A::Error> {
        let Some(first) = entries.next_element()? else {
            return Ok(Choices::default());
        };
        let Some(second) = entries.next_element()? else {
            return Ok(Choices::from(first));
        };
        let mut many = vec![first, second];
        while let Some(choice) = entries.next_element()? {
            many.push(choice);
        }
        Ok(Choices(Held::Many(many)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(count: u32) -> Choices {
        let choice = |index| ChunkChoice {
            index,
            ..ChunkChoice::default()
        };
        (0..count).map(choice).collect()
    }

    #[test]
    fn are_a_slice_and_an_iterator_whatever_their_number() {
        for count in 0..4 {
            let mut choices = choices(count);
            assert_eq!(choices.len(), count as usize);
            (&mut choices).into_iter().for_each(|choice| choice.index += 1);
            let indices: Vec<u32> = choices.into_iter().map(|choice| choice.index).collect();
            assert_eq!(indices, (1..=count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn are_read_and_written_as_lists() {
        for count in 0..4 {
            let choices = choices(count);
            let json = serde_json::to_string(&choices).unwrap();
            assert_eq!(serde_json::from_str::<Choices>(&json).unwrap(), choices, "{json}");
            assert_eq!(json, serde_json::to_string(&*choices).unwrap());
        }
        assert_eq!(choices(1), Choices::from(choices(1).to_vec()));
        serde_json::from_str::<Choices>("{}").unwrap_err();
    }
}
