//! Lists of models.

use serde::Serialize;
use serde_json::{Map, Value};

use super::open::open_object;

/// The models that a provider has. Fields that are not named here are in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Models {
    /// One for each model.
    pub data: Vec<Model>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Model {
    /// What requests call it.
    pub id: String,
    /// Whose it is, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<String>,
    /// When it was made, in seconds since 1970, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

open_object!(Models { data: required });
open_object!(Model {
    id: required,
    owned_by: plain,
    created: plain
});
