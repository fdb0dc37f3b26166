//! For the decoders' tests: inputs that are likely to touch the rules, and every way of cutting them.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rustix::time::{ClockId, clock_gettime};

use super::{DEFAULT_LIMIT, Decoder, Event, Framing};

/// The events of an input that comes in these chunks, as names and data.
pub(super) fn decode(framing: Framing, chunks: &[&[u8]]) -> Vec<(String, String)> {
    let mut decoder = Decoder::new(framing, DEFAULT_LIMIT);
    let mut events = Vec::new();
    let mut receive = |event: Event<'_>| {
        events.push((event.name.to_owned(), event.data.to_owned()));
        Ok::<(), ()>(())
    };
    for chunk in chunks {
        decoder.feed(chunk, &mut receive).unwrap();
    }
    decoder.finish(&mut receive).unwrap();
    events
}

/// The events of an input that comes in one piece.
pub(super) fn all_at_once(framing: Framing, input: &[u8]) -> Vec<(String, String)> {
    decode(framing, &[input])
}

/// Cut at these places, cut in two at every place, and byte by byte, an input gives the events that it gives whole.
pub(super) fn assert_cuts_do_not_matter(framing: Framing, bytes: &[u8], cuts: &[usize]) -> Result<(), TestCaseError> {
    let whole = all_at_once(framing, bytes);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| (*cut).min(bytes.len())).collect();
    cuts.sort_unstable();
    let mut chunks = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([bytes.len()]) {
        chunks.push(&bytes[from..cut]);
        from = cut;
    }
    prop_assert_eq!(&decode(framing, &chunks), &whole);
    for cut in 0..=bytes.len() {
        let (before, behind) = bytes.split_at(cut);
        prop_assert_eq!(&decode(framing, &[before, behind]), &whole, "cut at {}", cut);
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    prop_assert_eq!(&decode(framing, &single), &whole);
    Ok(())
}

/// Fields, line ends, marks and broken characters.
pub(super) fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"data: ",
        b"data",
        b"event: x",
        b"id: 1",
        b"id: 1\0",
        b"retry: 10",
        b":",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\xEF\xBB\xBF",
        "é🙂\u{2028}".as_bytes(),
        b"\xF0\x9F",
        b" ",
        b"\0",
        b"{\"a\":1}",
    ];
    let piece = prop::sample::select(PIECES);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Places to cut an input at.
pub(super) fn cut_at() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..200, 0..20)
}

/// The time that this thread has worked, whatever else the machine was busy with.
fn work() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// How long one event of so many bytes takes that comes byte by byte.
fn byte_by_byte(framing: Framing, bytes: usize) -> Duration {
    let mut decoder = Decoder::new(framing, bytes + 100);
    let mut length = 0;
    let mut receive = |event: Event<'_>| {
        length = event.data.len();
        Ok::<(), ()>(())
    };
    let from = work();
    decoder.feed(b"data: ", &mut receive).unwrap();
    for _ in 0..bytes {
        decoder.feed(b"x", &mut receive).unwrap();
    }
    decoder.feed(b"\n\n", &mut receive).unwrap();
    let took = work() - from;
    assert!(length >= bytes);
    took
}

#[test]
fn decoding_is_linear() {
    for framing in [Framing::Sse, Framing::Ndjson] {
        let best = |bytes| (0..5).map(|_| byte_by_byte(framing, bytes)).min().unwrap();
        let (one, eight) = (best(200_000), best(1_600_000));
        assert!(
            eight < one * 24,
            "{framing:?}: {one:?} became {eight:?}, where eight times as long is linear"
        );
    }
}

/// The benchmark of it: `cargo test --release --lib -- --ignored --nocapture a_hundred_megabytes`.
#[test]
#[ignore = "a benchmark"]
fn a_hundred_megabytes_byte_by_byte() {
    for framing in [Framing::Sse, Framing::Ndjson] {
        let (small, large) = (byte_by_byte(framing, 1_000_000), byte_by_byte(framing, 100_000_000));
        println!("{framing:?}: 1 MB in {small:?}, 100 MB in {large:?}");
        assert!(large < small * 300, "{framing:?}: {small:?} became {large:?}");
    }
}
