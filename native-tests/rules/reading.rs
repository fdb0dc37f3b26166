//! How answers are read: as they come, decompressed, and no faster than they are consumed.

use llm_api_router::{ConnectionPoolConfig, TimeoutConfig};

use crate::torture::{END, Torture, done, event, whole};
use crate::*;

/// One chunk of bytes, as they are on the wire.
fn binary_chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// The payload of a text that `torture` has put into a chunk.
fn payload(chunk: &str) -> &[u8] {
    chunk
        .split_once("\r\n")
        .unwrap()
        .1
        .strip_suffix("\r\n")
        .unwrap()
        .as_bytes()
}

/// A gzip stream of stored blocks: each can be read as soon as it is there.
struct Gzip {
    text: Vec<u8>,
}

impl Gzip {
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

    fn block(&mut self, text: &[u8]) -> Vec<u8> {
        self.text.extend_from_slice(text);
        let length = u16::try_from(text.len()).unwrap();
        [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), text].concat()
    }

    fn end(&self) -> Vec<u8> {
        let crc = !self.text.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 {
                    (crc >> 1) ^ 0xedb8_8320
                } else {
                    crc >> 1
                }
            })
        });
        let length = u32::try_from(self.text.len()).unwrap();
        [&[1, 0, 0, 0xff, 0xff][..], &crc.to_le_bytes(), &length.to_le_bytes()].concat()
    }
}

/// A brotli meta-block that is not compressed; the stream's first one begins with its window size.
fn brotli_block(text: &[u8], first: bool) -> Vec<u8> {
    let bits = (u32::try_from(text.len()).unwrap() - 1) << 3 | 1 << 19;
    let head = if first { bits << 1 } else { bits };
    [&head.to_le_bytes()[..3], text].concat()
}

const BROTLI_END: [u8; 1] = [3];

async fn streams_without_delay(encoding: &str, blocks: [Vec<u8>; 3]) {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(1, 1));
    let begun = streaming(&client);
    let mut socket = server.accept().await;
    let accepted = socket.request().await.header("accept-encoding").unwrap().to_owned();
    assert!(accepted.contains(encoding), "{accepted}");
    let head = STREAM.replace(
        "transfer-encoding",
        &format!("content-encoding: {encoding}\r\ntransfer-encoding"),
    );
    socket.write(head).await;
    let mut stream = begun.await.unwrap().unwrap();
    let [one, two, end] = blocks;
    // Each block is consumed before the next one is sent.
    socket.write(binary_chunk(&one)).await;
    assert_eq!(next_text(&mut stream).await, "a");
    socket.write(binary_chunk(&two)).await;
    assert_eq!(next_text(&mut stream).await, "b");
    socket.write(binary_chunk(&end)).await;
    socket.write(END).await;
    assert_eq!(read_to_end(stream).await.unwrap(), "");
    reuse(&mut socket, &client).await;
    assert_eq!(server.stats().total, 1);
}

#[tokio::test]
async fn a_gzip_stream_arrives_as_it_is_sent_and_leaves_its_socket_in_the_pool() {
    let mut gzip = Gzip { text: Vec::new() };
    let one = [&Gzip::HEAD[..], &gzip.block(payload(&event("a")))].concat();
    let two = gzip.block(payload(&event("b")));
    let end = [gzip.block(payload(&done())), gzip.end()].concat();
    streams_without_delay("gzip", [one, two, end]).await;
}

#[tokio::test]
async fn a_brotli_stream_arrives_as_it_is_sent_and_leaves_its_socket_in_the_pool() {
    let one = brotli_block(payload(&event("a")), true);
    let two = brotli_block(payload(&event("b")), false);
    let end = [brotli_block(payload(&done()), false), BROTLI_END.to_vec()].concat();
    streams_without_delay("br", [one, two, end]).await;
}

/// A consumer that pauses holds the server back, instead of filling the client's memory.
#[tokio::test]
async fn a_consumer_that_does_not_read_stops_the_server() {
    let server = Torture::start().await;
    let pool = ConnectionPoolConfig {
        stream_buffer_size: 65_536,
        ..Default::default()
    };
    let client = client(server.url(), pool, TimeoutConfig::default());
    let (mut stream, socket) = open_stream(&server, &client).await;
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counting = std::sync::Arc::clone(&sent);
    let writing = tokio::spawn(async move {
        let event = event(&"x".repeat(4000));
        loop {
            if !socket.write(&event).await {
                return;
            }
            counting.fetch_add(event.len(), std::sync::atomic::Ordering::Relaxed);
        }
    });
    // Until nothing moves any more: the kernel's buffers are full, on both sides.
    let mut before = usize::MAX;
    while before != sent.load(std::sync::atomic::Ordering::Relaxed) {
        before = sent.load(std::sync::atomic::Ordering::Relaxed);
        tokio::time::sleep(ms(200)).await;
    }
    assert!(before < 32 << 20, "{before} bytes were taken without a reader");
    assert_eq!(next_text(&mut stream).await, "a");
    assert!(!writing.is_finished());
    drop(stream);
    writing.await.unwrap();
}

/// A redirect would send the key to another host, or the question as a GET: the caller is shown it.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Torture::start().await;
    let client = with_sockets(server.url(), sockets(2, 2));
    let mut socket = idle_socket(&server, &client).await;
    for status in [302, 307] {
        let asked = asking(&client);
        socket.request().await;
        let location = format!("location: {}/other\r\n", server.url());
        socket.write(whole(&format!("{status} Elsewhere"), &location, "")).await;
        let error = asked.await.unwrap().unwrap_err();
        assert_eq!(error.status(), Some(status), "{error}");
    }
    reuse(&mut socket, &client).await;
    assert_eq!((server.stats().requests, server.stats().total), (4, 1));
}
