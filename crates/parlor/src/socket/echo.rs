//! An echo server over this room's own handshake, and its reader and writer of frames, for test suites of the protocol.

use super::{
    Close, Socket,
    handshake::Handshake,
    wire::{self, Broken, Incoming, Opcode, Reader},
};
use axum::{Router, body::Body, extract::Request};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tower::ServiceExt as _;

/// How long a client may take to hang up after a goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// How much is read at a time, in bytes.
const AT_A_TIME: usize = 16 << 10;

/// Accepts sockets at any address, each of which hears its own messages of up to `longest` bytes, until accepting fails.
///
/// # Errors
/// Why no more can be accepted.
pub async fn echo(listener: TcpListener, longest: usize) -> io::Result<()> {
    let handshake = move |mut request: Request| async move {
        match Handshake::read(&mut request) {
            Ok(handshake) => handshake.accept(None, move |socket| async move {
                // One that fails ends there: whoever is at the other side notices, and nobody else has to.
                let _ = serve(socket, longest).await;
            }),
            Err(refusal) => *refusal,
        }
    };
    let app = Router::new().fallback(handshake);
    loop {
        let (stream, _) = listener.accept().await?;
        let app = app.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            app.clone().oneshot(request.map(Body::new))
        });
        // As the site serves its own connections: what is upgraded must be the bare one.
        let http = http1::Builder::new();
        let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
        tokio::spawn(async move {
            let _ = connection.await;
        });
    }
}

async fn serve(socket: Socket, longest: usize) -> io::Result<()> {
    let Socket { mut stream, received } = socket;
    stream.set_nodelay(true)?;
    let mut reader = Reader::new(longest, &received);
    let mut output = Vec::new();
    loop {
        let goodbye = answer(&mut reader, &mut output);
        if let Some(close) = &goodbye {
            wire::close(&mut output, close);
        }
        stream.write_all(&output).await?;
        output.clear();
        if goodbye.is_some() {
            return hang_up(stream).await;
        }
        reader.rest();
        if stream.read_buf(reader.input(AT_A_TIME)).await? == 0 {
            return Ok(());
        }
    }
}

/// Writes the answers to all that was received; returns the goodbye, where it is time for one.
fn answer(reader: &mut Reader, output: &mut Vec<u8>) -> Option<Close> {
    loop {
        match reader.next() {
            Ok(Some(Incoming::Text(text))) => {
                wire::text_head(output, text.len());
                output.extend_from_slice(text.as_bytes());
            }
            Ok(Some(Incoming::Binary(bytes))) => {
                let at = output.len();
                wire::text_head(output, bytes.len());
                // A site sends no bytes, so that its writer has no head for them: they differ in the opcode alone.
                output[at] ^= Opcode::Text as u8 ^ Opcode::Binary as u8;
                output.extend_from_slice(bytes);
            }
            Ok(Some(Incoming::Ping(payload))) => wire::control(output, Opcode::Pong, payload),
            Ok(Some(Incoming::Pong)) => {}
            Ok(Some(Incoming::Close(code))) => {
                return Some(Close { code: code.unwrap_or(Close::NO_CODE), reason: "".into() });
            }
            Ok(None) => return None,
            Err(Broken::Protocol) => return Some(Close::PROTOCOL),
            Err(Broken::NotText) => return Some(Close::NOT_TEXT),
            Err(Broken::TooLarge) => return Some(Close::TOO_LARGE),
        }
    }
}

/// The server hangs up first (RFC 6455 §7.1.1), and reads what is on its way, so that nothing resets the connection.
async fn hang_up(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut nowhere = tokio::io::sink();
    let drained = timeout(GOODBYE, tokio::io::copy(&mut stream, &mut nowhere)).await;
    drained.unwrap_or(Ok(0)).map(|_| ())
}
