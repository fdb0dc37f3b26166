//! YAML, by the `saphyr` crate, whose nodes know their place.

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};

use super::{Entry, Position, Problem, Value};

pub fn read(text: &str) -> Result<Value, Problem> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| Problem {
        at: Some(place(error.marker())),
        message: error.info().to_owned(),
    })?;
    match documents.as_slice() {
        [] => Ok(Value::Null),
        [document] => value_of(document),
        [_, second, ..] => Err(problem(
            &second.span.start,
            "a second document begins here; the file may hold one",
        )),
    }
}

fn value_of(node: &MarkedYaml<'_>) -> Result<Value, Problem> {
    Ok(match &node.data {
        YamlData::Value(scalar) => scalar_of(scalar),
        YamlData::Sequence(items) => Value::List(items.iter().map(value_of).collect::<Result<_, _>>()?),
        YamlData::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let YamlData::Value(Scalar::String(name)) = &key.data else {
                    return Err(problem(&key.span.start, "a key must be a text"));
                };
                Ok(Entry {
                    at: place(&key.span.start),
                    key: name.to_string(),
                    value: value_of(value)?,
                })
            });
            Value::Table(entries.collect::<Result<_, _>>()?)
        }
        YamlData::Tagged(_, inner) => value_of(inner)?,
        YamlData::Representation(..) | YamlData::BadValue | YamlData::Alias(_) => {
            return Err(problem(&node.span.start, "this value cannot be read"));
        }
    })
}

fn scalar_of(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        #[expect(clippy::cast_precision_loss, reason = "no setting comes near 2^53")]
        Scalar::Integer(value) => Value::Number(*value as f64),
        Scalar::FloatingPoint(value) => Value::Number(value.into_inner()),
        Scalar::String(text) => Value::Text(text.to_string()),
    }
}

fn place(marker: &Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}

fn problem(marker: &Marker, message: &str) -> Problem {
    Problem {
        at: Some(place(marker)),
        message: message.to_owned(),
    }
}
