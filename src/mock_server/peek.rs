//! Tells the sockets that ask for the counters from those that are counted, by their first bytes.

use std::time::Duration;

use tokio::net::TcpStream;

/// Between two looks at a request line that came in pieces: bytes that were only peeked at wake nobody.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
/// A request line that has not become clear by then is no control request.
const MOST_LOOKS: usize = 200;

#[derive(Debug, PartialEq, Eq)]
enum First {
    Control,
    Counted,
    TooShort,
}

/// Whether the first request is for a control path. Waits for its first bytes, and takes none of them.
pub(super) async fn is_control(stream: &TcpStream) -> bool {
    let mut buffer = [0; 64];
    for _ in 0..MOST_LOOKS {
        let Ok(length @ 1..) = stream.peek(&mut buffer).await else {
            return false;
        };
        match classify(buffer.get(..length).unwrap_or_default()) {
            First::Control => return true,
            First::Counted => return false,
            First::TooShort => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
    false
}

fn classify(bytes: &[u8]) -> First {
    const SCENARIO: &[u8] = b"/_scenario";
    let Some(space) = memchr::memchr(b' ', bytes) else {
        let method = bytes.len() <= b"OPTIONS".len() && bytes.iter().all(u8::is_ascii_uppercase);
        return if method { First::TooShort } else { First::Counted };
    };
    let path = bytes.get(space + 1..).unwrap_or_default();
    if path.starts_with(SCENARIO) {
        First::Counted
    } else if SCENARIO.starts_with(path) {
        First::TooShort
    } else if path.starts_with(b"/_") {
        First::Control
    } else {
        First::Counted
    }
}

#[cfg(test)]
mod tests {
    use super::{First, classify};

    #[test]
    fn only_control_paths_are_control() {
        for line in [
            "GET /_stats HTTP/1.1",
            "POST /_stats/reset",
            "OPTIONS /_stats",
            "GET /_x",
            "GET /_ HTTP/1.1",
        ] {
            assert_eq!(classify(line.as_bytes()), First::Control, "{line}");
        }
        for line in [
            "GET / ",
            "POST /v1/chat",
            "POST /_scenario/cut/v1",
            "GET http://h/_stats",
            "\x16\x03\x01",
            "get",
        ] {
            assert_eq!(classify(line.as_bytes()), First::Counted, "{line}");
        }
        for line in [
            "",
            "G",
            "OPTIONS",
            "GET ",
            "GET /",
            "GET /_",
            "GET /_s",
            "GET /_scenari",
        ] {
            assert_eq!(classify(line.as_bytes()), First::TooShort, "{line}");
        }
    }
}
