//! TOML, by the `toml` crate, whose keys know their place.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Position, Problem, Value};

pub fn read(text: &str) -> Result<Value, Problem> {
    let table = DeTable::parse(text).map_err(|error| Problem {
        at: error.span().map(|span| Position::of(text, span.start)),
        message: error.message().lines().collect::<Vec<_>>().join(": "),
    })?;
    table_of(text, table.get_ref())
}

fn table_of(text: &str, table: &DeTable<'_>) -> Result<Value, Problem> {
    let entries = table.iter().map(|(key, value)| {
        Ok(Entry {
            at: Position::of(text, key.span().start),
            key: key.get_ref().to_string(),
            value: value_of(text, value)?,
        })
    });
    entries.collect::<Result<_, _>>().map(Value::Table)
}

fn value_of(text: &str, value: &Spanned<DeValue<'_>>) -> Result<Value, Problem> {
    let not_a_number = || Problem {
        at: Some(Position::of(text, value.span().start)),
        message: "the number is out of range".to_owned(),
    };
    Ok(match value.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        #[expect(clippy::cast_precision_loss, reason = "no setting comes near 2^53")]
        DeValue::Integer(integer) => {
            let whole = i64::from_str_radix(integer.as_str(), integer.radix());
            Value::Number(whole.map_err(|_| not_a_number())? as f64)
        }
        DeValue::Float(float) => Value::Number(float.as_str().parse().map_err(|_| not_a_number())?),
        DeValue::Boolean(boolean) => Value::Bool(*boolean),
        // No setting is a date; as a text it is refused where it stands.
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => {
            let list = items.iter().map(|item| value_of(text, item));
            Value::List(list.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => table_of(text, table)?,
    })
}
