//! What players need before they come in: made before the clock starts.

use super::{ear::Place, player::Ticket};
use crate::{http, wire::Wire};
use anyhow::{Context as _, Result};
use std::{net::SocketAddr, ops::Range};

/// A house that invites players: its accounts, where it has any.
#[derive(Debug)]
pub(crate) struct Inviter<'a> {
    address: SocketAddr,
    wire: Wire,
    /// The game at Parlor's tables, and its options as JSON.
    game: (&'a str, &'a str),
    /// How many tables there will be, and how many players at each.
    size: (usize, usize),
    /// The tokens of all players.
    tokens: Vec<String>,
}

impl<'a> Inviter<'a> {
    /// Makes the accounts of all players.
    ///
    /// # Errors
    /// A server that makes none.
    pub(crate) fn new(
        address: SocketAddr,
        wire: Wire,
        game: (&'a str, &'a str),
        size: (usize, usize),
    ) -> Result<Self> {
        let mut tokens = Vec::new();
        if wire == Wire::Parlor {
            tokens = wait(async {
                for _ in 0..size.0 * size.1 {
                    let guest = http::post(address, "/api/guest", None).await?;
                    tokens.push(http::string(&guest, "token")?);
                }
                Ok(tokens)
            })?;
        }
        Ok(Self { address, wire, game, size, tokens })
    }

    /// The tickets of all players.
    ///
    /// # Errors
    /// A server that opens no tables.
    pub(crate) fn all(&self) -> Result<Vec<(Place, Ticket)>> {
        self.tickets(0..self.size.0)
    }

    /// The tickets to these tables, which are opened; those of a table one after the other.
    ///
    /// # Errors
    /// A server that opens no tables.
    pub(crate) fn tickets(&self, tables: Range<usize>) -> Result<Vec<(Place, Ticket)>> {
        let mut tickets = Vec::new();
        for table in tables {
            let path = self.open(table)?;
            for number in table * self.size.1..(table + 1) * self.size.1 {
                let place = Place { number, players: self.size.1, tables: self.size.0 };
                let header = |token| format!("authorization: Bearer {token}\r\n");
                let headers = self.tokens.get(number).map(header).unwrap_or_default();
                tickets.push((
                    place,
                    Ticket { first: self.first(table), path: path.clone(), headers },
                ));
            }
        }
        Ok(tickets)
    }

    /// The path to a table; Parlor's are opened by their first players, and others when these come.
    fn open(&self, table: usize) -> Result<String> {
        Ok(match self.wire {
            Wire::Plain => format!("/ws/{table}/"),
            Wire::SocketIo => format!("/socket.io/?EIO=4&transport=websocket&table={table}"),
            Wire::Colyseus => format!("/process/table{table}?sessionId="),
            Wire::Parlor => {
                let (game, options) = self.game;
                let (path, body) = (format!("/api/games/{game}/sessions"), options);
                let token = self.tokens.get(table * self.size.1).context("no player")?;
                let opened = wait(http::post_body(self.address, &path, Some(token), body))?;
                format!("/ws/{game}/{}/", http::string(&opened, "id")?)
            }
        })
    }

    /// What is asked for before the handshake.
    fn first(&self, table: usize) -> Option<String> {
        (self.wire == Wire::Colyseus).then(|| {
            format!(
                "POST /matchmake/joinById/table{table} HTTP/1.1\r\nhost: 127.0.0.1\r\n\
                 content-type: application/json\r\naccept: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
            )
        })
    }
}

/// Waits for what another thread need not see.
fn wait<T>(what: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(what)
}
