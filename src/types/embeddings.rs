//! Embeddings: vectors that stand for the meaning of texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::Usage;
use super::open::open_object;
use super::request::one_or_many;

/// A request for embeddings. Fields that are not named here go into [`extra`](Self::extra) and are sent as they are.
///
/// ```
/// use llm_api_router::EmbeddingRequest;
///
/// let request = EmbeddingRequest::new(["first text", "second text"])
///     .model("text-embedding-3-small")
///     .dimensions(256);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmbeddingRequest {
    /// The model; the client's `default_model` where it is `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The texts; at least one.
    #[serde(default, deserialize_with = "one_or_many")]
    pub input: Vec<String>,
    /// How long the vectors are to be, for models that let one choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// Every other field, as it goes on the wire. With `encoding_format` `base64` OpenAI-compatible servers send the
    /// vectors in a third of the bytes; they are numbers again when you get them.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl EmbeddingRequest {
    /// A request for the vectors of these texts.
    #[must_use]
    pub fn new(input: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            input: input.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Sets the model.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets how long the vectors are to be.
    #[must_use]
    pub fn dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// Sets any other field of the provider's API.
    #[must_use]
    pub fn set(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(field.into(), value.into());
        self
    }
}

/// The embeddings of a request's texts. Fields that are not named here are in `extra`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Embeddings {
    /// One for each text, in the order of the texts.
    pub data: Vec<Embedding>,
    /// The model that made them.
    pub model: String,
    /// What they cost, where the provider tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Embedding {
    /// The number of its text.
    pub index: u32,
    /// The vector.
    pub embedding: Vec<f32>,
    /// Every other field.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

open_object!(Embeddings {
    data: required,
    model: nullable,
    usage: plain
});
open_object!(Embedding {
    index: nullable,
    embedding: vector
});

/// A vector as a list of numbers, or in base64: then it is made of floats of 32 bits, the low byte first.
pub(super) struct Vector(pub(super) Vec<f32>);

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Numbers(Vec<f32>),
            Base64(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Numbers(numbers) => Ok(Self(numbers)),
            Either::Base64(text) => {
                let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
                let (floats, []) = bytes.as_chunks::<4>() else {
                    return Err(serde::de::Error::custom("the vector has no whole number of floats"));
                };
                Ok(Self(floats.iter().map(|float| f32::from_le_bytes(*float)).collect()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn vectors_are_numbers_however_they_travelled() {
        let vector = [0.5f32, -1.25, 3e-7];
        let bytes: Vec<u8> = vector.iter().flat_map(|float| float.to_le_bytes()).collect();
        for embedding in [json!(vector), json!(STANDARD.encode(&bytes))] {
            let one: Embedding = serde_json::from_value(json!({"index": 2, "embedding": embedding, "x": 1})).unwrap();
            assert_eq!((one.index, one.embedding.as_slice()), (2, vector.as_slice()));
            assert_eq!(one.extra["x"], 1);
        }
        let cut = json!({"embedding": STANDARD.encode(&bytes[..7])});
        assert!(serde_json::from_value::<Embedding>(cut).is_err());
        assert!(serde_json::from_value::<Embedding>(json!({"embedding": "?"})).is_err());
    }
}
