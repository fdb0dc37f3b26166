//! `benchmark`: counts, percentiles, sockets; pooled beside cold.

use std::process::Stdio;

use super::{Scratch, at, command, ended, kill, run, serve};

#[test]
fn sockets_are_counted_as_the_server_counts_them() {
    let served = serve();
    let url = served.server.base_url();
    let size = ["-n", "60", "-j", "6", "--compare-cold", "--output", "json"];
    let (code, out, error) = run(&[&["benchmark"], at(&url).as_slice(), &size].concat());
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let (pooled, cold) = (&report["pooled"], &report["cold"]);
    let count = |run: &serde_json::Value, name: &str| run[name].as_u64().unwrap();
    for run in [pooled, cold] {
        assert_eq!((count(run, "succeeded"), count(run, "concurrency")), (60, 6));
        let at = |percentile: &str| run["latency"][percentile].as_f64().unwrap();
        assert!(at("p50") > 0.0 && at("p50") <= at("p95") && at("p95") <= at("p99") && at("p99") <= at("max"));
        assert!(run["first_token"]["p50"].as_f64().unwrap() <= at("p50"));
    }
    // Six calls at a time, and now and then a call begins a moment before a socket is back.
    assert!((1..20).contains(&count(pooled, "sockets_opened")), "{out}");
    assert_eq!(count(pooled, "sockets_opened") + count(pooled, "sockets_reused"), 60);
    assert_eq!((count(cold, "sockets_opened"), count(cold, "sockets_reused")), (60, 0));
    assert!(report["latency_ratio"].as_f64().unwrap() > 0.0);
    let stats = served.server.stats();
    assert_eq!(
        (stats.requests, stats.total),
        (120, 60 + count(pooled, "sockets_opened"))
    );
}

#[test]
fn people_get_a_table() {
    let (code, out, error) = run(&["benchmark", "--mock", "--requests", "10", "--no-stream"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    for row in [
        "calls that went well",
        "latency, p99",
        "sockets opened",
        "calls on a used socket",
    ] {
        assert!(out.contains(row), "{out}");
    }
    assert!(!out.contains("first token") && !out.contains("cold"), "{out}");
}

#[test]
fn a_pool_that_is_too_small_is_found_and_the_setting_named() {
    let served = serve();
    let scratch = Scratch::new("small-pool");
    let file = scratch.file(
        "small.toml",
        &format!(
            "provider_type = \"openai-compatible\"\nbase_url = \"{}\"\ndefault_model = \"m\"\n\
             timeout_config = {{ pool = 1 }}\nconnection_pool_config = {{ max_connections = 1 }}\n",
            served.server.scenario_url("slow")
        ),
    );
    let size = ["-n", "4", "-j", "4", "--no-stream"];
    let (code, out, error) = run(&[&["benchmark", "--config", &file], size.as_slice()].concat());
    assert!(code == Some(1) && error.contains("no place in the pool"), "{error}");
    assert!(out.contains("try connection_pool_config.max_connections = "), "{out}");
}

#[test]
fn failures_are_counted_by_kind_and_told() {
    let served = serve();
    let url = served.server.scenario_url("status-401");
    let (code, out, error) = run(&[&["benchmark"], at(&url).as_slice(), &["-n", "5", "-o", "json"]].concat());
    assert_eq!(code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["pooled"]["failed"]["authentication"], 5, "{out}");
    assert!(error.contains("401"), "{error}");
    let (code, _, error) = run(&["benchmark", "--mock", "--requests", "0"]);
    assert!(code == Some(2) && error.contains("'0'"), "{error}");
}

#[test]
fn ctrl_c_shows_what_was_measured_by_then() {
    let served = serve();
    let url = served.server.scenario_url("slow");
    let size = ["-n", "100000", "-j", "4", "--max-tokens", "2", "-o", "json"];
    let child = command(&[&["benchmark"], at(&url).as_slice(), &size].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    served.wait_until(|stats| stats.requests >= 12);
    kill("INT", &child);
    let (code, out, error) = ended(child.wait_with_output().unwrap());
    assert_eq!((code, error.as_str()), (Some(130), ""));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["pooled"]["interrupted"], true);
    assert!(report["pooled"]["succeeded"].as_u64().unwrap() >= 4, "{out}");
    served.wait_until(|stats| stats.open == 0);
}
