//! JSON: serde_json reads one byte at a time, and the source counts the lines.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Entry, Position, Problem, Value, twice};

pub fn read(text: &str) -> Result<Value, Problem> {
    let place = Place::default();
    let source = Counted {
        bytes: text.as_bytes(),
        place: &place,
    };
    let mut reader = serde_json::Deserializer::from_reader(source);
    let value = Node(&place)
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let found = place.problem.take();
        found.unwrap_or_else(|| Problem {
            at: Some(Position {
                line: error.line().max(1),
                column: error.column().max(1),
            }),
            message: without_place(&error.to_string()),
        })
    })
}

/// The message alone: its place is shown in front of it.
fn without_place(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// Where the reader is.
#[derive(Default)]
struct Place {
    at: Cell<Position>,
    problem: RefCell<Option<Problem>>,
}

struct Counted<'a> {
    bytes: &'a [u8],
    place: &'a Place,
}

impl Read for Counted<'_> {
    /// Never more than was asked for: serde_json asks for single bytes, and looks ahead by one at most.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let mut at = self.place.at.get();
        for byte in buffer.iter().take(count) {
            match byte {
                b'\n' => (at.line, at.column) = (at.line + 1, 0),
                // The further bytes of a character.
                0x80..=0xbf => {}
                _ => at.column += 1,
            }
        }
        self.place.at.set(at);
        Ok(count)
    }
}

/// A value, whose keys get the place of the reader.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Place);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "no setting comes near 2^53")]
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no setting comes near 2^53")]
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut table: Vec<Entry> = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            let end = self.0.at.get();
            // The reader stands on the quotation mark behind the key, whose escapes are rare enough.
            let at = Position {
                line: end.line + 1,
                column: end.column.saturating_sub(key.chars().count() + 1).max(1),
            };
            if table.iter().any(|entry| entry.key == key) {
                *self.0.problem.borrow_mut() = Some(twice(&key, at));
                return Err(A::Error::custom("a key is set twice"));
            }
            let value = entries.next_value_seed(self)?;
            table.push(Entry { at, key, value });
        }
        Ok(Value::Table(table))
    }
}
