//! The request that opens a socket, through all of a site: its HTTP library, its layers, its routes.
//!
//! In the bytes, `$TOKEN`, `$TICKET` and `$SESSION` stand for those of a guest who may come in.

use super::{game::Wheel, panics};
use crate::{
    accounts::{Signed, Visitor},
    session::{SessionId, SessionManager},
    settings::{Flags, Settings},
    site::{Running, Shared, Site, router},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::header,
    middleware::{self, Next},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    cell::RefCell,
    mem::ManuallyDrop,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    runtime::Runtime,
    sync::mpsc,
    time::timeout,
};
use tower::ServiceExt as _;

/// The site's own origin.
const OWN: &str = "https://casino.example";

/// The origin it allows.
const FRIEND: &str = "https://friend.example:8443";

/// For as long nothing may be late that is to be answered.
const DEADLINE: Duration = Duration::from_secs(30);

/// After so many requests there is another site: its database grows with who watches.
const REQUESTS: u32 = 10_000;

/// The values of `Origin`, as the site has read them.
type Origins = Vec<Vec<u8>>;

/// A site in memory, its clients too.
struct House {
    runtime: Runtime,
    running: Running,
    clients: mpsc::UnboundedSender<DuplexStream>,
    /// The origins of each request that has reached the site.
    seen: Arc<Mutex<Vec<Origins>>>,
    guest: Signed,
    token: String,
    session: SessionId,
    left: u32,
}

thread_local! {
    // What ends with the thread could not end its own tasks any more.
    static HOUSE: RefCell<Option<ManuallyDrop<House>>> = const { RefCell::new(None) };
}

/// Sends a request.
///
/// # Panics
/// Where the site takes another origin for the request's than the bytes say, lets somebody in whom the contract does not,
/// fails, panics, or does not answer.
pub fn probe(bytes: &[u8]) -> bool {
    HOUSE.with_borrow_mut(|house| {
        if house.as_ref().is_some_and(|house| house.left == 0) {
            drop(house.take().map(ManuallyDrop::into_inner));
        }
        let house = house.get_or_insert_with(|| ManuallyDrop::new(House::open()));
        house.left -= 1;
        house.ask(bytes)
    })
}

impl House {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (clients, arrivals) = mpsc::unbounded_channel();
        let seen = Arc::<Mutex<Vec<Origins>>>::default();
        let (running, guest, token, session) = runtime.block_on(async {
            let running = Site::new("Probe").game(SessionManager::<Wheel>::new());
            let running = running.start(settings()).await.expect("a site");
            let plain = router(&running.shared, Router::new());
            let (guest, token, session) = come_in(&running.shared, &plain).await;
            let noted = middleware::from_fn_with_state(seen.clone(), note);
            let app = plain.layer(noted);
            tokio::spawn(serve(arrivals, app));
            (running, guest, token, session)
        });
        Self { runtime, running, clients, seen, guest, token, session, left: REQUESTS }
    }

    fn ask(&self, bytes: &[u8]) -> bool {
        let ticket = match holds(bytes, b"$TICKET") {
            true => self.running.shared.tickets.issue(self.guest.clone(), self.session.0),
            false => crate::accounts::Token::claimed(""),
        };
        let bytes = replaced(bytes, b"$TOKEN", &self.token);
        let bytes = replaced(&bytes, b"$TICKET", ticket.reveal());
        let bytes = replaced(&bytes, b"$SESSION", &self.session.to_string());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let panics = panics::count();
        let head = Head::read(&bytes);
        let asked = async { timeout(DEADLINE, self.send(&bytes, head.as_ref())).await };
        let answer = self.runtime.block_on(asked).expect("an answer in time");
        assert_eq!(panics::count(), panics, "a panic: {}", panics::last());
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).first().cloned();
        if let Some(seen) = &seen {
            let head = head.as_ref().expect("a request was read, and its head has no end");
            assert_eq!(*seen, head.values("origin"), "the origins that the site has read");
        }
        let Some(status) = status(&answer) else { return false };
        // Whatever a request is, it is the site's own fault in no case.
        assert!(status < 500, "{}", String::from_utf8_lossy(&answer));
        if status == 101 {
            let head = head.expect("a request");
            self.may_come_in(&head, ticket.reveal());
            head.asks_for_a_socket();
            let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
            assert!(!answer.contains("sec-websocket-extensions"), "none was implemented: {answer}");
        }
        matches!(status, 101 | 426)
    }

    /// Sends the request, and reads as far as the answer's head.
    async fn send(&self, bytes: &[u8], head: Option<&Head>) -> Vec<u8> {
        let (mut near, far) = duplex(4 * bytes.len() + (64 << 10));
        self.clients.send(far).expect("the site is there");
        near.write_all(bytes).await.expect("room for all of it");
        // More would have to come for an answer: then the client goes.
        let waits = |head: &Head| {
            head.has("content-length") || head.has("transfer-encoding") || head.has("expect")
        };
        if head.is_none_or(waits) {
            near.shutdown().await.expect("the near end closes");
        }
        let mut answer = Vec::new();
        while !holds(&answer, b"\r\n\r\n") {
            match near.read_buf(&mut answer).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        answer
    }

    /// By bearer header, by ticket, or by cookie from a page of the site or of its friend.
    fn may_come_in(&self, head: &Head, ticket: &str) {
        let all = head.values("authorization");
        let bearer = all.first().is_some_and(|value| holds(value, self.token.as_bytes()));
        let ticket = !ticket.is_empty() && holds(&head.request, ticket.as_bytes());
        let cookies = head.values("cookie");
        let cookie = cookies.iter().any(|value| holds(value, self.token.as_bytes()));
        let origins = head.values("origin");
        let home =
            matches!(&*origins, [one] if *one == *OWN.as_bytes() || *one == *FRIEND.as_bytes());
        assert!(bearer || ticket || (cookie && home), "let in: {head:?}");
        assert!(head.request.starts_with(b"GET "), "let in: {head:?}");
    }
}

/// The head of a request, as anyone can read it who knows no library: lines, of which the first is the request, and the
/// others are names and values with a colon between them, up to an empty one.
#[derive(Debug)]
struct Head {
    request: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Head {
    /// Nothing where it has no end.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let mut next = || -> Option<&[u8]> {
            let line = lines.next()?.strip_suffix(b"\n")?;
            Some(line.strip_suffix(b"\r").unwrap_or(line))
        };
        let mut request = next()?;
        while request.is_empty() {
            request = next()?;
        }
        let mut fields = Vec::new();
        loop {
            let line = next()?;
            if line.is_empty() {
                return Some(Self { request: request.to_vec(), fields });
            }
            let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
            let (name, value) = line.split_at(colon);
            let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
            fields.push((name.to_ascii_lowercase(), value.to_vec()));
        }
    }

    fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let named = self.fields.iter().filter(|(field, _)| field == name.as_bytes());
        named.map(|(_, value)| value.clone()).collect()
    }

    /// As RFC 6455 §4.2.1 wants it.
    fn asks_for_a_socket(&self) {
        let list = |name| {
            let values = self.values(name);
            let words = values.iter().flat_map(|value| value.split(|byte| *byte == b','));
            words.map(|word| word.trim_ascii().to_ascii_lowercase()).collect::<Vec<_>>()
        };
        assert!(self.request.ends_with(b" HTTP/1.1"), "{self:?}");
        assert!(list("connection").contains(&b"upgrade".to_vec()), "{self:?}");
        assert!(list("upgrade").contains(&b"websocket".to_vec()), "{self:?}");
        assert_eq!(self.values("sec-websocket-version"), [b"13"], "{self:?}");
        let keys = self.values("sec-websocket-key");
        assert!(matches!(&*keys, [key] if key.len() == 24), "{self:?}");
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name.as_bytes())
    }
}

/// Serves clients that come over no network, by the library that the site serves its own with, and HTTP/1 alone.
async fn serve(mut clients: mpsc::UnboundedReceiver<DuplexStream>, app: Router) {
    while let Some(client) = clients.recv().await {
        let app = app.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            app.clone().oneshot(request.map(Body::new))
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(client), service);
        tokio::spawn(connection.with_upgrades());
    }
}

/// Notes the origins of a request, as all of the site sees them.
async fn note(
    State(seen): State<Arc<Mutex<Vec<Origins>>>>,
    request: Request,
    next: Next,
) -> Response {
    let origins = request.headers().get_all(header::ORIGIN).iter();
    let origins = origins.map(|value| value.as_bytes().to_vec()).collect();
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(origins);
    next.run(request).await
}

/// No limit is in the way of so many requests of one guest.
fn settings() -> Settings {
    let some = |text: &str| Some(text.to_owned());
    let flags = Flags {
        bind: some("127.0.0.1:0"),
        database_url: some("sqlite::memory:"),
        public_url: some(OWN),
        allowed_origins: some(FRIEND),
        seat_grace: some("7d"),
        empty_after: some("7d"),
        limits: vec![
            "failed_handshakes=1000000, handshakes_per_user=1000000, guests_per_hour=1000000, \
             sockets_per_user=1000000, sockets_per_seat=1000000"
                .into(),
        ],
        ..Flags::default()
    };
    Settings::with(&flags, |_| None).expect("settings that can be used")
}

/// A guest, with a token and a table.
async fn come_in(shared: &Arc<Shared>, site: &Router) -> (Signed, String, SessionId) {
    let guest = post(site, "/api/guest", "").await;
    let token = guest["token"].as_str().expect("a token").to_owned();
    let table = post(site, "/api/games/wheel/sessions", &token).await;
    let session = table["id"].as_str().and_then(|id| id.parse().ok()).expect("a session");
    let mut headers = axum::http::HeaderMap::new();
    let bearer = format!("Bearer {token}").parse().expect("a value");
    headers.insert(header::AUTHORIZATION, bearer);
    let visitor = Visitor::of(&headers, shared).await.expect("the accounts answer");
    (visitor.signed().expect("a guest"), token, session)
}

async fn post(site: &Router, path: &str, token: &str) -> Value {
    let request = Request::post(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = site.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    let body = to_bytes(answer.expect("an answer").into_body(), 1 << 20).await.expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?).ok()?.parse().ok()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn replaced(bytes: &[u8], name: &[u8], value: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(name) {
            Some(after) => {
                out.extend_from_slice(value.as_bytes());
                rest = after;
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}
