//! `test`: one small call, its times, and which step failed.

use super::{at, run, serve};

#[test]
fn a_call_that_works_is_timed() {
    let served = serve();
    let url = served.server.base_url();
    let (code, out, error) = run(&[&["test"], at(&url).as_slice()].concat());
    assert_eq!((code, error.as_str()), (Some(0), ""));
    for part in ["openai-compatible: it works", "connect", "first token", " ms"] {
        assert!(out.contains(part), "{out}");
    }
    served.server.reset_stats();
    let (_, out, _) = run(&[&["test"], at(&url).as_slice(), &["--output", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let seconds = |name: &str| report[name].as_f64().unwrap();
    assert_eq!(report["ok"], true);
    assert!(
        seconds("connect") > 0.0 && seconds("first_token") <= seconds("latency"),
        "{out}"
    );
    assert_eq!((served.server.stats().total, served.server.stats().requests), (1, 1));
}

#[test]
fn a_call_that_fails_names_its_step() {
    let served = serve();
    let refused = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for (url, step, kind) in [
        (format!("http://{refused}/v1"), "connect", "network"),
        (served.server.scenario_url("status-401"), "call", "authentication"),
        (served.server.scenario_url("status-404"), "call", "not_found"),
        (served.server.scenario_url("truncated"), "call", "stream"),
    ] {
        let arguments = [&["test"], at(&url).as_slice()].concat();
        let (code, out, error) = run(&arguments);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(
            error.contains(&format!("the step '{step}' failed")) && error.contains(kind),
            "{error}"
        );
        let (code, out, error) = run(&[arguments.as_slice(), &["--output", "json"]].concat());
        assert_eq!((code, error.as_str()), (Some(1), ""));
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (&report["failed_step"], &report["error"]["kind"]),
            (&step.into(), &kind.into()),
            "{out}"
        );
    }
}
