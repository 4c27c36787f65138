//! A scripted socket: it says what it is told to, and waits for what must come, never for time to pass.

use crate::http::{Answer, DEADLINE, Request};
use futures_util::{SinkExt as _, StreamExt as _, future::BoxFuture};
use serde_json::{Value, json};
use std::{fmt::Display, future::IntoFuture};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest as _,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};

/// The code of a connection that ended without a goodbye (RFC 6455 §7.1.5).
pub const ABNORMAL: u16 = 1006;

/// A handshake before it is made: awaited it is an open socket, and [`Handshake::refusal`] is the answer to one that is
/// not let in.
#[derive(Debug, Clone)]
#[must_use = "a handshake is made when it is awaited"]
pub struct Handshake(Request);

impl Handshake {
    /// A handshake by a plain request to a socket's address.
    pub fn new(request: Request) -> Self {
        Self(request)
    }

    /// With this bearer token, as programs authenticate.
    pub fn bearer(self, token: &str) -> Self {
        Self(self.0.bearer(token))
    }

    /// With this cookie, `name=value`, as browsers authenticate.
    pub fn cookie(self, cookie: &str) -> Self {
        Self(self.0.cookie(cookie))
    }

    /// As if a page of this origin had asked.
    pub fn origin(self, origin: &str) -> Self {
        Self(self.0.origin(origin))
    }

    /// With one more header of this name.
    pub fn header(self, name: &str, text: &str) -> Self {
        Self(self.0.header(name, text))
    }

    /// With the subprotocol `parlor.v1`: frames have numbers, and messages may have ids.
    pub fn v1(self) -> Self {
        self.header("sec-websocket-protocol", "parlor.v1")
    }

    /// As one who has heard everything up to this number; what is no number can be said too.
    pub fn after(self, seq: impl Display) -> Self {
        Self(self.0.query(&format!("after={seq}")))
    }

    /// Opens the socket.
    ///
    /// # Errors
    /// The status of the answer to one that is not let in.
    ///
    /// # Panics
    /// Where the site does not answer in time.
    pub async fn open(self) -> Result<Socket, u16> {
        let path = self.0.path().to_owned();
        let attempted = self.attempt().await;
        attempted.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Opens the socket of a site that need not be there.
    ///
    /// # Errors
    /// Why there was no answer; one that does not let in is `Ok`, with its status.
    ///
    /// # Panics
    /// Where the site is there, and does not answer in time.
    pub async fn attempt(self) -> Result<Result<Socket, u16>, Error> {
        let Self(asked) = self;
        let url = format!("ws://{}{}", asked.address(), asked.path());
        let mut request = url.into_client_request().expect("a socket's address");
        for (name, value) in asked.headers() {
            request.headers_mut().append(name, value.clone());
        }
        request.headers_mut().insert("host", asked.headers()["host"].clone());
        let opening = async {
            let stream = TcpStream::connect(asked.address()).await?;
            client_async(request, stream).await
        };
        match timeout(DEADLINE, opening).await.expect("an answer to the handshake in time") {
            Ok((stream, _)) => Ok(Ok(Socket { stream })),
            Err(Error::Http(answer)) => Ok(Err(answer.status().as_u16())),
            Err(why) => Err(why),
        }
    }

    /// The answer to a handshake that is not let in.
    ///
    /// # Panics
    /// Where it is let in.
    pub async fn refusal(self) -> Answer {
        let request = self
            .0
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let answer = request.await;
        assert_ne!(answer.status(), 101, "the handshake was let in");
        answer
    }

    /// The answer to a plain GET of the same address, with the same headers.
    pub async fn plain(self) -> Answer {
        self.0.await
    }
}

impl IntoFuture for Handshake {
    type Output = Socket;
    type IntoFuture = BoxFuture<'static, Socket>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let path = self.0.path().to_owned();
            let opened = self.open().await;
            opened.unwrap_or_else(|status| panic!("{path} is not let in: {status}"))
        })
    }
}

/// An open socket.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// Saying.
impl Socket {
    /// Sends a message: a type, and its data.
    pub async fn send(&mut self, kind: &str, data: Value) {
        self.send_text(&json!({ "type": kind, "data": data }).to_string()).await;
    }

    /// Sends a message with an id.
    pub async fn send_as(&mut self, id: &str, kind: &str, data: Value) {
        self.send_text(&json!({ "type": kind, "data": data, "id": id }).to_string()).await;
    }

    /// Sends a text as it is. One that arrives nowhere any more is not missed here, but where an answer is expected.
    pub async fn send_text(&mut self, text: &str) {
        self.say(Message::text(text)).await;
    }

    /// Sends a binary frame.
    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.say(Message::binary(bytes.to_vec())).await;
    }

    /// Sends a ping.
    pub async fn send_ping(&mut self) {
        self.say(Message::Ping(Vec::new().into())).await;
    }

    /// Sends a text frame of these bytes, which need not be UTF-8.
    pub async fn send_as_text(&mut self, bytes: &[u8]) {
        let frame = Frame::message(bytes.to_vec(), OpCode::Data(Data::Text), true);
        self.say(Message::Frame(frame)).await;
    }

    /// Writes bytes that need not be a frame.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes).await;
    }

    /// Closes the socket with 1000, and waits for the goodbye.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
        self.close_code().await;
    }

    async fn say(&mut self, message: Message) {
        let _ = self.stream.send(message).await;
    }
}

/// Hearing.
impl Socket {
    /// The next frame.
    ///
    /// # Panics
    /// Where none comes in time, or the socket is closed instead.
    pub async fn next_frame(&mut self) -> Value {
        let heard = self.heard().await;
        heard.unwrap_or_else(|code| panic!("closed with {code} where a frame must come"))
    }

    /// The next frame, which must be of this type.
    ///
    /// # Panics
    /// Where it is of another, or none comes in time.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let frame = self.next_frame().await;
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// The first frame from here on of which this holds; those before it are passed over.
    ///
    /// # Panics
    /// Where none comes in time.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next_frame().await;
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// The first frame of this type from here on; those before it are passed over.
    pub async fn find(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["type"] == kind).await
    }

    /// The first refusal from here on, which must have this code; returns its message.
    ///
    /// # Panics
    /// Where it has another, or none comes in time.
    pub async fn refused(&mut self, code: &str) -> String {
        let error = self.find("error").await;
        assert_eq!(error["data"]["code"], code, "{error}");
        let message = error["data"]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "a refusal says why: {error}");
        message.to_owned()
    }

    /// The `welcome` of a connection that speaks `parlor.v1`, and the `load_game` after it, which must be the first frames.
    ///
    /// # Panics
    /// Where other frames come first.
    pub async fn welcomed(&mut self) -> (Value, Value) {
        (self.expect("welcome").await, self.expect("load_game").await)
    }

    /// All frames up to the acknowledgement of this id, without it; and its number.
    ///
    /// # Panics
    /// Where none comes in time, or the message is refused.
    pub async fn acked(&mut self, id: &str) -> (Vec<Value>, u64) {
        let mut before = Vec::new();
        loop {
            let frame = self.next_frame().await;
            match frame["type"].as_str() {
                Some("ack") if frame["data"]["id"] == id => {
                    return (before, frame["seq"].as_u64().expect("a number"));
                }
                Some("error") if frame["data"]["id"] == id => panic!("{id} is refused: {frame}"),
                _ => before.push(frame),
            }
        }
    }

    /// The game as it stands: asks for it, and must hear nothing else before the answer.
    pub async fn view(&mut self) -> Value {
        self.send_text(r#"{"type":"load_game"}"#).await;
        self.expect("load_game").await["data"].take()
    }

    /// Says a line, and passes over everything up to hearing it: what was on its way has been heard then.
    pub async fn catch_up(&mut self, line: &str) {
        self.send("chat_msg", json!({ "msg": line })).await;
        self.until(|frame| frame["type"] == "chat_msg" && frame["data"]["msg"] == line).await;
    }

    /// The code that the socket is closed with, frames before it passed over; 1006 where there was no goodbye.
    ///
    /// # Panics
    /// Where it is not closed in time.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.heard().await {
                return code;
            }
        }
    }

    /// Takes at most so many bytes off the wire, as one does who reads slowly, and says how many; none where the connection
    /// is cut. What is heard after it makes no sense any more.
    pub async fn take_bytes(&mut self, at_most: usize) -> usize {
        let mut bytes = vec![0; at_most];
        self.stream.get_mut().read(&mut bytes).await.unwrap_or(0)
    }

    /// The next frame, or the code that the socket is closed with instead.
    ///
    /// # Errors
    /// The code of the close.
    ///
    /// # Panics
    /// Where nothing comes in time.
    pub async fn heard(&mut self) -> Result<Value, u16> {
        loop {
            let next = timeout(DEADLINE, self.stream.next()).await;
            match next.expect("a frame, or a goodbye, in time") {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text);
                    return Ok(frame.unwrap_or_else(|why| panic!("{why} in {text}")));
                }
                Some(Ok(Message::Close(frame))) => {
                    // The library has an answer to the goodbye, which is still to be sent.
                    let _ = self.stream.flush().await;
                    return Err(frame.map_or(1005, |frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(ABNORMAL),
            }
        }
    }
}
