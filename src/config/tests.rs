//! Reading, defaults, presets, and the words of every construction error.

use std::time::Duration;

use super::*;

fn error(json: &str) -> String {
    match serde_json::from_str::<ProviderConfig>(json) {
        Ok(config) => config.validate().err().unwrap().to_string(),
        // serde_json adds the position.
        Err(error) => error.to_string().split(" at line").next().unwrap().to_owned(),
    }
}

fn settings(json: &str) -> Settings {
    serde_json::from_str::<ProviderConfig>(json)
        .unwrap()
        .validate()
        .unwrap()
}

/// The same file is read by the tests of every JavaScript host.
#[test]
fn construction_errors_have_the_words_that_every_host_shows() {
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../wasm-tests/construction-errors.json")).unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        assert_eq!(
            error(&case["config"].to_string()),
            case["message"].as_str().unwrap(),
            "{}",
            case["config"]
        );
    }
}

#[test]
fn defaults_are_the_documented_ones() {
    let settings = settings(r#"{"provider_type": "openai", "api_key": "k"}"#);
    assert_eq!(settings.pool, ConnectionPoolConfig::default());
    assert_eq!(
        (settings.pool.max_connections, settings.pool.max_keepalive_connections),
        (100, 20)
    );
    assert_eq!(
        (settings.pool.keepalive_expiry, settings.pool.stream_buffer_size),
        (Duration::from_secs(300), 65_536)
    );
    let seconds = |limit: Option<Duration>| limit.map(|limit| limit.as_secs());
    let limits = settings.limits;
    assert_eq!(
        [limits.pool, limits.connect, limits.write, limits.read].map(seconds),
        [Some(10), Some(10), Some(10), Some(60)]
    );
    assert_eq!([limits.total, limits.first_token, limits.idle], [None, None, None]);
    assert_eq!(settings.base_url, "https://api.openai.com/v1");
}

#[test]
fn both_spellings_make_the_same_configuration() {
    let snake = r#"{"provider_type": "openai-compatible", "base_url": "http://h/v1/", "default_model": "m", "extra_headers": {"x-a": "1"},
        "timeout_config": {"first_token": 0.5, "read": null}, "connection_pool_config": {"max_connections": 7, "max_keepalive_connections": 3, "keepalive_expiry": 1.5, "stream_buffer_size": 9}}"#;
    let camel = r#"{"providerType": "openai-compatible", "baseUrl": "http://h/v1/", "defaultModel": "m", "extraHeaders": {"x-a": "1"},
        "timeoutConfig": {"firstToken": 0.5, "read": null}, "connectionPoolConfig": {"maxConnections": 7, "maxKeepaliveConnections": 3, "keepaliveExpiry": 1.5, "streamBufferSize": 9}}"#;
    let read = |json| serde_json::from_str::<ProviderConfig>(json).unwrap();
    assert_eq!(read(snake), read(camel));
    let settings = settings(camel);
    assert_eq!(
        (settings.limits.first_token, settings.limits.read),
        (Some(Duration::from_millis(500)), None)
    );
    assert_eq!(settings.pool.keepalive_expiry, Duration::from_millis(1500));
    assert_eq!(settings.base_url, "http://h/v1");
}

#[test]
fn one_timeout_sets_the_four_and_timeout_config_wins() {
    let limits = settings(r#"{"provider_type": "openai", "api_key": "k", "timeout": 30}"#).limits;
    assert_eq!(
        [limits.pool, limits.connect, limits.write, limits.read],
        [Some(Duration::from_secs(30)); 4]
    );
    let limits =
        settings(r#"{"provider_type": "openai", "api_key": "k", "timeout": 30, "timeout_config": {"read": 5}}"#).limits;
    assert_eq!(
        (limits.read, limits.connect),
        (Some(Duration::from_secs(5)), Some(Duration::from_secs(10)))
    );
    let small =
        settings(r#"{"provider_type": "openai", "api_key": "k", "connection_pool_config": {"max_connections": 2}}"#);
    assert_eq!(small.pool.max_keepalive_connections, 2);
    let limits = settings(r#"{"provider_type": "openai", "api_key": "k", "timeout": null}"#).limits;
    assert_eq!([limits.pool, limits.connect, limits.write, limits.read], [None; 4]);
}

#[test]
fn presets_are_the_documented_scenarios_and_yield_to_what_is_written() {
    let figures = |preset: Preset| {
        let pool = preset.connection_pool_config();
        (
            pool.max_connections,
            pool.max_keepalive_connections,
            pool.keepalive_expiry.as_secs(),
            pool.stream_buffer_size,
        )
    };
    assert_eq!(figures(Preset::HighConcurrency), (200, 50, 600, 131_072));
    assert_eq!(figures(Preset::LowLatency), (50, 20, 120, 65_536));
    assert_eq!(figures(Preset::ResourceConstrained), (20, 5, 60, 32_768));
    assert_eq!(figures(Preset::LongStreaming), (50, 20, 600, 131_072));
    let times = |preset: Preset| {
        let limits = preset.timeout_config().limits();
        [limits.connect, limits.read, limits.write, limits.pool].map(|limit| limit.unwrap().as_secs())
    };
    assert_eq!(times(Preset::LowLatency), [5, 30, 5, 5]);
    assert_eq!(times(Preset::LongStreaming), [10, 300, 10, 10]);
    let settings = settings(
        r#"{"provider_type": "openai", "api_key": "k", "preset": "low_latency", "timeout_config": {"read": 7}, "connection_pool_config": {"max_connections": 30}}"#,
    );
    assert_eq!(
        (settings.limits.read, settings.limits.connect),
        (Some(Duration::from_secs(7)), Some(Duration::from_secs(5)))
    );
    assert_eq!(
        (settings.pool.max_connections, settings.pool.keepalive_expiry.as_secs()),
        (30, 120)
    );
}

#[test]
fn http_2_has_places_for_a_hundred_requests_per_socket() {
    let written = |version: &str| {
        let text = format!(r#"{{"provider_type": "openai", "api_key": "k", "http_version": {version}}}"#);
        (settings(&text).http_version, settings(&text).places())
    };
    assert_eq!(written("null"), (None, 100));
    assert_eq!(written(r#""1.1""#), (Some(HttpVersion::Http1), 100));
    assert_eq!(written(r#""2""#), (Some(HttpVersion::Http2), 10_000));
}

#[test]
fn configurations_survive_a_round_trip() {
    let pool = Preset::HighConcurrency.connection_pool_config();
    let text = serde_json::to_string(&pool).unwrap();
    assert_eq!(serde_json::from_str::<ConnectionPoolConfig>(&text).unwrap(), pool);
    let timeouts = TimeoutConfig::default()
        .read(TimeLimit::OFF)
        .idle(Duration::from_millis(250))
        .pool(0.0);
    let text = serde_json::to_string(&timeouts).unwrap();
    assert_eq!(serde_json::from_str::<TimeoutConfig>(&text).unwrap(), timeouts);
}

#[test]
fn rust_values_are_checked_at_construction_too() {
    let config = || ProviderConfig::new("openai", "k");
    let pool = ConnectionPoolConfig {
        max_connections: 5,
        ..Default::default()
    };
    let message = config()
        .connection_pool_config(pool)
        .validate()
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        message,
        "connection_pool_config.max_keepalive_connections must be a whole number from 0 to max_connections (5), got 20 (unless set, it is 20)"
    );
    for invalid in [-1.0, 0.0, f64::NAN, f64::INFINITY, 1e10] {
        let message = config()
            .timeout_config(TimeoutConfig::default().read(invalid))
            .validate()
            .err()
            .unwrap()
            .to_string();
        assert!(
            message.starts_with("timeout_config.read must be a number of seconds"),
            "{message}"
        );
        let message = config().timeout(invalid).validate().err().unwrap().to_string();
        assert!(message.starts_with("timeout must be a number of seconds"), "{message}");
    }
    assert!(
        config()
            .timeout_config(TimeoutConfig::default().pool(0.0))
            .validate()
            .is_ok()
    );
    assert!(
        config()
            .timeout_config(TimeoutConfig::default().total(Duration::MAX))
            .validate()
            .is_err()
    );
}

#[test]
fn keys_never_show() {
    let config = ProviderConfig::new("openai", "sk-secret")
        .extra_header("x-token", "hidden")
        .base_url("http://user:password@host/");
    let shown = format!("{config:?} {}", config.clone().validate().err().unwrap());
    for secret in ["sk-secret", "hidden", "password"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let message = ProviderConfig::new("openai", "sk-secret\n")
        .validate()
        .err()
        .unwrap()
        .to_string();
    assert_eq!(
        message,
        "api_key cannot be sent in an HTTP header: there is a line feed at byte 9; remove it"
    );
}
