//! What records change beside the journal without moving chips: what lists show, and what was said. It is committed with the
//! row of the log, by one statement: each statement more is two switches of threads, in which others' commits wait.

use super::{
    journal::{Append, Line},
    runs,
};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Makes what one statement commits. Each connection has it for itself, and it is no part of the database. `shown` is rows of a
/// session and its summary, `said` those of the table of chat, and `spoke` those of a player and the session, all as JSON;
/// without a number there is no row of the log. It names tables, which have to be there before it.
pub(super) const COMMITS: [&str; 2] = [
    "CREATE TEMP VIEW commits (n, body, shown, said, spoke) AS \
       SELECT NULL, NULL, NULL, NULL, NULL",
    "CREATE TEMP TRIGGER make_commit INSTEAD OF INSERT ON commits BEGIN \
       SELECT RAISE(ABORT, 'it does not follow the last commit') \
         WHERE NEW.n IS NOT NULL AND (SELECT MAX(n) FROM log) IS NOT NEW.n - 1; \
       INSERT INTO log (n, body) SELECT NEW.n, NEW.body WHERE NEW.n IS NOT NULL; \
       UPDATE sessions SET summary = row.value ->> 1 FROM json_each(NEW.shown) AS row \
         WHERE sessions.id = row.value ->> 0; \
       INSERT INTO chat (session, seq, player, name, text) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 \
         FROM json_each(NEW.said); \
       INSERT INTO speakers (player, session) \
         SELECT value ->> 0, value ->> 1 FROM json_each(NEW.spoke) WHERE true \
         ON CONFLICT DO NOTHING; \
     END",
];

/// How SQLite calls what the trigger itself raises: `SQLITE_CONSTRAINT_TRIGGER`, <https://sqlite.org/rescode.html>.
const RAISED: &str = "1811";

/// What some records change, each column as JSON.
#[derive(Debug)]
pub(super) struct Aside {
    shown: String,
    said: String,
    spoke: String,
}

impl Aside {
    /// What these records change, if anything.
    pub(super) fn of(records: &[&Append]) -> Option<Self> {
        let mut shown: BTreeMap<String, &str> = BTreeMap::new();
        let (mut said, mut spoke) = (Vec::new(), BTreeSet::new());
        for record in records {
            let session = || record.session().to_string();
            if let Some(summary) = record.shown() {
                shown.insert(session(), summary);
            }
            if let Some(Line { player, name, text }) = record.line() {
                said.push((session(), runs::number(record.seq()), player.to_string(), name, text));
                spoke.insert((player.to_string(), session()));
            }
        }
        let shown: Vec<(String, &str)> = shown.into_iter().collect();
        (!shown.is_empty() || !said.is_empty()).then(|| Self {
            shown: json(&shown),
            said: json(&said),
            spoke: json(&spoke),
        })
    }

    /// Writes it, with this row of the log if there is one, unless that does not follow the last one: then somebody else has
    /// written one. True where it is written.
    pub(super) async fn write(
        self,
        connection: &mut AnyConnection,
        row: Option<(i64, Vec<u8>)>,
    ) -> Result<bool, sqlx::Error> {
        let (n, body) = row.unzip();
        let written = sqlx::query(
            "INSERT INTO commits (n, body, shown, said, spoke) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(n)
        .bind(body)
        .bind(self.shown)
        .bind(self.said)
        .bind(self.spoke)
        .execute(connection)
        .await;
        match written {
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| code == RAISED) =>
            {
                Ok(false)
            }
            written => written.map(|_| true),
        }
    }
}

fn json(rows: &impl serde::Serialize) -> String {
    serde_json::to_string(rows).expect("strings and numbers are JSON")
}
