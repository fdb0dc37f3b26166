//! Every construction error has on wasm32 the words that it has natively.

use llm_api_router::{Client, ProviderConfig};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

fn error(json: &str) -> String {
    match serde_json::from_str::<ProviderConfig>(json) {
        Ok(config) => Client::new(config).err().unwrap().to_string(),
        // serde_json adds the position.
        Err(error) => error.to_string().split(" at line").next().unwrap().to_owned(),
    }
}

#[wasm_bindgen_test]
fn construction_errors_have_the_words_that_every_host_shows() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../construction-errors.json")).unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        let config = &case["config"];
        assert_eq!(
            error(&config.to_string()),
            case["message"].as_str().unwrap(),
            "{config}"
        );
    }
}
