//! `models`: a list for people and for programs.

use super::{at, run, serve};

#[test]
fn models_are_listed() {
    let served = serve();
    let url = served.server.base_url();
    let (code, out, error) = run(&[&["models"], at(&url).as_slice()].concat());
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(out, "mock-small\nmock-large\n");
    let names: Vec<&str> = out.lines().collect();
    let (_, json, _) = run(&[&["models"], at(&url).as_slice(), &["--output", "json"]].concat());
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    let ids: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["id"].as_str().unwrap())
        .collect();
    assert_eq!(names, ids, "{json}");

    let url = served.server.scenario_url("status-403");
    let (code, out, error) = run(&[&["models"], at(&url).as_slice()].concat());
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(error.contains("[permission, status 403"), "{error}");
}
