//! Folding: what the log holds is written anew as runs of each session, and then taken out of the log.

use super::{Failure, Writing, begin, judge, not_alone};
use crate::store::{log, runs};
use std::sync::Arc;
use uuid::Uuid;

/// How many runs, and how many bytes of them, a part of a fold writes at the most; others wait for the writer meanwhile.
const PART: (usize, usize) = (1_024, 1 << 20);

/// A fold on its way.
pub(super) struct Fold {
    /// The sessions that are left.
    sessions: Vec<Uuid>,
    /// The number of the last row of the log that has nothing but what is folded.
    up_to: i64,
}

impl Writing {
    /// Folds a part, and more where the tail has grown faster than it is folded.
    pub(super) async fn fold_enough(&mut self) -> Result<(), String> {
        self.fold_a_part().await?;
        while self.tail.is_overfull() {
            self.fold_a_part().await?;
        }
        Ok(())
    }

    /// Goes on with a fold, or begins one where it is time for it.
    async fn fold_a_part(&mut self) -> Result<(), String> {
        if self.fold.is_none() && self.tail.is_full() {
            self.begin_fold();
        }
        let Some(fold) = &mut self.fold else { return Ok(()) };
        let part = self.tail.fold(&mut fold.sessions, PART);
        let is_last = fold.sessions.is_empty();
        let up_to = is_last.then_some(fold.up_to);
        self.write_runs(&part, up_to).await.map_err(|failure| match failure {
            Failure::Rule(broken) => format!("the journal can't be folded: {broken}"),
            Failure::Database(reason) => reason,
        })?;
        self.tail.folded(&part);
        if is_last {
            self.fold = None;
            self.tail.fold_is_over();
            self.measures.folds.inc();
        }
        Ok(())
    }

    fn begin_fold(&mut self) {
        let up_to = self.logged.unwrap_or_default();
        self.fold = Some(Fold { sessions: self.tail.to_fold(), up_to });
    }

    /// Folds everything.
    pub(super) async fn fold_all(&mut self) -> Result<(), String> {
        if self.logged.is_none() {
            return Ok(());
        }
        while self.fold.is_some() {
            self.fold_a_part().await?;
        }
        self.begin_fold();
        while self.fold.is_some() {
            self.fold_a_part().await?;
        }
        Ok(())
    }

    /// Writes runs, and with the last ones takes what they were made of out of the log.
    async fn write_runs(
        &mut self,
        part: &[(Uuid, Arc<runs::Run>)],
        up_to: Option<i64>,
    ) -> Result<(), Failure> {
        let mut connection = self.connection().await.map_err(|error| judge(&error))?;
        let mut transaction = begin(&mut connection).await?;
        runs::write(&mut transaction, part).await.map_err(|error| judge(&error))?;
        if let Some(logged) = self.logged {
            if let Some(up_to) = up_to {
                log::empty(&mut transaction, up_to).await.map_err(|error| judge(&error))?;
            }
            // Asked last, when nobody else can write any more.
            let last = log::last(&mut transaction).await.map_err(|error| judge(&error))?;
            if last != Some(logged) {
                return Err(not_alone());
            }
        }
        transaction.commit().await.map_err(|error| judge(&error))?;
        self.keep(connection);
        Ok(())
    }
}
