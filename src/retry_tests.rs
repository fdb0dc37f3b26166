//! The policy of retries, under a made-up time and chance.

use super::*;

fn at(seconds: u64) -> Instant {
    Instant::at(Duration::from_secs(seconds))
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn config() -> RetryConfig {
    RetryConfig::default()
}

/// Half of every wait, and no limit.
fn half(budget: &Budget) -> Circumstances<'_> {
    Circumstances {
        now: at(1),
        chance: 0.5,
        left: None,
        budget,
    }
}

fn failing(kind: ErrorKind) -> Error {
    Error::new(kind, "it failed").with_replay(Replay::MaybeProcessed)
}

fn headers(lines: &[(&str, &str)]) -> Headers {
    lines.iter().copied().collect()
}

#[test]
fn waits_grow_up_to_the_longest_and_chance_takes_a_part_of_them() {
    let exact = RetryConfig {
        jitter: false,
        ..config()
    };
    let waits: Vec<_> = (0..9).map(|made| backoff(&exact, made, 0.1).as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    for (chance, wait) in [(0.0, ms(0)), (0.25, ms(1000)), (0.999, ms(3996))] {
        assert_eq!(backoff(&config(), 2, chance), wait);
    }
    let huge = RetryConfig {
        initial_delay: Duration::MAX,
        exponential_base: 1000.0,
        ..exact
    };
    assert_eq!(backoff(&huge, 1000, 1.0), ms(60_000));
    let none = RetryConfig {
        initial_delay: Duration::ZERO,
        ..exact
    };
    assert_eq!(backoff(&none, 1000, 1.0), Duration::ZERO);
}

#[test]
fn a_call_is_tried_again_as_often_as_it_may_and_then_tells_of_the_last_time() {
    let budget = Budget::default();
    let mut retries = Retries::new(config());
    let refused = || {
        failing(ErrorKind::RateLimit)
            .with_code(Some("busy".to_owned()))
            .with_account(4, ms(9), crate::error::Spent::default(), 1, 2)
    };
    for wait in [500, 1000, 2000] {
        assert_eq!(retries.after(refused(), &half(&budget)).ok(), Some(ms(wait)));
    }
    let error = retries.after(refused(), &half(&budget)).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::RetryExhausted, Some("busy")));
    assert_eq!((error.attempts(), error.bytes_received()), (4, 2));
    assert!(error.is_retryable());
    assert_eq!(
        error.to_string(),
        "4 attempts failed (retry_config.max_retries allows no more); the last one: it failed"
    );
    let source = std::error::Error::source(&error).unwrap();
    let last = source.downcast_ref::<Error>().unwrap();
    assert_eq!(
        (last.kind(), last.to_string()),
        (ErrorKind::RateLimit, "it failed".to_owned())
    );
    assert_eq!(error.last().map(Error::kind), Some(ErrorKind::RateLimit));
    assert_eq!((budget.stats().retries, budget.stats().available), (3, 47));
}

#[test]
fn without_a_retry_the_error_is_the_plain_one() {
    let budget = Budget::default();
    let mut retries = Retries::new(RetryConfig {
        max_retries: 0,
        ..config()
    });
    let error = retries.after(failing(ErrorKind::Network), &half(&budget)).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::Network, "it failed".to_owned())
    );
    assert_eq!(budget.stats().refused, 0);
}

#[test]
fn what_cannot_succeed_is_not_tried_again_not_even_after_a_retry() {
    let budget = Budget::default();
    for kind in [
        ErrorKind::Config,
        ErrorKind::BadRequest,
        ErrorKind::Authentication,
        ErrorKind::Permission,
        ErrorKind::NotFound,
        ErrorKind::Stream,
        ErrorKind::Aborted,
        ErrorKind::Timeout(TimeoutKind::Total),
        ErrorKind::Timeout(TimeoutKind::Pool),
    ] {
        let mut retries = Retries::new(config());
        retries.after(failing(ErrorKind::Network), &half(&budget)).unwrap();
        let error = failing(kind).with_replay(Replay::NeverSent);
        let error = retries.after(error, &half(&budget)).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.replay(), Replay::MaybeProcessed, "the first attempt was sent");
    }
    for kind in [
        ErrorKind::RateLimit,
        ErrorKind::Provider,
        ErrorKind::Network,
        ErrorKind::Timeout(TimeoutKind::Connect),
        ErrorKind::Timeout(TimeoutKind::Write),
        ErrorKind::Timeout(TimeoutKind::Read),
        ErrorKind::Timeout(TimeoutKind::FirstToken),
    ] {
        assert!(
            Retries::new(config()).after(failing(kind), &half(&budget)).is_ok(),
            "{kind}"
        );
    }
}

#[test]
fn the_server_has_the_last_word() {
    let budget = Budget::default();
    let asked = |kind, lines: &[(&str, &str)]| {
        let error = failing(kind).with_advice(Advice::of(&headers(lines), ms(0)));
        Retries::new(config()).after(error, &half(&budget))
    };
    let provider = ErrorKind::Provider;
    assert_eq!(asked(provider, &[("Retry-After", "7")]).unwrap(), ms(7000));
    assert_eq!(asked(provider, &[("retry-after", "0")]).unwrap(), ms(0));
    assert_eq!(
        asked(provider, &[("retry-after", "7"), ("retry-after-ms", "1500")]).unwrap(),
        ms(1500)
    );
    assert_eq!(
        asked(ErrorKind::BadRequest, &[("x-should-retry", "true")]).unwrap(),
        ms(500)
    );
    let error = asked(provider, &[("x-should-retry", "false")]).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (provider, false));
    let error = asked(provider, &[("retry-after", "3600")]).unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (provider, Some(ms(3_600_000))));
    assert!(error.to_string().contains("asks to wait 3600 s"), "{error}");
    assert!(error.to_string().contains("retry_config.max_delay"), "{error}");
}

#[test]
fn advice_is_read_in_all_its_forms() {
    let read = |lines: &[(&str, &str)], unix_time| Advice::of(&headers(lines), Duration::from_secs(unix_time));
    let wait = |text: &str| read(&[("Retry-After", text)], 784_111_770).wait;
    for date in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(wait(date), Some(Duration::from_secs(7)), "{date}");
    }
    assert_eq!(
        wait("Sun, 06 Nov 1994 08:49:20 GMT"),
        Some(Duration::ZERO),
        "a date that is past"
    );
    assert_eq!(wait(" 2 "), Some(Duration::from_secs(2)));
    for nonsense in ["", "soon", "-1", "1e3", "Sun, 06 Nov"] {
        assert_eq!(wait(nonsense), None, "{nonsense}");
    }
    assert_eq!(
        read(&[("retry-after-ms", "x"), ("retry-after", "2")], 0).wait,
        Some(ms(2000))
    );
    assert_eq!(read(&[("X-Should-Retry", "True")], 0).again, Some(true));
    assert_eq!(read(&[("x-should-retry", "maybe")], 0), Advice::default());
}

#[test]
fn waits_are_whole_or_decimal_numbers() {
    assert_eq!(decimal("2"), Some(Duration::from_secs(2)));
    assert_eq!(decimal("1.5"), Some(ms(1500)));
    assert_eq!(decimal("0.0000000019"), Some(Duration::from_nanos(1)));
    let longest = Duration::from_secs(u64::MAX);
    assert_eq!(
        decimal("99999999999999999999"),
        Some(longest),
        "no short wait of its own"
    );
    for other in ["", ".5", "-1", "+1", "1e3", "x", "1.x"] {
        assert_eq!(decimal(other), None, "{other}");
    }
}

#[test]
fn a_wait_that_would_pass_the_total_is_not_begun() {
    let budget = Budget::default();
    let within = |left| Circumstances {
        left: Some(left),
        ..half(&budget)
    };
    let mut retries = Retries::new(config());
    let error = retries
        .after(failing(ErrorKind::Provider), &within(ms(500)))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Provider);
    assert!(error.to_string().contains("waiting 0.5 s"), "{error}");
    assert!(error.to_string().contains("timeout_config.total"), "{error}");
    assert!(retries.after(failing(ErrorKind::Provider), &within(ms(501))).is_ok());
    let error = retries.after(failing(ErrorKind::Provider), &within(ms(1))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RetryExhausted);
    assert!(error.to_string().contains("timeout_config.total"), "{error}");
    assert_eq!(budget.stats().retries, 1);
}

/// One call that fails at this time; whether it was tried again.
fn fails(budget: &Budget, now: Instant) -> bool {
    budget.call();
    budget.spend(now)
}

#[test]
fn an_outage_is_multiplied_by_a_fifth_and_the_reserve_at_most() {
    let budget = Budget::default();
    let mut retries = 0;
    for call in 0..1000_u64 {
        budget.call();
        retries += (0..3).take_while(|_| budget.spend(at(call / 100))).count();
    }
    assert_eq!(retries, 250);
    assert_eq!(
        budget.stats(),
        RetryBudget {
            available: 0,
            retries: 250,
            refused: budget.stats().refused,
        }
    );
    assert!(budget.stats().refused > 700);
    let mut retries = Retries::new(config());
    let error = retries.after(
        failing(ErrorKind::Network),
        &Circumstances {
            now: at(11),
            ..half(&budget)
        },
    );
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.to_string().contains("retry budget"), "{error}");
}

#[test]
fn a_quiet_client_can_always_retry() {
    let budget = Budget::default();
    for hour in 0..500 {
        assert!(fails(&budget, at(hour * 3600)));
    }
}

#[test]
fn the_reserve_comes_back_after_a_minute_without_failures() {
    let budget = Budget::default();
    while fails(&budget, at(0)) {}
    assert!(!fails(&budget, at(59)));
    assert!(!budget.spend(at(118)));
    assert!(budget.spend(at(178)));
    assert_eq!(budget.stats().available, 49);
}

#[test]
fn only_recent_calls_count() {
    let budget = Budget::default();
    for _ in 0..100_000 {
        budget.call();
    }
    assert_eq!(budget.stats().available, 250);
}
