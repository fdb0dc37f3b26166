//! Fields without a name here, shared among the chunks of a stream that have the same ones.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The fields of a chunk that this crate has no name for: a [`serde_json::Map`] whose clones share its contents until
/// one is changed. Nearly all chunks of an answer have the same ones.
///
/// ```
/// let json = r#"{"id": "c-1", "created": 1, "model": "m", "choices": [], "provider": "Example"}"#;
/// let chunk: llm_api_router::ChatChunk = serde_json::from_str(json)?;
/// assert_eq!(chunk.extra["provider"], "Example");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra(Option<Arc<Map<String, Value>>>);

static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Extra {
    /// Whether both have the same contents because they share them, or because they have none.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        self.0.as_deref().unwrap_or(&EMPTY)
    }
}

impl DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Map<String, Value> {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(fields: Map<String, Value>) -> Self {
        Self((!fields.is_empty()).then(|| Arc::new(fields)))
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_until_one_is_changed() {
        let mut fields = Map::new();
        fields.insert("a".to_owned(), Value::from(1));
        let first = Extra::from(fields);
        let mut second = first.clone();
        assert!(std::ptr::eq(&*first, &*second));
        second.insert("b".to_owned(), Value::Null);
        assert_eq!((first.len(), second.len()), (1, 2));
    }

    #[test]
    fn empty_ones_are_equal_however_they_were_made() {
        let mut emptied = Extra::from(Map::from_iter([("a".to_owned(), Value::Null)]));
        emptied.remove("a");
        assert_eq!(emptied, Extra::default());
        assert_eq!(format!("{:?}", Extra::default()), "{}");
    }
}
