//! The event-stream rules, and that the way a stream is cut changes nothing.

use proptest::prelude::*;

use super::super::cuts::{self, assert_cuts_do_not_matter, cut_at, pieces};
use super::super::{DEFAULT_LIMIT, Framing};
use super::*;

fn decode(chunks: &[&[u8]]) -> Vec<(String, String)> {
    cuts::decode(Framing::Sse, chunks)
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

proptest! {
    #[test]
    fn the_cuts_do_not_matter(bytes in pieces(), cuts in cut_at()) {
        assert_cuts_do_not_matter(Framing::Sse, &bytes, &cuts)?;
    }

    #[test]
    fn nor_do_they_in_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in cut_at()) {
        assert_cuts_do_not_matter(Framing::Sse, &bytes, &cuts)?;
    }
}
