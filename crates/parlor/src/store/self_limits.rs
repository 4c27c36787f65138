//! Limits that players have set themselves, and how long they have played.

use super::{ReadError, Store, Write};
use crate::accounts::self_limits::{Next, SelfLimit, SelfLimits};
use parlor_core::{Chips, PlayerId};
use sqlx::AnyConnection;
use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// A player's limits from now on.
#[derive(Debug)]
pub(crate) struct KeepSelfLimits {
    pub(crate) account: PlayerId,
    pub(crate) limits: SelfLimits,
}

impl Write for KeepSelfLimits {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let SelfLimits { loss, minutes } = self.limits;
        let kept = sqlx::query(
            "INSERT INTO self_limits SELECT id, $2, $3, $4, $5, $6, $7 FROM accounts \
             WHERE id = $1 AND deleted IS NULL \
             ON CONFLICT (account) DO UPDATE SET loss = $2, loss_next = $3, loss_from = $4, \
             minutes = $5, minutes_next = $6, minutes_from = $7",
        )
        .bind(self.account.to_string())
        .bind(loss.value.map(Chips::cents))
        .bind(loss.next.and_then(|next| next.value).map(Chips::cents))
        .bind(loss.next.map(|next| next.from))
        .bind(minutes.value.map(i64::from))
        .bind(minutes.next.and_then(|next| next.value).map(i64::from))
        .bind(minutes.next.map(|next| next.from))
        .execute(connection)
        .await?;
        if kept.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
    }
}

/// How long these have played on that day.
#[derive(Debug)]
pub(crate) struct KeepPlayTimes {
    pub(crate) day: i64,
    pub(crate) played: Vec<(PlayerId, Duration)>,
}

impl Write for KeepPlayTimes {
    type Out = ();

    async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        for (player, played) in &self.played {
            sqlx::query(
                "INSERT INTO play_times SELECT id, $2, $3 FROM accounts \
                 WHERE id = $1 AND deleted IS NULL \
                 ON CONFLICT (account) DO UPDATE SET day = $2, milliseconds = $3",
            )
            .bind(player.to_string())
            .bind(self.day)
            .bind(i64::try_from(played.as_millis()).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

type Row = (String, Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

fn read(row: Row) -> Option<(PlayerId, SelfLimits)> {
    let (account, loss, loss_next, loss_from, minutes, minutes_next, minutes_from) = row;
    let chips = |cents: Option<i64>| cents.and_then(Chips::try_from_cents);
    let number = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let limits = SelfLimits {
        loss: SelfLimit {
            value: chips(loss),
            next: loss_from.map(|from| Next { value: chips(loss_next), from }),
        },
        minutes: SelfLimit {
            value: number(minutes),
            next: minutes_from.map(|from| Next { value: number(minutes_next), from }),
        },
    };
    Some((PlayerId(Uuid::parse_str(&account).ok()?), limits))
}

impl Store {
    /// All limits that players have set themselves.
    pub(crate) async fn self_limits(&self) -> Result<HashMap<PlayerId, SelfLimits>, ReadError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT account, loss, loss_next, loss_from, minutes, minutes_next, minutes_from \
             FROM self_limits",
        )
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// How long those have played on that day of whom it is kept.
    pub(crate) async fn play_times(
        &self,
        day: i64,
    ) -> Result<HashMap<PlayerId, Duration>, ReadError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT account, milliseconds FROM play_times WHERE day = $1")
                .bind(day)
                .fetch_all(&self.readers)
                .await?;
        let read = |(account, played): (String, i64)| {
            let played = Duration::from_millis(played.unsigned_abs());
            Some((PlayerId(Uuid::parse_str(&account).ok()?), played))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}
