//! `validate`: the same mistakes in three notations, each with its line.

use super::{Scratch, command, ended, run, run_with_input};

/// A file with three mistakes, and where each stands.
const WRONG: [(&str, &str, [&str; 3]); 3] = [
    (
        "wrong.json",
        r#"{
  "provider_type": "openai", "api_key": "sk-secret",
  "connection_pool_config": {
    "max_conections": 5, "keepalive_expiry": -1
  },
  "timeoutConfig": {
    "firstToken": "soon"
  }
}"#,
        ["4:5", "4:26", "7:5"],
    ),
    (
        "wrong.toml",
        "provider_type = \"openai\"\napi_key = \"sk-secret\"\n\n[connection_pool_config]\nmax_conections = 5\n\
         keepalive_expiry = -1\n[timeout_config]\n  first_token = \"soon\"\n",
        ["5:1", "6:1", "8:3"],
    ),
    (
        "wrong.yml",
        "# ours\nprovider_type: openai\napi_key: sk-secret\nconnection_pool_config:\n  max_conections: 5\n  \
         keepalive_expiry: -1\ntimeout_config: {first_token: soon}\n",
        ["5:3", "6:3", "7:18"],
    ),
];

#[test]
fn every_mistake_is_named_with_its_line() {
    let scratch = Scratch::new("wrong");
    for (name, text, places) in WRONG {
        let path = scratch.file(name, text);
        let (code, out, error) = run(&["validate", &path]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines.len(), 3, "{error}");
        for (place, words) in places.iter().zip([
            "connection_pool_config.max_conections is not a setting; those are: keepalive_expiry, max_connections",
            "connection_pool_config.keepalive_expiry must be",
            "timeout_config.first",
        ]) {
            let expected = format!("{path}:{place}: {words}");
            assert!(lines.iter().any(|line| line.contains(&expected)), "{expected}\n{error}");
        }
        assert!(!error.contains("sk-secret"), "{error}");
        // Commands that need the file say the same.
        let (code, _, told) = run(&["chat", "--config", &path, "Hello"]);
        assert!(code == Some(2) && told.contains(places[0]), "{told}");
    }
}

#[test]
fn json_has_the_same_problems() {
    let scratch = Scratch::new("as-json");
    let path = scratch.file(WRONG[1].0, WRONG[1].1);
    let good = scratch.file("good.toml", "provider_type = 'openai'\n");
    let (code, out, error) = run(&["validate", "--output", "json", &path, &good]);
    assert_eq!((code, error.as_str()), (Some(1), ""));
    let reports: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(reports[0]["valid"], false);
    assert_eq!(
        (&reports[0]["problems"][0]["line"], &reports[0]["problems"][0]["column"]),
        (&5.into(), &1.into())
    );
    assert_eq!(
        (&reports[1]["valid"], &reports[1]["missing_key"]),
        (&true.into(), &"OPENAI_API_KEY".into())
    );
}

#[test]
fn broken_notation_has_a_line_too() {
    let scratch = Scratch::new("broken");
    for (name, text, line) in [
        ("a.json", "{\n  \"provider_type\": \"openai\",\n}", "3:1"),
        ("b.json", "{\"provider_type\": \"openai\"} x", "1:29"),
        (
            "twice.json",
            "{\n \"timeout\": 1,\n \"timeout\": 2\n}",
            "3:2: timeout is set twice",
        ),
        ("list.json", "[]", "must be an object"),
        ("c.toml", "provider_type = \"openai\"\napi_key = \n", "2:"),
        ("twice.toml", "timeout = 1\ntimeout = 2\n", "2:1"),
        ("d.yaml", "provider_type: openai\napi_key: [\n", "3:"),
        (
            "e.yaml",
            "provider_type: openai\n---\nprovider_type: xai\n",
            "a second document",
        ),
        ("empty.yaml", "", "must be an object"),
        (
            "bad-type.toml",
            "provider_type = \"nobody\"\n",
            "1:1: provider_type must be one of",
        ),
        ("none.toml", "timeout = 3\n", "provider_type is missing"),
        (
            "nan.toml",
            "provider_type = \"openai\"\ntimeout = nan\n",
            "2:1: timeout must be",
        ),
        (
            "nan.yaml",
            "provider_type: openai\ntimeout: .nan\n",
            "2:1: timeout must be",
        ),
        (
            "sizes.toml",
            "provider_type = \"openai\"\n[connection_pool_config]\nmax_connections = 2\nmax_keepalive_connections = 3\n",
            "4:1",
        ),
    ] {
        let path = scratch.file(name, text);
        let (code, _, error) = run(&["validate", &path]);
        assert_eq!(code, Some(1), "{name}");
        assert!(error.contains(line) && error.lines().count() == 1, "{name}: {error}");
    }
}

#[test]
fn good_files_are_valid_in_every_notation_and_on_the_standard_input() {
    let scratch = Scratch::new("good");
    let json = r#"{"providerType": "openai", "api_key": "k", "timeout": 30, "extra_headers": {"X-Title": "a: b"},
        "preset": "low_latency", "timeout_config": {"read": null, "firstToken": 2.5}}"#;
    let files = [
        scratch.file("a.json", json),
        scratch.file("b.json", &format!("\u{feff}{json}")),
        scratch.file(
            "c.toml",
            "provider_type = \"openai\"\napi_key = \"k\"\ntimeout = 0x1E\n[extra_headers]\nX-Title = \"a: b\"\n[timeout_config]\nfirst_token = 2.5\n",
        ),
        scratch.file("d.yml", "provider_type: openai\napi_key: 'k'\ntimeout_config:\n  read: ~\n  first_token: 2.5\n"),
    ];
    for file in &files {
        let (code, out, error) = run(&["validate", file]);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        assert_eq!(out, format!("{file}: valid (openai)\n"));
    }
    // JSON is YAML, too.
    for format in ["json", "yaml"] {
        let (code, out, _) = run_with_input(&["validate", "--format", format, "-"], json);
        assert_eq!((code, out.as_str()), (Some(0), "-: valid (openai)\n"));
    }
    let (code, _, error) = run_with_input(&["validate", "-"], json);
    assert!(code == Some(2) && error.contains("--format"), "{error}");
}

#[test]
fn a_key_may_come_from_the_environment_and_its_absence_is_noted() {
    let scratch = Scratch::new("key");
    let path = scratch.file("a.toml", "provider_type = \"openai\"\n");
    let (code, _, error) = run(&["validate", &path]);
    assert!(
        code == Some(0) && error.contains("OPENAI_API_KEY is not set"),
        "{error}"
    );
    let output = command(&["validate", &path])
        .env("OPENAI_API_KEY", "k")
        .output()
        .unwrap();
    assert_eq!(ended(output).2, "");
}

#[test]
fn what_nothing_works_without_does_not_hide_what_else_is_wrong() {
    let scratch = Scratch::new("all");
    let text = "timeout = -1\napi_key = \"k\\nx\"\nbase_url = \"ftp://x\"\nextra_headers = { \"bad name\" = \"x\" }\n";
    for (first, said) in [
        ("provider_type = \"nobody\"\n", "1:1: provider_type must be one of"),
        ("\n", ": provider_type is missing"),
        ("provider_type = \"openai\"\n", "2:1: timeout"),
    ] {
        let path = scratch.file("all.toml", &format!("{first}{text}"));
        let (code, _, error) = run(&["validate", &path]);
        assert_eq!(code, Some(1));
        for told in [
            said,
            "2:1: timeout",
            "3:1: api_key",
            "4:1: base_url",
            "5:1: extra_headers",
        ] {
            assert_eq!(error.matches(told).count(), 1, "{told}\n{error}");
        }
    }
}

#[test]
fn no_mistake_in_or_beside_a_key_tells_the_key() {
    let scratch = Scratch::new("secret");
    for (number, (form, text)) in [
        ("toml", "provider_type = \"openai\"\napi_key = \"SECRET\n"),
        ("toml", "provider_type = \"openai\"\napi_key = SECRET\n"),
        ("toml", "provider_type = \"openai\"\napi_key = \"SECRET-é\"\n"),
        ("toml", "provider_type = \"zhipu\"\napi_key = \"SECRET\"\n"),
        (
            "toml",
            "provider_type = \"openai\"\nextra_headers = { x = 1, y = \"SECRET\" }\n",
        ),
        ("yaml", "provider_type: openai\napi_key: \"SECRET\n"),
        ("yaml", "provider_type: openai\napi_key: [SECRET]\n"),
        ("yaml", "provider_type: openai\napi_key: *SECRET\n"),
        ("json", "{\"provider_type\": \"openai\",\n\"api_key\": \"SECRET\n}"),
        ("json", "{\"provider_type\": \"openai\",\n\"api_key\": SECRET}"),
    ]
    .iter()
    .enumerate()
    {
        let file = scratch.file(&format!("{number}.{form}"), text);
        let (code, out, error) = run(&["validate", &file]);
        assert_eq!(code, Some(1), "{text}: {error}");
        assert!(
            !error.is_empty() && !(out + &error).contains("SECRET"),
            "{text}: {error}"
        );
    }
}
