//! The clocks under a made-up time: which limit runs in which stage, and what resets it.

use super::*;

fn at(millis: u64) -> Instant {
    Instant::at(Duration::from_millis(millis))
}

fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

fn clocks(limits: Limits) -> Clocks {
    Clocks::start(at(0), limits, true)
}

fn next(clocks: &Clocks) -> Option<(u64, TimeoutKind)> {
    clocks
        .next()
        .map(|(instant, expired)| (u64::try_from(instant.since(at(0)).as_millis()).unwrap(), expired.kind))
}

fn four() -> Limits {
    Limits {
        pool: seconds(1),
        connect: seconds(2),
        write: seconds(3),
        read: seconds(4),
        ..Limits::default()
    }
}

#[test]
fn each_stage_has_its_own_limit_from_its_own_start() {
    let mut clocks = clocks(four());
    assert_eq!(next(&clocks), Some((1000, TimeoutKind::Pool)));
    clocks.dials(at(500));
    assert_eq!(next(&clocks), Some((2500, TimeoutKind::Connect)));
    clocks.uploads(at(600));
    assert_eq!(next(&clocks), Some((3600, TimeoutKind::Write)));
    clocks.sends(at(3000), 10);
    assert_eq!(next(&clocks), Some((6000, TimeoutKind::Write)));
    clocks.uploaded(at(3100));
    assert_eq!(next(&clocks), Some((7100, TimeoutKind::Read)));
    clocks.head_arrives(at(5000));
    assert_eq!(next(&clocks), None);
    clocks.reads(at(9000));
    assert_eq!(next(&clocks), Some((13_000, TimeoutKind::Read)));
    clocks.receives(at(9500), 1);
    assert_eq!(next(&clocks), Some((13_500, TimeoutKind::Read)));
    clocks.pauses(at(9500));
    assert_eq!(next(&clocks), None);
}

#[test]
fn a_host_that_shows_no_phases_gets_the_sum_of_their_limits() {
    let mut clocks = clocks(four());
    clocks.exchanges(at(500), 20);
    assert_eq!(next(&clocks), Some((9500, TimeoutKind::Read)));
    assert_eq!(clocks.phase(), (Phase::Read, MERGED));

    let mut open = Clocks::start(
        at(0),
        Limits {
            connect: None,
            ..four()
        },
        true,
    );
    open.exchanges(at(500), 20);
    assert_eq!(next(&open), None, "one of them is off, so that the sum has no end");
}

#[test]
fn a_read_ahead_of_the_consumer_is_billed_from_when_the_consumer_waits() {
    let mut clocks = clocks(Limits {
        idle: seconds(5),
        ..four()
    });
    clocks.uploaded(at(0));
    clocks.head_arrives(at(100));
    clocks.reads(at(100));
    clocks.content_arrives(at(1000));
    clocks.receives(at(1000), 1);
    clocks.awaited(at(3000));
    assert_eq!(next(&clocks), Some((7000, TimeoutKind::Read)));
    clocks.receives(at(6000), 1);
    clocks.awaited(at(3000));
    assert_eq!(
        next(&clocks),
        Some((8000, TimeoutKind::Idle)),
        "an instant that lies behind changes nothing"
    );
}

#[test]
fn total_runs_from_the_start_whatever_happens() {
    let mut clocks = clocks(Limits {
        total: seconds(5),
        read: seconds(4),
        ..Limits::default()
    });
    clocks.uploaded(at(100));
    assert_eq!(next(&clocks), Some((4100, TimeoutKind::Read)));
    clocks.head_arrives(at(3000));
    assert_eq!(next(&clocks), Some((5000, TimeoutKind::Total)));
    clocks.reads(at(4900));
    assert_eq!(next(&clocks), Some((5000, TimeoutKind::Total)));
    assert_eq!(clocks.expired(at(4999)), None);
    assert_eq!(clocks.expired(at(5000)).unwrap().kind, TimeoutKind::Total);
}

#[test]
fn comments_do_not_reset_the_clocks_of_content() {
    let mut clocks = clocks(Limits {
        first_token: seconds(2),
        idle: seconds(1),
        ..Limits::default()
    });
    clocks.uploaded(at(100));
    assert_eq!(next(&clocks), Some((2100, TimeoutKind::FirstToken)));
    clocks.head_arrives(at(1000));
    clocks.reads(at(1000));
    clocks.receives(at(1500), 10);
    assert_eq!(next(&clocks), Some((2100, TimeoutKind::FirstToken)));
    clocks.content_arrives(at(1600));
    assert_eq!(next(&clocks), Some((2600, TimeoutKind::Idle)));
    clocks.receives(at(2500), 10);
    assert_eq!(next(&clocks), Some((2600, TimeoutKind::Idle)));
}

#[test]
fn the_consumers_pause_is_billed_to_no_limit_but_total() {
    let mut clocks = clocks(Limits {
        idle: seconds(1),
        read: seconds(1),
        ..Limits::default()
    });
    clocks.uploaded(at(0));
    clocks.head_arrives(at(0));
    clocks.reads(at(0));
    clocks.receives(at(100), 10);
    clocks.content_arrives(at(100));
    clocks.pauses(at(100));
    clocks.reads(at(60_300));
    assert_eq!(next(&clocks), Some((61_300, TimeoutKind::Read)));
    assert_eq!(clocks.expired(at(61_299)), None);
    let error = clocks.timeout(at(61_300), clocks.expired(at(61_300)).unwrap());
    assert_eq!(
        error.spent().read,
        Duration::from_millis(1100),
        "the pause is no reading"
    );
    assert_eq!(error.elapsed(), Duration::from_millis(61_300));
}

#[test]
fn bytes_that_were_there_before_anybody_waited_count_as_progress() {
    let mut clocks = clocks(Limits {
        idle: seconds(1),
        ..Limits::default()
    });
    clocks.uploaded(at(0));
    clocks.head_arrives(at(0));
    clocks.receives(at(5000), 10);
    clocks.content_arrives(at(5000));
    clocks.pauses(at(5000));
    clocks.reads(at(5200));
    assert_eq!(next(&clocks), Some((6200, TimeoutKind::Idle)));
}

#[test]
fn errors_name_phase_limit_setting_and_what_each_phase_took() {
    let mut clocks = clocks(four());
    clocks.dials(at(500));
    let expired = clocks.expired(at(2500)).unwrap();
    let error = clocks.timeout(at(2500), expired);
    assert_eq!(
        error.to_string(),
        "no connection was made within 2 s: raise timeout_config.connect"
    );
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutKind::Connect));
    assert_eq!(error.phase(), Some(Phase::Connect));
    assert_eq!(error.limit(), seconds(2));
    assert_eq!(error.replay(), Replay::NeverSent);
    assert_eq!(
        (error.spent().pool, error.spent().connect),
        (Duration::from_millis(500), Duration::from_secs(2))
    );
}

#[test]
fn the_replay_state_follows_the_request() {
    let mut clocks = clocks(Limits::default());
    assert_eq!(clocks.replay(), Replay::NeverSent);
    clocks.dials(at(1));
    assert_eq!(clocks.replay(), Replay::NeverSent);
    clocks.uploads(at(2));
    assert_eq!(clocks.replay(), Replay::MaybeProcessed);
    clocks.uploaded(at(3));
    assert_eq!(clocks.replay(), Replay::MaybeProcessed);
    clocks.head_arrives(at(4));
    assert_eq!(clocks.replay(), Replay::Processed);
}
