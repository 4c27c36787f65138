//! The opening handshake (RFC 6455 §4.2), and the connection that it leaves behind.

use crate::problem::Problem;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use sha1::{Digest as _, Sha1};
use tokio::net::TcpStream;

/// What a key is hashed with (§1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// How much of what is sent the system holds for one connection that does not read, in bytes; it takes twice as much.
const SEND_BUFFER: usize = 128 << 10;

/// An open socket: its connection, and what came right after the handshake.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(super) stream: TcpStream,
    pub(super) received: Bytes,
}

/// A handshake that may be accepted.
#[derive(Debug)]
pub(super) struct Handshake {
    accept: HeaderValue,
    upgrade: OnUpgrade,
    /// The protocols that the client offers.
    offered: Vec<String>,
}

impl Handshake {
    /// Whether this asks for a handshake at all.
    pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
        headers.contains_key(header::UPGRADE)
    }

    /// Reads it.
    ///
    /// # Errors
    /// The answer to one that is not as RFC 6455 wants it.
    pub(super) fn read(request: &mut Request) -> Result<Self, Response> {
        let headers = request.headers();
        let wrong = |what| {
            Err(Problem::new(StatusCode::BAD_REQUEST, "bad_handshake", what).into_response())
        };
        if request.version() < Version::HTTP_11 || !names(headers, header::CONNECTION, "upgrade") {
            return wrong("a handshake is HTTP/1.1 with `Connection: Upgrade`");
        }
        if one(headers, header::HOST).is_none() {
            return wrong("a handshake names its host, once");
        }
        if !names(headers, header::UPGRADE, "websocket") {
            return wrong("a handshake has `Upgrade: websocket`");
        }
        if one(headers, header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            let detail = "the version of WebSockets here is 13";
            let mut response =
                Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail)
                    .into_response();
            let version = HeaderValue::from_static("13");
            response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, version);
            return Err(response);
        }
        let key = one(headers, header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
        let Some(key) = key.filter(|key| STANDARD.decode(key).is_ok_and(|key| key.len() == 16))
        else {
            return wrong("`Sec-WebSocket-Key` is 16 bytes in base64, once");
        };
        let accept = STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize());
        let accept = HeaderValue::from_str(&accept).expect("base64 fits into a header");
        let offered = tokens(headers, header::SEC_WEBSOCKET_PROTOCOL).map(str::to_owned).collect();
        let Some(upgrade) = request.extensions_mut().remove() else {
            return wrong("this connection can't be made a socket");
        };
        Ok(Self { accept, upgrade, offered })
    }

    /// Whether the client offers this protocol.
    pub(super) fn offers(&self, protocol: &str) -> bool {
        self.offered.iter().any(|offered| offered == protocol)
    }

    /// Accepts it, with the one protocol that is spoken from now on. What is to be done with the socket is done once the
    /// answer is sent.
    pub(super) fn accept<F: Future<Output = ()> + Send>(
        self,
        protocol: Option<&'static str>,
        serve: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response {
        let Self { accept, upgrade, .. } = self;
        tokio::spawn(async move {
            match upgrade.await.map(downcast::<TokioIo<TcpStream>>) {
                Ok(Ok(parts)) => {
                    let (stream, received) = (parts.io.into_inner(), parts.read_buf);
                    let _ = socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
                    serve(Socket { stream, received }).await;
                }
                Ok(Err(_)) => {
                    tracing::error!("a socket came over something that is no TCP connection")
                }
                Err(error) => tracing::debug!(%error, "a handshake was not finished"),
            }
        });
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        if let Some(protocol) = protocol {
            let protocol = HeaderValue::from_static(protocol);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }
}

/// The one value of a header; nothing where there is none, or more than one.
fn one(headers: &HeaderMap, name: header::HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).into_iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether this word is among those of a header, in whichever case.
fn names(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    tokens(headers, name).any(|token| token.eq_ignore_ascii_case(word))
}

/// The words of a header that is a list.
fn tokens(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{GUID, STANDARD};
    use base64::Engine as _;
    use sha1::{Digest as _, Sha1};

    #[test]
    fn the_answer_to_a_key_is_that_of_the_rfc() {
        // RFC 6455 §1.3 has this example.
        let key = b"dGhlIHNhbXBsZSBub25jZQ==";
        let accept = STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize());
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
