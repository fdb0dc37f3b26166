//! Plain JavaScript values, read and made by hand and as JSON: a serialiser for each type takes more of the module.

use js_sys::{Array, JSON, Number, Object, Reflect, Symbol};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};

use crate::config::Written;
use crate::error::Error;

/// What stands in a configuration.
pub(super) fn written(value: &JsValue) -> Result<Written, Error> {
    if value.is_null() || value.is_undefined() {
        Ok(Written::Null)
    } else if let Some(flag) = value.as_bool() {
        Ok(Written::Bool(flag))
    } else if let Some(number) = value.as_f64() {
        Ok(Written::Number(number))
    } else if let Some(text) = value.as_string() {
        Ok(Written::Text(text))
    } else if value.is_bigint() {
        Ok(Written::Number(Number::from(value.clone()).value_of()))
    } else if value.is_symbol() || value.is_function() {
        Err(Error::config(
            "a function or symbol is no configuration value".to_owned(),
        ))
    } else if Reflect::has(value, &Symbol::iterator()).unwrap_or_default() {
        let items = Array::from(value);
        items
            .iter()
            .map(|item| written(&item))
            .collect::<Result<_, _>>()
            .map(Written::List)
    } else {
        let fields = Object::entries(value.unchecked_ref());
        let fields = fields.iter().map(|field| {
            let [name, value] = [0, 1].map(|place| field.unchecked_ref::<Array>().get(place));
            Ok((name.as_string().unwrap_or_default(), written(&value)?))
        });
        fields.collect::<Result<_, _>>().map(Written::Table)
    }
}

/// A value as a plain object.
pub(super) fn to_plain(value: &impl Serialize) -> JsValue {
    let json = serde_json::to_string(value).unwrap_or_default();
    JSON::parse(&json).unwrap_or(JsValue::UNDEFINED)
}
