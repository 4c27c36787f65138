//! What players need before they come in: made before the clock starts.

use super::{ear::Place, player::Ticket};
use crate::{http, wire::Wire};
use anyhow::{Context as _, Result};
use std::net::SocketAddr;

/// The tickets of all players at all tables, those of a table one after the other.
///
/// # Errors
/// A server that makes no players or tables.
pub(crate) fn tickets(
    address: SocketAddr,
    wire: Wire,
    game: &str,
    (tables, players): (usize, usize),
) -> Result<Vec<(Place, Ticket)>> {
    let places = (0..tables * players).map(|number| Place { number, players, tables });
    let made: Vec<Ticket> = match wire {
        Wire::Parlor => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(parlor(address, game, tables, players))?
        }
        _ => places.clone().map(|place| ticket(wire, place.table())).collect(),
    };
    Ok(places.zip(made).collect())
}

/// The ticket to a table of a server without accounts.
fn ticket(wire: Wire, table: usize) -> Ticket {
    let (first, path) = match wire {
        Wire::Plain | Wire::Parlor => (None, format!("/ws/{table}/")),
        Wire::SocketIo => (None, format!("/socket.io/?EIO=4&transport=websocket&table={table}")),
        Wire::Colyseus => {
            let request = format!(
                "POST /matchmake/joinById/table{table} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
                 content-type: application/json\r\naccept: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
            );
            (Some(request), format!("/process/table{table}?sessionId="))
        }
    };
    Ticket { first, path, headers: String::new() }
}

/// A guest for each player, and a session for each table, which its first player opens.
async fn parlor(
    address: SocketAddr,
    game: &str,
    tables: usize,
    players: usize,
) -> Result<Vec<Ticket>> {
    let mut tickets = Vec::with_capacity(tables * players);
    for _ in 0..tables {
        let mut path = None;
        for _ in 0..players {
            let guest = http::post(address, "/api/guest", None).await?;
            let token = http::string(&guest, "token")?;
            if path.is_none() {
                let sessions = format!("/api/games/{game}/sessions");
                let opened = http::post(address, &sessions, Some(&token)).await?;
                path = Some(format!("/ws/{game}/{}/", http::string(&opened, "id")?));
            }
            let path = path.clone().context("no table")?;
            let headers = format!("authorization: Bearer {token}\r\n");
            tickets.push(Ticket { first: None, path, headers });
        }
    }
    Ok(tickets)
}
