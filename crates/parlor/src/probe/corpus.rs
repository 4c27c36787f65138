//! Valid inputs of each target, made by the code that makes them in a site.

use super::{
    frame,
    game::{Action, Spot, Wheel},
};
use crate::{depth::DEEPEST, session::repack};
use parlor_core::{
    Chips, Cover, Happening, Input, Outside, Player, PlayerId, Record, State, table::Timing,
};
use serde_json::json;
use uuid::Uuid;

/// An input: its target, its name and its bytes.
pub type Seed = (&'static str, &'static str, Vec<u8>);

/// All inputs.
///
/// # Panics
/// Where the code that makes them does not work.
pub fn all() -> Vec<Seed> {
    let mut all = Vec::new();
    all.extend(messages());
    all.extend(frames());
    all.extend(REQUESTS.map(|(name, text)| ("upgrade", name, text.replace('\n', "\r\n").into())));
    all.extend(TICKETS.map(|(name, bytes)| ("ticket", name, bytes.to_vec())));
    all.extend(SETTINGS.map(|(name, text)| ("settings", name, text.into())));
    let (records, state) = played();
    let lines = |records: &[Record<Wheel>]| {
        let line = |record| serde_json::to_string(record).expect("a record") + "\n";
        records.iter().map(line).collect::<String>().into_bytes()
    };
    all.push(("record", "whole", lines(&records)));
    all.push(("record", "begun", lines(&records[..4])));
    let ids = json!([[ann().id, ["a1", "a2"]], [PlayerId(Uuid::from_u128(8)), ["b1"]]]);
    for (name, ids) in [("plain", json!([])), ("ids", ids)] {
        let body = format!(r#"{{"ids":{ids},"state":{}}}"#, state.snapshot());
        let (_, body) = repack::<Wheel>(&body).expect("a snapshot");
        all.push(("snapshot", name, body.into_bytes()));
    }
    all
}

/// The outside of a table that is always the same.
pub(super) struct Dealer;

impl Outside for Dealer {
    fn seed(&mut self) -> [u8; 32] {
        [7; 32]
    }

    fn stake(&mut self, _player: PlayerId, amount: Chips) -> Cover {
        (amount <= Chips::new(100)).into()
    }
}

fn ann() -> Player {
    Player { id: PlayerId(Uuid::from_u128(7)), name: "ann".into() }
}

fn moves() -> [(&'static str, Action); 5] {
    let numbers = vec![0, 17, 36];
    let split = Spot::Split { numbers, more: Some(-5) };
    let chips = Chips::from_cents(1250);
    [
        ("bet", Action::Bet { on: Spot::Red, chips, notes: vec![("tip \"1\"\n".into(), 1)] }),
        ("split", Action::Bet { on: split, chips: Chips::new(2), notes: Vec::new() }),
        ("write", Action::Write("luck, \u{fc}\u{1f340}".into())),
        ("later", Action::Later { ms: 1500, sure: true }),
        ("spin", Action::Spin),
    ]
}

fn messages() -> Vec<Seed> {
    let text = |action| serde_json::to_vec(&action).expect("a message");
    let mut all: Vec<Seed> =
        moves().into_iter().map(|(name, action)| ("message", name, text(action))).collect();
    let id = r#"{"id":"m-1","type":"bet","data":{"on":{"number":17},"chips":10.5,"more":[[{}]]}}"#;
    all.push(("message", "id", id.into()));
    let nested = ("[".repeat(DEEPEST), "]".repeat(DEEPEST));
    let deep = format!(r#"{{"type":"spin","data":{}{}}}"#, nested.0, nested.1);
    all.push(("message", "deep", deep.into()));
    all
}

/// Frames, after the byte that picks the limit.
fn frames() -> Vec<Seed> {
    let parts: &[&[(u8, &[u8])]] = &[
        &[(0x81, br#"{"type":"spin"}"#), (0x89, b"alive?"), (0x8A, b""), (0x82, &[0, 255])],
        &[(0x01, b"tw\xe2"), (0x89, b""), (0x00, b""), (0x80, b"\x82\xac"), (0x88, b"\x03\xe8bye")],
        &[(0x81, &[b'x'; 300]), (0x88, b"")],
    ];
    let bytes = parts.iter().map(|frames| {
        let frames = frames.iter().flat_map(|(first, payload)| frame::sent(*first, payload));
        [0].into_iter().chain(frames).collect()
    });
    let named = ["apart", "parts", "long"].into_iter().zip(bytes);
    named.map(|(name, bytes)| ("frame", name, bytes)).collect()
}

/// A session with something of everything, and its state at the end.
fn played() -> (Vec<Record<Wheel>>, State<Wheel>) {
    let timing = Timing { turn: 30_000, ending: 15_000 };
    let options = json!({"motto": "red", "odds": [2.5, 0.1, 1e-7, 48.6000000001]});
    let happening = |at, who, input, id| Happening { at, who, input, id };
    let created = happening(1_000, None, Input::Created { options, timing, rules: 1 }, None);
    let (mut state, applied) = State::create(created, Box::new(Dealer)).expect("a session");
    let mut records = vec![applied.record];
    let moves = moves().map(|(name, action)| (Some(ann()), Input::Acted(action), Some(name)));
    let mut inputs = vec![(Some(ann()), Input::Joined, None)];
    inputs.extend(moves);
    let later = json!(["spin", 1500]).to_string();
    inputs.extend([
        (Some(ann()), Input::Said { hash: "0".repeat(64) }, None),
        (
            None,
            Input::Sent(json!({"type": "landed", "data": {"on": 1}, "odds": 0.30000000000000004})),
            None,
        ),
        (None, Input::Resumed, None),
        (None, Input::Woke { alarm: later, generation: 1 }, None),
        (Some(ann()), Input::Acted(Action::Later { ms: 9, sure: true }), Some("again")),
    ]);
    for (at, (who, input, id)) in (2_000..).step_by(100).zip(inputs) {
        let happened = happening(at, who, input, id.map(ToOwned::to_owned));
        let applied = state.apply(happened, Box::new(Dealer)).expect("it can be done");
        records.push(applied.record);
    }
    (records, state)
}

const REQUESTS: [(&str, &str); 5] = [
    (
        "cookie",
        "GET /ws/wheel/$SESSION/ HTTP/1.1\nHost: casino.example\nConnection: Upgrade\n\
         Upgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\n\
         Origin: https://casino.example\nCookie: __Host-sid=$TOKEN\n\n",
    ),
    (
        "bearer",
        "GET /ws/wheel/$SESSION/?spectate=true&after=7 HTTP/1.1\nHost: casino.example\n\
         Connection: keep-alive, Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\nSec-WebSocket-Protocol: chat, parlor.v1\n\
         Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\n\
         Authorization: Bearer $TOKEN\n\n",
    ),
    (
        "ticket",
        "GET /ws/wheel/$SESSION/?ticket=$TICKET HTTP/1.1\nHost: casino.example\n\
         Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\nOrigin: https://anywhere.example\n\n",
    ),
    (
        "friend",
        "GET /ws/wheel/$SESSION/ HTTP/1.1\nHost: casino.example\nOrigin: https://friend.example:8443\n\
         Cookie: theme=dark; __Host-sid=$TOKEN\nX-Forwarded-For: 10.0.0.1\nConnection: upgrade\n\
         Upgrade: WebSocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\n\n",
    ),
    (
        "plain",
        "GET /ws/wheel/$SESSION/ HTTP/1.1\nHost: casino.example\nCookie: __Host-sid=$TOKEN\n\n",
    ),
];

/// What is done to tickets, three bytes each.
const TICKETS: [(&str, &[u8]); 4] = [
    ("end", &[0, 1, 2, 1, 0, 2, 3, 200, 150, 1, 0, 2, 2, 0, 2]),
    ("once", &[0, 1, 2, 1, 0, 2, 2, 0, 2, 2, 0, 2]),
    ("late", &[0, 0, 0, 3, 200, 100, 1, 0, 0, 3, 200, 100, 1, 0, 0, 4, 0, 0]),
    (
        "forged",
        b"\x00\x03\x03\x05\x240123e4567-e89b-12d3-a456-426614174000\x02\x00\x03\x02\x01\x00",
    ),
];

const SETTINGS: [(&str, &str); 4] = [
    ("none", "env PARLOR_BIND=127.0.0.1:0\n"),
    (
        "flags",
        "--bind\n[::1]:8080\n--database-url\nsqlite://data/a.db?synchronous=normal\n--turn-time=500ms\n\
         --limit\nmessage_bytes=8KiB\n--limit=ping=5s,silence=2m\n--keep-records\nforever\n\
         --starting-chips\n2500.50\n",
    ),
    (
        "environment",
        "env DATABASE_URL=sqlite::memory:\nenv PARLOR_PUBLIC_URL=https://casino.example/\n\
         env PARLOR_ALLOWED_ORIGINS=https://friend.example, http://[::1]:3000\n\
         env PARLOR_TRUSTED_PROXIES=10.0.0.0/8,fd00::/8, 192.0.2.1\nenv PARLOR_BIND=0.0.0.0:80\n\
         env PARLOR_LIMITS=outbox_bytes=1024KiB, slow_for=10s\nenv PARLOR_SEAT_GRACE=0s\n\
         env PARLOR_EMPTY_AFTER=7d\nenv PARLOR_ENDING_TIME=168h\nenv PARLOR_KEEP_RECORDS=90d\n\
         env PARLOR_DRAIN_TIMEOUT=250ms\nenv REDIS_URL=\n",
    ),
    (
        "command",
        "serve\n--bind=127.0.0.1:1\n--limit\nids_kept=1\nenv PARLOR_LIMITS=chat_history=1000000\n",
    ),
];
