//! The event-stream rules, and that the way a stream is cut changes nothing.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::super::cuts::{self, assert_cuts_do_not_matter, cut_at, pieces};
use super::super::{DEFAULT_LIMIT, Framing};
use super::*;

fn decode(chunks: &[&[u8]]) -> Vec<(String, String)> {
    cuts::events(Framing::Sse, chunks)
}

fn data(text: &str) -> Vec<String> {
    decode(&[text.as_bytes()]).into_iter().map(|(_, data)| data).collect()
}

#[test]
fn line_ends_of_every_kind_may_be_mixed() {
    assert_eq!(
        data("data: a\n\ndata: b\r\rdata: c\r\n\r\ndata: d\r\n\ndata: e\n\r\n"),
        ["a", "b", "c", "d", "e"]
    );
}

#[test]
fn data_lines_are_joined_and_one_space_is_taken_off() {
    assert_eq!(data("data: a\ndata:b\ndata:  c\ndata\ndata:\n\n"), ["a\nb\n c\n\n"]);
}

#[test]
fn an_event_with_empty_data_is_an_event_and_one_without_data_is_none() {
    assert_eq!(
        data("data\n\ndata:\n\nevent: x\n\nid: 7\nretry: 10\n\n: comment\n\n"),
        ["", ""]
    );
}

#[test]
fn names_last_for_one_event() {
    let events = decode(&[b"event: a\nevent: b\ndata: 1\n\ndata: 2\n\nevent: lost\n\ndata: 3\n\n"]);
    assert_eq!(
        events,
        [("b", "1"), ("message", "2"), ("message", "3")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[test]
fn only_the_first_byte_order_mark_is_taken_off() {
    assert_eq!(data("\u{FEFF}data: a\n\n"), ["a"]);
    assert_eq!(data("\u{FEFF}\u{FEFF}data: a\n\n"), Vec::<String>::new());
    assert_eq!(data("data: a\n\n\u{FEFF}data: b\n\n"), ["a"]);
}

#[test]
fn what_is_no_field_is_passed_over() {
    assert_eq!(
        data("Data: a\n data: b\ndatax: c\ndata : d\n:data: e\ndata: f\n\n"),
        ["f"]
    );
}

#[test]
fn a_line_separator_of_unicode_ends_no_line_and_nul_is_kept() {
    assert_eq!(data("data: a\u{2028}b\u{85}c\0d\n\n"), ["a\u{2028}b\u{85}c\0d"]);
}

#[test]
fn bytes_that_are_not_utf8_are_replaced() {
    let events = decode(&[b"data: a\xFFb\xE2\x82\n\n"]);
    assert_eq!(events.first().unwrap().1, "a\u{FFFD}b\u{FFFD}");
}

#[test]
fn the_last_event_needs_no_blank_line_and_comes_once() {
    assert_eq!(data("data: a\n\ndata: b"), ["a", "b"]);
    assert_eq!(data("data: a\n\ndata: b\n"), ["a", "b"]);
    assert_eq!(data("data: a\n\n"), ["a"]);
    assert_eq!(data("\u{FEFF}"), Vec::<String>::new());
}

#[test]
fn an_event_above_the_limit_is_an_error_and_no_more_than_the_limit_is_held() {
    let mut decoder = Decoder::new(100);
    let mut receive = |_: Event<'_>| Ok::<(), ()>(());
    let mut fed = 0;
    let error = loop {
        fed += 10;
        assert!(fed < 200, "no error after {fed} bytes");
        if let Err(error) = decoder.feed(b"data: 0123", &mut receive) {
            break error;
        }
        assert!(decoder.line.len() <= 100);
    };
    assert_eq!(error, Stopped::TooLarge(TooLarge(100)));

    let mut decoder = Decoder::new(100);
    let many = "data: 0123456789\n".repeat(20);
    assert_eq!(
        decoder.feed(many.as_bytes(), &mut receive),
        Err(Stopped::TooLarge(TooLarge(100)))
    );
}

/// The memory that a decoder has taken.
fn held(decoder: &Decoder) -> usize {
    decoder.line.capacity() + decoder.name.capacity() + decoder.data.capacity() + decoder.id.capacity()
}

/// What a decoder holds at most while it is fed in pieces of this size, until it refuses.
fn most_held(limit: usize, piece: &[u8], pieces: usize) -> (usize, Result<(), Stopped<()>>) {
    let mut decoder = Decoder::new(limit);
    let mut most = 0;
    for _ in 0..pieces {
        let outcome = decoder.feed(piece, |_| Ok(()));
        most = most.max(held(&decoder));
        if outcome.is_err() {
            return (most, outcome);
        }
    }
    (most, Ok(()))
}

#[test]
fn memory_grows_by_no_more_than_the_limit_whatever_is_sent() {
    const LIMIT: usize = 100_000;
    let refused = Err(Stopped::TooLarge(TooLarge(LIMIT)));
    for start in [
        &b"data: "[..],
        b"data:",
        b"field: ",
        b"event:",
        b"id: ",
        b"no colon at all",
    ] {
        let mut decoder = Decoder::new(LIMIT);
        decoder.feed(start, |_| Ok::<(), ()>(())).unwrap();
        let mut fed = 0;
        while decoder.feed(&[b'x'; 1000], |_| Ok::<(), ()>(())).is_ok() {
            fed += 1000;
            let held = held(&decoder);
            assert!(held <= LIMIT + 2 * DATA.len(), "{held} after {start:?}");
            assert!(fed <= LIMIT);
        }
        assert!(fed >= LIMIT - 1000, "{fed} of {start:?}");
    }
    let (most, outcome) = most_held(LIMIT, b"data: 0123456789\n", 20_000);
    assert!(outcome == refused && most <= LIMIT + DATA.len(), "{most}");
    let (most, outcome) = most_held(LIMIT, b":a comment of many pieces", 20_000);
    assert!(outcome == refused && most <= 100, "{most}");
    let (most, outcome) = most_held(LIMIT, b"data: 0123456789\n\n: x\n", 20_000);
    assert!(outcome.is_ok() && most <= 100, "{most}");
}

#[test]
fn names_and_ids_count_as_the_event_does_and_are_not_held_twice() {
    const LIMIT: usize = 10 << 20;
    let line = |start: &[u8], share: usize| [start, &vec![b'x'; LIMIT / 100 * share], b"\n"].concat();
    for (lines, fits) in [
        (vec![line(b"event: ", 90), line(b"data: ", 5)], true),
        (vec![line(b"event: ", 60), line(b"data: ", 60)], false),
        (vec![line(b"id:", 90), b"\n".to_vec(), line(b"data: ", 5)], true),
        (
            vec![line(b"id: ", 40), line(b"event: ", 40), line(b"data: ", 40)],
            false,
        ),
        (vec![line(b"data: ", 60), line(b"event: ", 60)], false),
    ] {
        for size in [1 << 10, usize::MAX] {
            let mut decoder = Decoder::new(LIMIT);
            let mut most = 0;
            let outcome = lines.concat().chunks(size).try_for_each(|piece| {
                let outcome = decoder.feed(piece, |_| Ok::<(), ()>(()));
                most = most.max(held(&decoder));
                outcome
            });
            assert_eq!(outcome.is_ok(), fits, "{size}");
            assert!(most <= LIMIT + KEPT, "{most} in pieces of {size}");
        }
    }
}

#[test]
fn what_replaces_broken_characters_counts_as_well() {
    const LIMIT: usize = 1 << 20;
    for (bytes, fits) in [(LIMIT / 4, true), (LIMIT / 2, false)] {
        let input = [b"data: ", &vec![0xFF; bytes][..], b"\n\n"].concat();
        for size in [1000, usize::MAX] {
            let mut decoder = Decoder::new(LIMIT);
            let (mut most, mut length) = (0, 0);
            let outcome = input.chunks(size).try_for_each(|piece| {
                let outcome = decoder.feed(piece, |event| {
                    length = event.data.len();
                    Ok::<(), ()>(())
                });
                most = most.max(held(&decoder));
                outcome
            });
            assert_eq!((outcome.is_ok(), length), (fits, if fits { bytes * 3 } else { 0 }));
            assert!(most <= LIMIT + KEPT, "{most} in pieces of {size}");
        }
    }
}

#[test]
fn what_was_needed_for_one_large_event_is_given_back() {
    let mut decoder = Decoder::new(DEFAULT_LIMIT);
    decoder.feed(b"data: ", |_| Ok::<(), ()>(())).unwrap();
    decoder.feed(&vec![b'x'; 1 << 20], |_| Ok::<(), ()>(())).unwrap();
    let mut length = 0;
    let mut receive = |event: Event<'_>| {
        length = event.data.len();
        Ok::<(), ()>(())
    };
    decoder.feed(b"\n\n", &mut receive).unwrap();
    assert_eq!(
        (length, decoder.data.capacity(), decoder.line.capacity() < 100),
        (1 << 20, 0, true)
    );
}

#[test]
fn the_last_id_and_the_wait_before_a_reconnection_are_kept() {
    let after = |text: &[u8]| {
        let mut decoder = Decoder::new(DEFAULT_LIMIT);
        for byte in text {
            decoder.feed(&[*byte], |_| Ok::<(), ()>(())).unwrap();
        }
        decoder.finish(|_| Ok::<(), ()>(())).unwrap();
        (
            decoder.last_id().to_owned(),
            decoder.retry().map(|wait| wait.as_millis()),
        )
    };
    assert_eq!(
        after(b"id: 7\nretry: 1500\ndata: a\n\ndata: b\n\n"),
        ("7".to_owned(), Some(1500))
    );
    assert_eq!(
        after(b"id: 7\n\nid: 8\0\n\n"),
        ("7".to_owned(), None),
        "an id with NUL is none"
    );
    assert_eq!(
        after(b"id: 7\nid\n"),
        (String::new(), None),
        "an empty one takes it away"
    );
    for nonsense in [
        &b"retry: 1s"[..],
        b"retry: -1",
        b"retry: 1.5",
        b"retry:",
        b"retry: \xFF",
        b"Retry: 5",
    ] {
        assert_eq!(after(&[b"retry: 9\n", nonsense].concat()).1, Some(9));
    }
}

#[test]
fn a_receiver_that_refuses_stops_the_feeding() {
    let mut decoder = Decoder::new(DEFAULT_LIMIT);
    let mut seen = 0;
    let result = decoder.feed(b"data: 1\n\ndata: 2\n\n", |_| {
        seen += 1;
        Err("enough")
    });
    assert_eq!((result, seen), (Err(Stopped::Receiver("enough")), 1));
}

/// The standard's algorithm, word for word, over an input that is there as a whole; at the end what is pending counts.
/// Gives the events, the last id and the last wait.
fn by_the_standard(bytes: &[u8]) -> (Vec<(String, String)>, String, Option<Duration>) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text).replace("\r\n", "\n");
    let (mut events, mut id, mut wait) = (Vec::new(), String::new(), None);
    let (mut name, mut data) = (String::new(), String::new());
    for line in text.split(['\n', '\r']).chain([""]) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            _ if line.is_empty() => {
                let (name, mut data) = (std::mem::take(&mut name), std::mem::take(&mut data));
                if data.pop().is_some() {
                    let name = if name.is_empty() { UNNAMED.to_owned() } else { name };
                    events.push((name, data));
                }
            }
            "event" => value.clone_into(&mut name),
            "data" => data.extend([value, "\n"]),
            "id" if !value.contains('\0') => value.clone_into(&mut id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                wait = value.parse().ok().map(Duration::from_millis).or(wait);
            }
            _ => {}
        }
    }
    (events, id, wait)
}

fn assert_is_by_the_standard(bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut decoder = Decoder::new(DEFAULT_LIMIT);
    let mut events = Vec::new();
    let mut receive = |event: Event<'_>| {
        events.push((event.name.to_owned(), event.data.to_owned()));
        Ok::<(), ()>(())
    };
    decoder.feed(bytes, &mut receive).unwrap();
    decoder.finish(&mut receive).unwrap();
    let decoded = (events, decoder.last_id().to_owned(), decoder.retry());
    prop_assert_eq!(decoded, by_the_standard(bytes));
    Ok(())
}

#[test]
fn what_is_expected_changes_no_event() {
    let stream =
        b"data: {\"a\":1}\n\ndata: {\"a\":2}\r\n\r\ndata: {\"a\ndata: \":3}\n\ndata:{\"a\":4}\n\n: {\"a\":\n\n";
    for expected in ["{\"a\":", "{", "", "{\"a\":1}", "{\"a\n\":", "{\"a\":1}\n\ndata"] {
        for cut in 0..stream.len() {
            let (mut decoder, mut events) = (Decoder::new(DEFAULT_LIMIT), Vec::new());
            let (first, second) = stream.split_at(cut);
            for part in [first, second] {
                decoder.expects(expected);
                let outcome = decoder.feed(part, |event| {
                    events.push(event.data.to_owned());
                    Ok::<(), ()>(())
                });
                assert_eq!(outcome, Ok(()));
            }
            let all = ["{\"a\":1}", "{\"a\":2}", "{\"a\n\":3}", "{\"a\":4}"];
            assert_eq!(events, all, "{expected:?} expected, cut at {cut}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_decoded_is_what_the_standard_says(bytes in pieces()) {
        assert_is_by_the_standard(&bytes)?;
    }

    #[test]
    fn so_it_is_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        assert_is_by_the_standard(&bytes)?;
    }

    #[test]
    fn the_cuts_do_not_matter(bytes in pieces(), cuts in cut_at()) {
        assert_cuts_do_not_matter(Framing::Sse, DEFAULT_LIMIT, &bytes, &cuts)?;
    }

    #[test]
    fn nor_do_they_in_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in cut_at()) {
        assert_cuts_do_not_matter(Framing::Sse, DEFAULT_LIMIT, &bytes, &cuts)?;
    }

    #[test]
    fn nor_do_they_near_the_limit(limit in 1_usize..60, bytes in pieces(), cuts in cut_at()) {
        assert_cuts_do_not_matter(Framing::Sse, limit, &bytes, &cuts)?;
    }
}
