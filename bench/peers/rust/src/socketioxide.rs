//! The table workload with socketioxide: a room is a table, and an update is an event to the room.

use axum::{Router, serve::ListenerExt as _};
use bench_peers::{Count, Move, listener};
use socketioxide::{
    SocketIo, TransportType,
    extract::{Data, SocketRef, State},
};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
};

/// A table; locked until an update is with all of its sockets, since each message has a task of its own.
type Table = Arc<tokio::sync::Mutex<Count>>;
type Tables = Arc<Mutex<HashMap<String, Table>>>;

#[tokio::main]
async fn main() -> io::Result<()> {
    let (layer, io) = SocketIo::builder()
        .transports([TransportType::Websocket])
        .ws_read_buffer_size(4096)
        .max_buffer_size(4096)
        .max_payload(16 * 1024)
        .with_state(Tables::default())
        .build_layer();
    io.ns("/", sit);
    let listener = listener().await?.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, Router::new().layer(layer)).await
}

async fn sit(socket: SocketRef, State(tables): State<Tables>) {
    let query = socket.req_parts().uri.query().unwrap_or_default();
    let name = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("table="))
        .unwrap_or_default()
        .to_owned();
    let table = tables.lock().unwrap().entry(name.clone()).or_default().clone();
    let by = {
        let mut count = table.lock().await;
        socket.join(name.clone());
        let by = count.sit();
        let _ = socket.emit("load_game", &count.game());
        by
    };
    let asked = table.clone();
    socket.on("load_game", async move |socket: SocketRef| {
        let game = asked.lock().await.game();
        let _ = socket.emit("load_game", &game);
    });
    socket.on("move", async move |io: SocketIo, Data::<Move>(made)| {
        let mut count = table.lock().await;
        let update = count.count(made, by);
        let _ = io.to(name).emit("update", &update).await;
    });
}
