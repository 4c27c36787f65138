//! The table workload with axum: a bounded queue for each connection, which a task of its own drains before it flushes.

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
use futures_util::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};
use tokio::sync::mpsc;

/// How many frames may wait for one socket; one that reads slower is let go.
const QUEUE: usize = 1024;

/// A table and who is at it.
#[derive(Default)]
struct Table {
    count: Count,
    members: HashMap<u64, mpsc::Sender<Utf8Bytes>>,
}

type Tables = Arc<Mutex<HashMap<u64, Arc<Mutex<Table>>>>>;

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
    upgrade.on_upgrade(|socket| sit(socket, table))
}

async fn sit(socket: WebSocket, table: Arc<Mutex<Table>>) {
    let (sink, stream) = socket.split();
    let (queue, queued) = mpsc::channel(QUEUE);
    let by = {
        let mut table = table.lock().unwrap();
        let by = table.count.sit();
        let _ = queue.try_send(load_game(&table.count).into());
        table.members.insert(by, queue.clone());
        by
    };
    let writer = tokio::spawn(write(sink, queued));
    read(stream, &table, &queue, by).await;
    table.lock().unwrap().members.remove(&by);
    drop(queue);
    writer.abort();
}

async fn read(
    mut stream: SplitStream<WebSocket>,
    table: &Mutex<Table>,
    queue: &mpsc::Sender<Utf8Bytes>,
    by: u64,
) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(text) = message else { continue };
        let mut table = table.lock().unwrap();
        match Ask::read(&text) {
            Some(Ask::Move(made)) => {
                let update = Utf8Bytes::from(update(&mut table.count, made, by));
                table.members.retain(|_, queue| queue.try_send(update.clone()).is_ok());
            }
            Some(Ask::LoadGame) => drop(queue.try_send(load_game(&table.count).into())),
            None => {}
        }
    }
}

async fn write(mut sink: SplitSink<WebSocket, Message>, mut queued: mpsc::Receiver<Utf8Bytes>) {
    while let Some(first) = queued.recv().await {
        let mut next = Some(first);
        while let Some(text) = next {
            if sink.feed(Message::Text(text)).await.is_err() {
                return;
            }
            next = queued.try_recv().ok();
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
}
