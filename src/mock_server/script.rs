//! What a body does in each scenario, streamed and whole.

use std::iter::{self, once};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::body::{Body, Step};
use super::chat::Said;
use super::failure::Failure;
use super::reply::Events;
use super::scenario::Scenario;

const SLOW: Duration = Duration::from_millis(50);
const ENDLESS_EVERY: Duration = Duration::from_millis(10);
const ENDLESS_FOR: Duration = Duration::from_secs(60);
const SLOW_PIECES: usize = 10;

/// A streamed answer.
pub(super) fn streamed(said: Said, scenario: Scenario) -> Body {
    let events = Events::of(&said);
    let head = once(sse(&events.role()));
    let half = said.words.len() / 2;
    let words: Vec<Bytes> = match scenario {
        Scenario::Events(_) => return load(said, events),
        Scenario::Empty => return Body::whole(""),
        _ => said.words.iter().map(|word| sse(&events.word(word))).collect(),
    };
    let usage = said.include_usage.then(|| sse(&events.usage(&said)));
    let tail = once(sse(&events.finish(&said))).chain(usage).chain([sse("[DONE]")]);
    let half_an_event = |words: &[Bytes]| words.get(half).map(|event| event.slice(..event.len() / 2));

    let all = head.clone().chain(words.clone()).chain(tail.clone());
    let first_half = head.clone().chain(words.clone()).take(1 + half);
    match scenario {
        Scenario::Truncated => sent(first_half),
        Scenario::Cut => Body::steps(send(first_half.chain(half_an_event(&words))).chain([Step::Cut])),
        Scenario::StallBody => Body::steps(send(first_half).chain([Step::Stall])),
        Scenario::ErrorInStream => sent(first_half.chain([sse(&Failure::overloaded().json().to_string())])),
        Scenario::Malformed => {
            let broken = half_an_event(&words).map(|event| [&event, b"\n\n".as_slice()].concat().into());
            sent(
                first_half
                    .chain(broken)
                    .chain(words.clone().into_iter().skip(half + 1))
                    .chain(tail),
            )
        }
        Scenario::Comments => sent(all.flat_map(|event| [Bytes::from_static(b": keep waiting\n\n"), event])),
        Scenario::Slow => Body::steps(send(head).chain(after_each_wait(SLOW, words)).chain(send(tail))),
        Scenario::Crlf => sent(all.map(|event| crlf(&event))),
        Scenario::Bytes => sent(pieces(all.flatten().collect())),
        Scenario::Endless => {
            let until = Instant::now() + ENDLESS_FOR;
            let words = words.into_iter().cycle().take_while(move |_| Instant::now() < until);
            Body::steps(
                send(head)
                    .chain(after_each_wait(ENDLESS_EVERY, words))
                    .chain(send(tail)),
            )
        }
        _ => sent(all),
    }
}

/// A whole answer, of any endpoint.
pub(super) fn whole(json: String, scenario: Scenario) -> Body {
    let json = Bytes::from(json);
    let length = json.len();
    let first_half = json.slice(..length / 2);
    match scenario {
        Scenario::Empty => Body::whole(""),
        Scenario::Malformed | Scenario::Truncated => Body::whole(first_half),
        Scenario::Cut => Body::steps([Step::Send(first_half), Step::Cut]).announce(length),
        Scenario::StallBody => Body::steps([Step::Send(first_half), Step::Stall]).announce(length),
        Scenario::ErrorInStream => Body::whole(Failure::overloaded().json().to_string()),
        Scenario::Bytes => sent(pieces(json.to_vec())),
        Scenario::Slow => {
            let pieces: Vec<Bytes> = json
                .chunks(length.div_ceil(SLOW_PIECES).max(1))
                .map(Bytes::copy_from_slice)
                .collect();
            Body::steps(after_each_wait(SLOW, pieces))
        }
        Scenario::Endless => {
            let until = Instant::now() + ENDLESS_FOR;
            let spaces = iter::repeat_with(|| Bytes::from_static(b" ")).take_while(move |_| Instant::now() < until);
            Body::steps(after_each_wait(ENDLESS_EVERY, spaces).chain([Step::Send(json)]))
        }
        _ => Body::whole(json),
    }
}

/// Made while it is sent: a benchmark should not wait for a million events to be written.
fn load(said: Said, events: Events) -> Body {
    let head = sse(&events.role());
    let usage = said.include_usage.then(|| sse(&events.usage(&said)));
    let tail = once(sse(&events.finish(&said))).chain(usage).chain([sse("[DONE]")]);
    let words = said.words.into_iter().map(move |word| sse(&events.word(&word)));
    sent(once(head).chain(words).chain(tail)).unflushed()
}

fn sse(data: &str) -> Bytes {
    format!("data: {data}\n\n").into()
}

fn crlf(event: &[u8]) -> Bytes {
    // JSON escapes line ends: every one here ends a line of the stream.
    let end: &[u8] = b"\r\n";
    event
        .iter()
        .flat_map(|byte| {
            if *byte == b'\n' {
                end
            } else {
                std::slice::from_ref(byte)
            }
        })
        .copied()
        .collect()
}

fn sent<I>(pieces: I) -> Body
where
    I: Iterator<Item = Bytes> + Send + 'static,
{
    Body::steps(send(pieces))
}

fn send(pieces: impl Iterator<Item = Bytes>) -> impl Iterator<Item = Step> {
    pieces.map(Step::Send)
}

fn after_each_wait(time: Duration, pieces: impl IntoIterator<Item = Bytes>) -> impl Iterator<Item = Step> {
    pieces
        .into_iter()
        .flat_map(move |piece| [Step::Wait(time), Step::Send(piece)])
}

/// Pieces of 1, 5, 2, 6, 3, 7, 4 bytes and so on: they break lines, words and characters everywhere.
fn pieces(bytes: Vec<u8>) -> impl Iterator<Item = Bytes> {
    let mut rest = Bytes::from(bytes);
    let mut lengths = [1, 5, 2, 6, 3, 7, 4].into_iter().cycle();
    iter::from_fn(move || {
        let length = lengths.next().unwrap_or(1).min(rest.len());
        (length > 0).then(|| rest.split_to(length))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;
    use http_body_util::BodyExt;
    use tokio::time::Instant;

    use super::super::chat::say;
    use super::{Scenario, streamed, whole};

    const REQUEST: &[u8] = br#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;

    #[tokio::test(start_paused = true)]
    async fn endless_ends_after_a_minute() {
        let started = Instant::now();
        let said = say(REQUEST, &HeaderMap::new(), Scenario::Endless).unwrap();
        let stream = streamed(said, Scenario::Endless).collect().await.unwrap().to_bytes();
        let minute = Duration::from_secs(60)..Duration::from_secs(61);
        assert!(minute.contains(&started.elapsed()), "{:?}", started.elapsed());
        assert!(stream.ends_with(b"data: [DONE]\n\n"));

        let started = Instant::now();
        let answer = whole("{}".to_owned(), Scenario::Endless)
            .collect()
            .await
            .unwrap()
            .to_bytes();
        assert!(minute.contains(&started.elapsed()), "{:?}", started.elapsed());
        assert_eq!(answer.trim_ascii(), b"{}");
    }
}
