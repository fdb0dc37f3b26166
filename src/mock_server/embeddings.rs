//! Reads a request for embeddings and answers it: vectors of length one that depend on the model and the text alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::chat::{missing, parse};
use super::failure::Failure;
use super::text;

const DIMENSIONS: usize = 16;
const MOST_DIMENSIONS: usize = 4096;

/// The answer to a request's body.
pub(super) fn embed(body: &[u8]) -> Result<Value, Failure> {
    let (request, model) = parse(body)?;
    let inputs = inputs(&request)?;
    let dimensions = dimensions(&request)?;
    let base64 = match request.get("encoding_format").and_then(Value::as_str) {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => {
            let message = format!("Invalid value for 'encoding_format': expected 'float' or 'base64', got '{other}'.");
            return Err(Failure::bad_request(message, Some("encoding_format")));
        }
    };
    let data: Vec<Value> = inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            let vector = vector(&model, input, dimensions);
            let embedding = if base64 {
                json!(in_base64(&vector))
            } else {
                json!(vector)
            };
            json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    let tokens: usize = inputs.iter().map(|input| input.split_whitespace().count()).sum();
    Ok(json!({
        "object": "list",
        "data": data,
        "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }))
}

/// One text, or a list of them.
fn inputs(request: &Value) -> Result<Vec<String>, Failure> {
    let inputs = match request.get("input") {
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(texts)) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    inputs
        .filter(|texts| !texts.is_empty())
        .ok_or_else(|| missing("input", "a text or an array of at least one text"))
}

fn dimensions(request: &Value) -> Result<usize, Failure> {
    let Some(given) = request.get("dimensions").filter(|given| !given.is_null()) else {
        return Ok(DIMENSIONS);
    };
    let number = given.as_u64().and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| (1..=MOST_DIMENSIONS).contains(number))
        .ok_or_else(|| {
            let message = format!("Invalid value for 'dimensions': expected 1 to {MOST_DIMENSIONS}, got {given}.");
            Failure::bad_request(message, Some("dimensions"))
        })
}

#[expect(clippy::cast_precision_loss, reason = "16 bits fit")]
fn vector(model: &str, input: &str, dimensions: usize) -> Vec<f32> {
    let seed = text::hash([model.as_bytes(), input.as_bytes()]);
    let numbers: Vec<f32> = text::numbers(seed)
        .map(|number| (number >> 48) as f32 / 32768.0 - 1.0)
        .take(dimensions)
        .collect();
    let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
    numbers
        .iter()
        .map(|number| if length > 0.0 { number / length } else { 1.0 })
        .collect()
}

fn in_base64(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded(request: &Value) -> Value {
        embed(request.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_vector_depends_on_model_and_text_and_has_length_one() {
        let answer = embedded(&json!({"model": "m", "input": ["a", "b", "a"]}));
        let vector = |index: usize| answer["data"][index]["embedding"].as_array().unwrap().clone();
        assert_eq!((vector(0).len(), vector(0)), (DIMENSIONS, vector(2)));
        assert_ne!(vector(0), vector(1));
        let length: f64 = vector(0).iter().map(|number| number.as_f64().unwrap().powi(2)).sum();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
        assert_ne!(
            vector(0),
            *embedded(&json!({"model": "n", "input": "a"}))["data"][0]["embedding"]
                .as_array()
                .unwrap()
        );
        // A change here changes what the users' own tests have recorded.
        let short = embedded(&json!({"model": "m", "input": "a", "dimensions": 2}));
        assert_eq!(short["data"][0]["embedding"], json!(super::vector("m", "a", 2)));
    }

    #[test]
    fn base64_has_the_same_numbers() {
        let answer = embedded(&json!({"model": "m", "input": "é", "dimensions": 3, "encoding_format": "base64"}));
        let bytes = STANDARD
            .decode(answer["data"][0]["embedding"].as_str().unwrap())
            .unwrap();
        let numbers: Vec<f32> = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect();
        assert_eq!(numbers, vector("m", "é", 3));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (request, named) in [
            (json!({"model": "m"}), "'input'"),
            (json!({"model": "m", "input": []}), "'input'"),
            (json!({"model": "m", "input": [1]}), "'input'"),
            (json!({"input": "a"}), "'model'"),
            (json!({"model": "m", "input": "a", "dimensions": 0}), "'dimensions'"),
            (
                json!({"model": "m", "input": "a", "encoding_format": "hex"}),
                "'encoding_format'",
            ),
        ] {
            let failure = embed(request.to_string().as_bytes()).unwrap_err();
            assert!(format!("{failure:?}").contains(named), "{failure:?}");
        }
    }
}
