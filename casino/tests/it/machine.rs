//! The program on a disk that can fail, and those who play there.

use crate::{
    outliving::{start, verify},
    program::{Program, casino, folder},
};
use parlor_test::{
    Database, Disk, Socket,
    http::{Answer, Request},
    socket::Handshake,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, process::Output};
use tempfile::TempDir;

/// The program's folder on a disk that can fail, and another one for its log.
pub(crate) struct Machine {
    pub(crate) disk: Disk,
    log: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { disk: Disk::new(), log: folder() }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.disk.folder().join("parlor.db")
    }

    pub(crate) fn start(&mut self) -> Program {
        let variables = self.disk.environment();
        start((self.log.path(), &self.database().display().to_string()), &variables)
    }

    /// A start that ends by itself.
    pub(crate) fn start_in_vain(&mut self) -> Output {
        let variables = self.disk.environment();
        let url = format!("sqlite://{}", self.database().display());
        let mut command = casino(&["--bind", "127.0.0.1:0", "--database-url", &url], &[]);
        command.envs(variables).output().expect("the program runs")
    }

    pub(crate) fn expect_whole(&self) {
        let verified = verify(&self.database());
        let told = String::from_utf8_lossy(&verified.stdout);
        assert_eq!(verified.status.code(), Some(0), "{told}");
        assert!(told.ends_with(" 0 faults\n"), "{told}");
    }

    /// How many records there are of each id.
    pub(crate) async fn ids(&self) -> BTreeMap<String, u64> {
        let mut database = Database::open(&self.database()).await;
        let records = database.records().await;
        database.close().await;
        let mut ids = BTreeMap::new();
        for record in records {
            let record: Value = serde_json::from_str(&record.body).expect("a record");
            if let Some(id) = record["id"].as_str() {
                *ids.entry(id.to_owned()).or_default() += 1;
            }
        }
        ids
    }
}

/// One who sits at a table, over as many connections as it takes.
#[derive(Clone)]
pub(crate) struct Player {
    pub(crate) token: String,
    pub(crate) path: String,
    pub(crate) last: Option<u64>,
    /// The lines of chat that were heard.
    pub(crate) heard: Vec<String>,
}

impl Player {
    pub(crate) async fn come(&mut self, address: SocketAddr) -> Option<Socket> {
        let handshake =
            Handshake::new(Request::new(address, "GET", &self.path)).bearer(&self.token);
        let handshake = handshake.v1();
        let handshake = match self.last {
            Some(seq) => handshake.after(seq),
            None => handshake,
        };
        let mut socket = handshake.attempt().await.ok()?.ok()?;
        let welcome = socket.heard().await.ok()?;
        if self.last.is_some() {
            assert_eq!(welcome["data"]["resumed"], true, "{welcome}");
            assert_eq!(welcome["seq"], json!(self.last), "{welcome}");
        }
        self.last = welcome["seq"].as_u64();
        Some(socket)
    }

    /// Says something, and hears everything up to its acknowledgement; nothing where the connection is cut before.
    pub(crate) async fn say(
        &mut self,
        socket: &mut Socket,
        id: &str,
        (kind, data): (&str, Value),
    ) -> Option<()> {
        socket.send_as(id, kind, data).await;
        loop {
            let frame = socket.heard().await.ok()?;
            let seq = frame["seq"].as_u64().expect("a number");
            let before = self.last.replace(seq).expect("welcomed");
            assert!(seq >= before, "back from {before}: {frame}");
            match frame["type"].as_str() {
                Some("ack") if frame["data"]["id"] == id => return Some(()),
                Some("error") => panic!("{id}: {frame}"),
                Some("chat_msg") if seq > before => {
                    self.heard.push(frame["data"]["msg"].as_str().expect("a line").to_owned());
                }
                _ => {}
            }
        }
    }
}

pub(crate) async fn guest(program: &Program) -> String {
    let guest = program.ask("POST", "/api/guest").await.json();
    guest["token"].as_str().expect("a token").to_owned()
}

/// A guest at a table of this game.
pub(crate) async fn player(program: &Program, game: &str) -> Player {
    let token = guest(program).await;
    let created = program.ask("POST", &format!("/api/games/{game}/sessions")).bearer(&token);
    let created: Answer = created.json(json!({})).await;
    let path = format!("/ws/{game}/{}/", created.json()["id"].as_str().expect("an id"));
    Player { token, path, last: None, heard: Vec::new() }
}
