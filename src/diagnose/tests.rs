//! The rules on numbers made by hand: where each begins, and what it suggests.

use super::*;
use crate::transport::SocketStats;

fn at_ease() -> Facts {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    Facts {
        limits: Limits {
            pool: seconds(10),
            connect: seconds(10),
            write: seconds(10),
            read: seconds(60),
            ..Limits::default()
        },
        pool: PoolStats {
            max_connections: 100,
            peak: 60,
            sockets: Some(SocketStats {
                opened: 60,
                reused: 940,
                ..SocketStats::default()
            }),
            ..PoolStats::default()
        },
        requests_per_socket: 1,
        requests: 1000,
        ..Facts::default()
    }
}

fn only(facts: &Facts) -> Finding {
    let mut findings = findings(facts);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

/// The finding's name, setting, and its values now and to try.
fn advice(facts: &Facts) -> (&'static str, &'static str, f64, f64) {
    let finding = only(facts);
    let Finding {
        id, setting, current, ..
    } = finding;
    (id, setting, current, finding.suggested)
}

#[test]
fn nothing_is_found_while_all_is_well() {
    assert_eq!(findings(&at_ease()), []);
    assert_eq!(findings(&Facts::default()), []);
}

#[test]
fn a_full_pool_is_found_by_who_gave_up_or_waited_long() {
    let mut facts = at_ease();
    facts.pool.waited = 100;
    facts.pool.longest_wait = Duration::from_millis(999);
    assert_eq!(findings(&facts), []);
    facts.pool.longest_wait = Duration::from_secs(1);
    assert_eq!(only(&facts).severity, Severity::Warning);
    facts.pool.waited = 99;
    assert_eq!(findings(&facts), []);
    facts.pool.pool_timeouts = 1;
    facts.pool.peak = 130;
    assert_eq!(
        advice(&facts),
        ("pool_exhausted", "connection_pool_config.max_connections", 100.0, 130.0)
    );
    assert_eq!(only(&facts).severity, Severity::Critical);
    // Sockets are what is configured, and each carries a hundred requests here.
    facts.requests_per_socket = 100;
    facts.pool.peak = 25_000;
    assert_eq!(only(&facts).suggested, 250.0);
}

#[test]
fn churn_is_found_by_the_share_of_sockets_that_were_opened_again() {
    let mut facts = at_ease();
    let set = |facts: &mut Facts, surplus, expiry| {
        let sockets = facts.pool.sockets.as_mut().unwrap();
        (sockets.reopened_after_surplus, sockets.reopened_after_expiry) = (surplus, expiry);
    };
    set(&mut facts, 5, 5);
    assert_eq!(findings(&facts), []);
    set(&mut facts, 6, 5);
    let setting = "connection_pool_config.max_keepalive_connections";
    assert_eq!(advice(&facts), ("keepalive_surplus_churn", setting, 20.0, 60.0));
    set(&mut facts, 5, 6);
    let setting = "connection_pool_config.keepalive_expiry";
    assert_eq!(advice(&facts), ("keepalive_expiry_churn", setting, 300.0, 600.0));
    facts.pool_config.keepalive_expiry = Duration::from_millis(200);
    assert_eq!(only(&facts).suggested, 30.0);
}

#[test]
fn stale_sockets_suggest_an_expiry_below_the_servers() {
    let mut facts = at_ease();
    let sockets = facts.pool.sockets.as_mut().unwrap();
    (sockets.stale, sockets.stale_after) = (47, Some(Duration::from_secs(75)));
    assert_eq!(
        advice(&facts),
        ("stale_sockets", "connection_pool_config.keepalive_expiry", 300.0, 60.0)
    );
    facts.pool.sockets.as_mut().unwrap().stale = 46;
    assert_eq!(findings(&facts), []);
}

#[test]
fn limits_are_tight_from_one_call_in_a_hundred() {
    for (kind, id) in [
        (TimeoutKind::Connect, "connect_timeout_tight"),
        (TimeoutKind::Write, "write_timeout_tight"),
        (TimeoutKind::Read, "read_timeout_tight"),
        (TimeoutKind::Total, "total_timeout_tight"),
        (TimeoutKind::FirstToken, "first_token_timeout_tight"),
        (TimeoutKind::Idle, "idle_timeout_tight"),
    ] {
        let mut facts = at_ease();
        let all = Some(Duration::from_secs(20));
        facts.limits = Limits {
            pool: all,
            connect: all,
            write: all,
            read: all,
            total: all,
            first_token: all,
            idle: all,
        };
        let place = LIMITS.iter().position(|limit| *limit == kind).unwrap();
        facts.near[place].calls = 9;
        assert_eq!(findings(&facts), []);
        facts.near[place].calls = 10;
        let setting = format!("timeout_config.{kind}");
        assert_eq!(advice(&facts), (id, setting.as_str(), 20.0, 40.0));
        assert_eq!(only(&facts).severity, Severity::Warning);
        facts.near[place].timeouts = 10;
        assert_eq!(only(&facts).severity, Severity::Critical);
        assert_eq!(only(&facts).evidence["timeouts"], 10.0);
        facts.limits = Limits::default();
        assert_eq!(findings(&facts), []);
    }
}

#[test]
fn slow_consumers_and_full_buffers_are_told_where_they_are_seen() {
    let mut facts = at_ease();
    facts.streams = Streams {
        all: 30,
        slow: 3,
        full: 15,
        ..Streams::default()
    };
    let setting = "connection_pool_config.max_connections";
    assert_eq!(advice(&facts), ("slow_consumer", setting, 100.0, 200.0));
    facts.reads_ahead = true;
    let setting = "connection_pool_config.stream_buffer_size";
    let found: Vec<_> = findings(&facts)
        .into_iter()
        .map(|finding| (finding.id, finding.setting, finding.suggested))
        .collect();
    assert_eq!(
        found,
        [
            ("slow_consumer", setting, 262_144.0),
            ("buffer_full", setting, 131_072.0)
        ]
    );
    (facts.streams.slow, facts.streams.full) = (2, 14);
    assert_eq!(findings(&facts), []);
}
