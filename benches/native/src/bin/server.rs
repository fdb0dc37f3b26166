//! The servers that the contestants talk to: the mock server, and one that answers over TLS. Prints one line of JSON
//! with their addresses and the certificate, then serves until it is ended.

use std::io::Write;
use std::sync::Arc;

use llm_api_router::mock_server::MockServer;
use native_bench::Outcome;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let mock = MockServer::bind(("127.0.0.1", 0)).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let issued = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::try_from(issued.signing_key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![issued.cert.der().clone()], key)?;
    let ready = json!({
        "http": mock.url(),
        "https": format!("https://{}", listener.local_addr()?),
        "certificate": issued.cert.pem(),
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()?;
    drop(out);
    let acceptor = TlsAcceptor::from(Arc::new(config));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // Clients go away whenever they like.
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = answer(stream).await;
            }
        });
    }
}

/// Answers every request with the same completion.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    let message = json!({ "role": "assistant", "content": "A pool keeps sockets open. naïve café 東京 🙂" });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    let body = json!({ "id": "chatcmpl-1", "created": 1, "model": "bench-model", "choices": [choice] }).to_string();
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
    let mut read = Vec::new();
    while stream.read_buf(&mut read).await? > 0 {
        if is_whole(&read) {
            read.clear();
            stream.write_all(answer.as_bytes()).await?;
            stream.flush().await?;
        }
    }
    Ok(())
}

/// Whether the head has arrived, and as much behind it as it announces.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
