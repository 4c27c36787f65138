//! What staff does. Each act is in the audit log, in the transaction of what it changes; an act on a session, which is the
//! session's own to keep, is noted before it.

use super::Member;
use crate::{
    accounts::{TokenHash, turn_out},
    problem::Problem,
    session::SessionId,
    settings::duration,
    site::Shared,
    store::{
        WriteError,
        roster::Known,
        staff::{Act, Ban, Note, Unban},
    },
};
use axum::http::StatusCode;
use futures_util::future::join_all;
use parlor_core::PlayerId;
use serde::Deserialize;
use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long is waited for sessions to do what they are asked to. One whose game does not come back never does.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many characters a reason may have.
const REASON: usize = 300;

/// Why, and for how long.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Sentence {
    #[serde(default)]
    pub(crate) reason: String,
    /// `12h`, `7d`; `forever`, which is also meant by nothing.
    #[serde(default, rename = "for")]
    pub(crate) long: Option<String>,
}

/// A member of staff about to do something.
#[derive(Debug)]
pub(crate) struct Acting<'a> {
    pub(crate) shared: &'a Arc<Shared>,
    pub(crate) member: &'a Member,
}

impl Acting<'_> {
    /// Shuts a player out: the log-ins are dead, the sockets closed, and the seats given up. When it ends, or nothing where it
    /// does not by itself.
    pub(crate) async fn ban(
        &self,
        name: &str,
        sentence: &Sentence,
    ) -> Result<Option<i64>, Problem> {
        let known = self.player(name).await?;
        if known.staff {
            return Err(is_staff(&known));
        }
        let mut act = self.act("ban", &known.id.to_string(), &known.name, sentence)?;
        let long = sentence.long.as_deref().filter(|long| !long.is_empty()).unwrap_or("forever");
        let long = duration::read_kept(long).map_err(|mend| field("for", mend))?;
        act.until = long
            .map(|long| act.at.saturating_add(i64::try_from(long.as_millis()).unwrap_or(i64::MAX)));
        let until = act.until;
        let written = self.shared.store.write(Ban { account: known.id, act }).await;
        let dead = match written {
            Ok(dead) => dead,
            Err(WriteError::Forbidden(_)) => return Err(self.refused(&known.name, is_staff).await),
            Err(_) => return Err(Problem::internal()),
        };
        tracing::info!(staff = self.member.signed.player.name, player = known.name, "shut out");
        for token in dead {
            turn_out(self.shared, &TokenHash(token));
        }
        self.take_seats(known.id).await;
        Ok(until)
    }

    /// Lets a player in again.
    pub(crate) async fn unban(&self, name: &str, sentence: &Sentence) -> Result<(), Problem> {
        let known = self.player(name).await?;
        let act = self.act("unban", &known.id.to_string(), &known.name, sentence)?;
        match self.shared.store.write(Unban { account: known.id, act }).await {
            Ok(()) => Ok(()),
            Err(WriteError::Forbidden(_)) => Err(self.refused(&known.name, is_not_banned).await),
            Err(_) => Err(Problem::internal()),
        }
    }

    /// Closes a table: stakes go back, and its sockets are closed.
    pub(crate) async fn close(&self, session: &str, sentence: &Sentence) -> Result<(), Problem> {
        let id: SessionId = session.parse().map_err(|_| Problem::no_such_session())?;
        let game = self.shared.games().find(|game| game.exists(id));
        let game = game.ok_or_else(Problem::no_such_session)?;
        let about =
            format!("{}, table {}", game.row().title, game.meta(id).map_or(0, |m| m.number));
        let act = self.act("close", &id.to_string(), &about, sentence)?;
        match self.shared.store.write(Note(act)).await {
            Ok(()) => {}
            Err(WriteError::Forbidden(_)) => return Err(Problem::not_staff()),
            Err(_) => return Err(Problem::internal()),
        }
        tracing::info!(staff = self.member.signed.player.name, session = %id, "closes a table");
        let game = game.clone();
        if in_time(tokio::spawn(async move { game.close(id).await })).await {
            return Ok(());
        }
        Err(Problem::busy("the table does not answer; it closes once its game comes back"))
    }

    /// Seats are given up, as if one had left: what is staked is settled by the game's rules.
    async fn take_seats(&self, user: PlayerId) {
        let sessions = self.shared.seats.of(user);
        let leaving = sessions.into_iter().filter_map(|id| {
            let game = self.shared.games().find(|game| game.exists(id))?.clone();
            Some(tokio::spawn(async move { game.shut_out(id, user).await }))
        });
        if !in_time(join_all(leaving)).await {
            tracing::warn!(%user, "not all seats of one who is shut out were given up in time");
        }
    }

    async fn player(&self, name: &str) -> Result<Known, Problem> {
        let known = self.shared.store.known(name).await.map_err(|_| Problem::internal())?;
        known.ok_or_else(|| {
            Problem::new(StatusCode::NOT_FOUND, "no_such_player", "nobody has this name")
        })
    }

    fn act(
        &self,
        action: &'static str,
        subject: &str,
        about: &str,
        sentence: &Sentence,
    ) -> Result<Act, Problem> {
        let Member { signed, address } = self.member;
        Ok(Act {
            at: self.shared.clock.wall(),
            staff: Some(signed.player.id),
            name: signed.player.name.clone(),
            address: address.to_string(),
            action,
            subject: subject.to_owned(),
            about: about.to_owned(),
            reason: reason(&sentence.reason)?,
            until: None,
        })
    }

    /// Why the database has refused it: its member is of the staff no more, or the player is not as it was looked at.
    async fn refused(&self, name: &str, changed: fn(&Known) -> Problem) -> Problem {
        let Member { signed, .. } = self.member;
        match self.shared.store.is_staff(&signed.token.0, signed.player.id).await {
            Ok(true) => self.player(name).await.map_or_else(|gone| gone, |known| changed(&known)),
            Ok(false) => Problem::not_staff(),
            Err(_) => Problem::internal(),
        }
    }
}

/// Whether it is done in time. What was begun goes on where it is not.
async fn in_time(begun: impl Future) -> bool {
    timeout(PATIENCE, begun).await.is_ok()
}

fn is_staff(known: &Known) -> Problem {
    let detail = format!("{} is of the staff; take them out of it first", known.name);
    Problem::new(StatusCode::CONFLICT, "is_staff", detail)
}

fn is_not_banned(known: &Known) -> Problem {
    let detail = format!("{} is not shut out", known.name);
    Problem::new(StatusCode::CONFLICT, "not_banned", detail)
}

/// A reason that those can read who come after.
fn reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let reads = (1..=REASON).contains(&text.chars().count()) && !text.contains(char::is_control);
    reads.then(|| text.to_owned()).ok_or_else(|| {
        field("reason", format!("say why, in one line of at most {REASON} characters"))
    })
}

fn field(name: &'static str, mend: String) -> Problem {
    Problem::invalid_fields(BTreeMap::from([(name, mend)]))
}
