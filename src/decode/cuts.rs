//! For the decoders' tests: inputs that are likely to touch the rules, and every way of cutting them.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rustix::time::{ClockId, clock_gettime};

use super::{DEFAULT_LIMIT, Decoder, Event, Framing, Stopped};

/// Events as names and data, and how it ended.
type Decoded = (Vec<(String, String)>, Result<(), Stopped<()>>);

/// What an input is that comes in these chunks.
fn decode(framing: Framing, limit: usize, chunks: &[&[u8]]) -> Decoded {
    let mut decoder = Decoder::new(framing, limit);
    let mut events = Vec::new();
    let mut receive = |event: Event<'_>| {
        events.push((event.name.to_owned(), event.data.to_owned()));
        Ok::<(), ()>(())
    };
    let fed = chunks.iter().try_for_each(|chunk| decoder.feed(chunk, &mut receive));
    let outcome = fed.and_then(|()| decoder.finish(&mut receive));
    (events, outcome)
}

/// The events of an input that comes in these chunks, which is not refused.
pub(super) fn events(framing: Framing, chunks: &[&[u8]]) -> Vec<(String, String)> {
    let (events, outcome) = decode(framing, DEFAULT_LIMIT, chunks);
    outcome.unwrap();
    events
}

/// Cut at these places, cut in two at every place, and byte by byte, an input gives the events that it gives whole,
/// and is refused where it is whole.
pub(super) fn assert_cuts_do_not_matter(
    framing: Framing,
    limit: usize,
    bytes: &[u8],
    cuts: &[usize],
) -> Result<(), TestCaseError> {
    let decode = |chunks: &[&[u8]]| decode(framing, limit, chunks);
    let whole = decode(&[bytes]);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| (*cut).min(bytes.len())).collect();
    cuts.sort_unstable();
    let mut chunks = Vec::new();
    let mut from = 0;
    for cut in cuts.into_iter().chain([bytes.len()]) {
        chunks.push(&bytes[from..cut]);
        from = cut;
    }
    prop_assert_eq!(&decode(&chunks), &whole);
    for cut in 0..=bytes.len() {
        let (before, behind) = bytes.split_at(cut);
        prop_assert_eq!(&decode(&[before, behind]), &whole, "cut at {}", cut);
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    prop_assert_eq!(&decode(&single), &whole);
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
