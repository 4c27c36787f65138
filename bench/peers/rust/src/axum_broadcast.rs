//! The table workload with axum as its examples do it: a broadcast channel for each table; tuned as the other is.

use axum::{
    Router,
    extract::{
        Path, State,
        ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    response::Response,
    routing::any,
    serve::ListenerExt as _,
};
use bench_peers::{Ask, Count, listener, load_game, update};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};
use tokio::sync::broadcast;

/// How many updates a table keeps for the slowest of its sockets.
const KEPT: usize = 1024;

/// A table and who is at it.
struct Table {
    count: Mutex<Count>,
    updates: broadcast::Sender<Utf8Bytes>,
}

impl Default for Table {
    fn default() -> Self {
        Self { count: Mutex::default(), updates: broadcast::channel(KEPT).0 }
    }
}

type Tables = Arc<Mutex<HashMap<u64, Arc<Table>>>>;

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = listener().await?.tap_io(|stream| drop(stream.set_nodelay(true)));
    let site = Router::new().route("/ws/{table}/", any(open)).with_state(Tables::default());
    axum::serve(listener, site).await
}

async fn open(
    upgrade: WebSocketUpgrade,
    Path(table): Path<u64>,
    tables: State<Tables>,
) -> Response {
    let table = tables.lock().unwrap().entry(table).or_default().clone();
    let upgrade = upgrade.read_buffer_size(4096).max_message_size(16 * 1024);
    upgrade.on_upgrade(|socket| async move { drop(sit(socket, &table).await) })
}

async fn sit(mut socket: WebSocket, table: &Table) -> Result<(), axum::Error> {
    let (by, mut updates, greeting) = {
        let mut count = table.count.lock().unwrap();
        (count.sit(), table.updates.subscribe(), load_game(&count))
    };
    socket.send(Message::Text(greeting.into())).await?;
    loop {
        tokio::select! {
            update = updates.recv() => {
                let Ok(update) = update else { return Ok(()) };
                socket.send(Message::Text(update)).await?;
            }
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => match Ask::read(&text) {
                    Some(Ask::Move(made)) => {
                        let mut count = table.count.lock().unwrap();
                        let _ = table.updates.send(update(&mut count, made, by).into());
                    }
                    Some(Ask::LoadGame) => {
                        let answer = load_game(&table.count.lock().unwrap());
                        socket.send(Message::Text(answer.into())).await?;
                    }
                    None => {}
                },
                Some(Ok(_)) => {}
                _ => return Ok(()),
            }
        }
    }
}
