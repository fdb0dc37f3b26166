//! Fields without a name here: a map that is made when somebody looks, and shared among the chunks of a stream that have
//! the same ones.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock, OnceLock};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The fields of an answer or a chunk that this crate has no name for: a [`serde_json::Map`] whose clones share its
/// contents until one is changed. Nearly all chunks of an answer have the same ones.
///
/// ```
/// let json = r#"{"id": "c-1", "created": 1, "model": "m", "choices": [], "provider": "Example"}"#;
/// let chunk: llm_api_router::ChatChunk = serde_json::from_str(json)?;
/// assert_eq!(chunk.extra["provider"], "Example");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra(Option<Arc<Fields>>);

#[derive(Clone, Default)]
struct Fields {
    /// As they were read.
    listed: Vec<(String, Value)>,
    /// The same, for whoever looks: few do, and a map costs more than all the rest of an answer's parts.
    map: OnceLock<Box<Map<String, Value>>>,
    /// In place of both, once they were changed.
    changed: Option<Box<Map<String, Value>>>,
}

static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Extra {
    /// Whether both have the same contents because they share them, or because they have none.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (one, two) => one.is_none() && two.is_none(),
        }
    }

    /// The fields, without making a map of them.
    pub(crate) fn peek(&self) -> impl Iterator<Item = (&String, &Value)> {
        let fields = self.0.as_deref();
        let listed = fields.into_iter().flat_map(|fields| &fields.listed);
        let changed = fields.and_then(|fields| fields.changed.as_ref());
        listed
            .map(|(name, value)| (name, value))
            .chain(changed.into_iter().flat_map(|map| map.iter()))
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        let Some(fields) = &self.0 else { return &EMPTY };
        match &fields.changed {
            Some(map) => map,
            None => fields
                .map
                .get_or_init(|| Box::new(fields.listed.iter().cloned().collect())),
        }
    }
}

impl DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Map<String, Value> {
        let fields = Arc::make_mut(self.0.get_or_insert_default());
        let listed = std::mem::take(&mut fields.listed);
        let map = fields.changed.take().or_else(|| fields.map.take());
        fields
            .changed
            .insert(map.unwrap_or_else(|| Box::new(listed.into_iter().collect())))
    }
}

/// As many fields as are listed; of more a map is made at once.
const FEW: usize = 12;

/// Fields that were read, in their order.
pub(super) type Listed = Vec<(String, Value)>;

/// Adds a field. Most objects have one or two without a name, and a list would make room for four of these large ones.
pub(super) fn list(listed: &mut Listed, field: (String, Value)) {
    if listed.capacity() == 0 {
        listed.reserve_exact(2);
    }
    listed.push(field);
}

/// What becomes of the fields that were read: an [`Extra`] or a map.
pub(super) trait FromListed {
    fn from_listed(listed: Listed) -> Self;
}

impl FromListed for Extra {
    fn from_listed(listed: Listed) -> Self {
        // Of fields that were sent twice a map keeps the last, and it finds them faster where there are many.
        let again =
            |(place, (name, _)): (usize, &(String, Value))| listed.iter().take(place).any(|(other, _)| other == name);
        if listed.len() > FEW || listed.iter().enumerate().any(again) {
            return Self::from(Map::from_listed(listed));
        }
        Self((!listed.is_empty()).then(|| {
            Arc::new(Fields {
                listed,
                ..Fields::default()
            })
        }))
    }
}

impl FromListed for Map<String, Value> {
    fn from_listed(listed: Listed) -> Self {
        listed.into_iter().collect()
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(fields: Map<String, Value>) -> Self {
        Self((!fields.is_empty()).then(|| {
            Arc::new(Fields {
                changed: Some(Box::new(fields)),
                ..Fields::default()
            })
        }))
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

    #[test]
    fn fields_that_were_read_are_a_map_for_whoever_looks_or_changes_them() {
        let name = |name: &str| name.to_owned();
        let listed = vec![(name("a"), Value::from(2)), (name("b"), Value::Null)];
        let again = [vec![(name("a"), Value::from(1))], listed.clone()].concat();
        let mut read = Extra::from_listed(listed);
        assert_eq!(
            read,
            Extra::from_listed(again),
            "of a field that was sent twice the last is kept"
        );
        assert_eq!(read.peek().map(|(name, _)| &**name).collect::<Vec<_>>(), ["a", "b"]);
        let shared = read.clone();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"a":2,"b":null}"#);
        read.insert(name("c"), Value::from(3));
        assert_eq!(
            read.peek().map(|(name, _)| &**name).collect::<Vec<_>>(),
            ["a", "b", "c"]
        );
        assert_eq!((shared.len(), read.len(), &read["a"]), (2, 3, &Value::from(2)));
        assert_ne!(shared, read);
    }
}
