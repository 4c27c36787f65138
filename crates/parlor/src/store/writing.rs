//! The one task that writes: it takes what is waiting, and commits it at once.
//!
//! The records of a batch are one row of the log; where they have nothing besides, that is a statement that commits by itself. Now
//! and then the tail is folded: a part after each commit while there is something to write, so that nobody waits for long. In
//! memory, where nothing outlives the program, there is no log and no fold: a record is stored when it is in the tail.
//!
//! A write that breaks a constraint fails alone, and its neighbours in the batch are committed without it. When the database
//! itself fails, nothing more is written and the program stops: recovery from disk is the one path that is always right.
//! What failed is not tried again then, since a disk that has refused to sync may have dropped what it held.

mod fold;
mod held;

use super::{
    WriteError,
    aside::Aside,
    job::{Job, What},
    journal::{self, Append},
    log,
    measures::{LATE, Measures},
    runs,
    shelf::Shelf,
    tail::Tail,
    writer::gap,
};
use crate::{clock::Clock, runtime::others_first};
use fold::Fold;
use held::Held;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Transaction, pool::PoolConnection};
use std::{
    future::ready,
    iter, slice,
    sync::{Arc, atomic::Ordering},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

/// How many writes one commit holds at the most.
const BATCH: usize = 1_024;

/// How often a batch waits for others at the most, as long as any come.
const ROUNDS: usize = 4;

/// Why a commit was not made.
enum Failure {
    /// A write broke a rule.
    Rule(WriteError),
    /// The database has failed.
    Database(String),
}

pub(super) struct Writing {
    pool: AnyPool,
    /// The pool's connection, where nobody else needs it: giving it back and asking for it are two tasks more for each commit.
    kept: Option<PoolConnection<Any>>,
    tail: Arc<Tail>,
    /// Where snapshots are, if they are in memory.
    shelf: Option<Arc<Shelf>>,
    /// The number of the log's last row; nothing where there is no log.
    logged: Option<i64>,
    measures: Arc<Measures>,
    fold: Option<Fold>,
}

impl Writing {
    pub(super) fn new(
        pool: AnyPool,
        (tail, shelf): (Arc<Tail>, Option<Arc<Shelf>>),
        logged: Option<i64>,
        measures: Arc<Measures>,
    ) -> Self {
        Self { pool, kept: None, tail, shelf, logged, measures, fold: None }
    }

    /// Writes what is waiting, until nobody wants to write any more, or the database fails.
    pub(super) async fn run(
        mut self,
        mut waiting: mpsc::Receiver<Job>,
        failed: watch::Sender<Option<String>>,
    ) {
        let (clock, mut held) = (Clock::system(), Held::default());
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let (folding, due) = (self.fold.is_some(), held.until());
            let taken = tokio::select! {
                biased;
                taken = waiting.recv_many(&mut batch, BATCH) => Some(taken),
                () = clock.sleep_until(due.unwrap_or_else(|| clock.now())), if due.is_some() => None,
                () = ready(()), if folding => None,
            };
            if let Some(1..BATCH) = taken {
                Self::await_others(&mut batch, &mut waiting).await;
            }
            if taken == Some(0) {
                held.release(&mut batch, clock.now());
                if batch.is_empty() {
                    return;
                }
            } else if self.logged.is_some() {
                // In memory nobody waits for a commit.
                held.sort(&mut batch, || clock.now());
            }
            let outcome =
                if batch.is_empty() { Ok(()) } else { self.watched(&mut batch, &waiting).await };
            let outcome = match outcome {
                Ok(()) => self.fold_enough().await,
                failed => failed,
            };
            if let Err(reason) = outcome {
                tracing::error!(reason, "the store has failed");
                failed.send_replace(Some(reason.clone()));
                waiting.close();
                held.release(&mut batch, clock.now());
                let fail = |job: Job| {
                    let error = Some(WriteError::Failed(reason.clone()));
                    Job { error, ..job }.tell();
                };
                batch.drain(..).for_each(fail);
                while let Some(job) = waiting.recv().await {
                    fail(job);
                }
                return;
            }
        }
    }

    /// Whoever is about to write does so first, and into the same commit.
    async fn await_others(batch: &mut Vec<Job>, waiting: &mut mpsc::Receiver<Job>) {
        for _ in 0..ROUNDS {
            let before = batch.len();
            others_first().await;
            let room = BATCH - before;
            batch.extend(iter::from_fn(|| waiting.try_recv().ok()).take(room));
            // Those who can wait prolong nothing.
            if batch[before..].iter().all(Job::waits) {
                break;
            }
        }
    }

    /// Writes a batch, and says meanwhile whether it takes too long.
    async fn watched(
        &mut self,
        batch: &mut Vec<Job>,
        waiting: &mpsc::Receiver<Job>,
    ) -> Result<(), String> {
        let (measures, clock) = (self.measures.clone(), Clock::system());
        let began = clock.now();
        let (count, oldest) = (batch.len(), batch.first().map_or(began, |job| job.since));
        measures.set_oldest(Some(oldest));
        if began < oldest + LATE {
            measures.set_keeps_up(true);
        }
        let writing = self.write(batch);
        tokio::pin!(writing);
        let outcome = tokio::select! {
            biased;
            outcome = &mut writing => outcome,
            () = clock.sleep_until(oldest + LATE) => {
                measures.set_keeps_up(false);
                writing.await
            }
        };
        measures.writes.inc_by(count as u64);
        measures.set_oldest(None);
        if outcome.is_ok() {
            measures.pending.fetch_sub(count, Ordering::AcqRel);
            if waiting.is_empty() {
                measures.set_keeps_up(true);
            }
        }
        outcome
    }

    /// Writes a batch, and tells each in it what became of it.
    async fn write(&mut self, batch: &mut Vec<Job>) -> Result<(), String> {
        let outcome = match self.attempt(batch).await {
            Err(Failure::Rule(broken)) => self.one_by_one(batch, broken).await,
            Err(Failure::Database(reason)) => Err(reason),
            Ok(()) => Ok(()),
        };
        let outcome = match outcome {
            Ok(()) if batch.iter().any(|job| matches!(job.what, What::Fold(_))) => {
                self.fold_all().await
            }
            outcome => outcome,
        };
        if let Err(reason) = &outcome {
            let unwritten = batch.iter_mut().filter(|job| job.error.is_none());
            unwritten.for_each(|job| job.error = Some(WriteError::Failed(reason.clone())));
        }
        for job in batch.drain(..) {
            let over = job.record().filter(|record| record.is_last()).map(Append::session);
            job.tell();
            if let (Some(shelf), Some(session)) = (&self.shelf, over) {
                shelf.forget(session);
            }
        }
        outcome
    }

    /// Commits each write of a batch alone that broke a rule, so that only the one at fault fails.
    async fn one_by_one(&mut self, batch: &mut [Job], broken: WriteError) -> Result<(), String> {
        if let [alone] = batch {
            alone.error = Some(broken);
            return Ok(());
        }
        for at in 0..batch.len() {
            match self.attempt(slice::from_mut(&mut batch[at])).await {
                Ok(()) => {}
                Err(Failure::Rule(broken)) => batch[at].error = Some(broken),
                Err(Failure::Database(reason)) => {
                    // Those before it are committed.
                    batch[at..].iter_mut().for_each(|job| {
                        job.error = Some(WriteError::Failed(reason.clone()));
                    });
                    return Err(reason);
                }
            }
        }
        Ok(())
    }

    /// Commits all of these that nothing forbids, or none.
    async fn attempt(&mut self, batch: &mut [Job]) -> Result<(), Failure> {
        self.admit(batch).await.map_err(|error| judge(&error))?;
        let began = Clock::system().now();
        let outcome = self.commit(batch).await;
        let records = batch.iter().filter_map(Job::record);
        match &outcome {
            Ok(()) => self.tail.stored(records),
            Err(_) => self.tail.put_back(records),
        }
        self.committed(began);
        outcome
    }

    fn committed(&self, began: Instant) {
        self.measures.commits.inc();
        self.measures.seconds.observe(began.elapsed().as_secs_f64());
    }

    /// Refuses those that a record is missing before.
    async fn admit(&mut self, batch: &mut [Job]) -> Result<(), sqlx::Error> {
        let unknown = self.tail.unknown(batch.iter().filter_map(Job::session));
        if !unknown.is_empty() {
            let mut connection = self.connection().await?;
            self.tail.learn(runs::heads(&mut connection, &unknown).await?);
            self.keep(connection);
        }
        let mut tail = self.tail.admission();
        for job in batch {
            let admitted = match &job.what {
                What::Record(record, _) => tail.admits(record),
                What::Other(queued) => {
                    queued.after().is_none_or(|(session, seq)| tail.has(session, seq))
                }
                What::Fold(_) => true,
            };
            job.error = (!admitted).then(gap);
        }
        Ok(())
    }

    async fn commit(&mut self, batch: &mut [Job]) -> Result<(), Failure> {
        let records: Vec<&Append> = batch.iter().filter_map(Job::record).collect();
        let row = self.logged.filter(|_| !records.is_empty()).map(|last| {
            let n = last + 1;
            (n, log::row(n, records.iter().copied()))
        });
        let one_statement = batch.iter().all(|job| match &job.what {
            _ if job.error.is_some() => true,
            What::Record(record, _) => record.is_one_statement(),
            What::Other(_) => false,
            What::Fold(_) => true,
        });
        let written = row.as_ref().map(|(n, _)| *n);
        let aside = if one_statement { Aside::of(&records) } else { None };
        if one_statement && row.is_none() && aside.is_none() {
            return Ok(());
        }
        let mut connection = self.connection().await.map_err(|error| judge(&error))?;
        match (one_statement, row, aside) {
            // One statement is a transaction of its own.
            (true, row, Some(aside)) => follows(aside.write(&mut connection, row).await)?,
            (true, Some(row), None) => follows(log::add(&mut connection, row).await)?,
            (_, row, _) => {
                let mut transaction = begin(&mut connection).await?;
                if let Some(row) = row {
                    follows(log::add(&mut transaction, row).await)?;
                }
                write_besides(&mut transaction, batch).await.map_err(|error| judge(&error))?;
                transaction.commit().await.map_err(|error| judge(&error))?;
            }
        }
        self.keep(connection);
        self.logged = written.or(self.logged);
        Ok(())
    }
}

/// The connection that writes.
impl Writing {
    async fn connection(&mut self) -> Result<PoolConnection<Any>, sqlx::Error> {
        match self.kept.take() {
            Some(connection) => Ok(connection),
            None => self.pool.acquire().await,
        }
    }

    /// Keeps it for the next time. One that something has failed on is not kept: the pool brings it in order again.
    fn keep(&mut self, connection: PoolConnection<Any>) {
        // In memory there is one connection, and those who read need it too.
        self.kept = self.logged.is_some().then_some(connection);
    }
}

/// Begins as one who writes. A command beside this program, or a person, may write to accounts meanwhile: one that has read
/// before that, and then wants to write, would be told that the database is busy, however long it is ready to wait.
async fn begin(connection: &mut AnyConnection) -> Result<Transaction<'_, Any>, Failure> {
    connection.begin_with("BEGIN IMMEDIATE").await.map_err(|error| judge(&error))
}

/// The row of the log has to follow the last one.
fn follows(written: Result<bool, sqlx::Error>) -> Result<(), Failure> {
    if written.map_err(|error| judge(&error))? { Ok(()) } else { Err(not_alone()) }
}

/// Writes what is to be written besides records, in its order.
async fn write_besides(
    connection: &mut AnyConnection,
    batch: &mut [Job],
) -> Result<(), sqlx::Error> {
    for run in batch.chunk_by_mut(|a, b| a.record().is_some() && b.record().is_some()) {
        match run {
            [Job { what: What::Other(queued), error: None, .. }] => queued.run(connection).await?,
            records => {
                let records: Vec<&Append> = records.iter().filter_map(Job::record).collect();
                journal::besides(connection, &records).await?;
            }
        }
    }
    Ok(())
}

fn not_alone() -> Failure {
    let why = "another program writes to this database; let one alone serve it";
    Failure::Database(why.into())
}

/// Tells a constraint that held from a database that failed.
fn judge(error: &sqlx::Error) -> Failure {
    let text = error.to_string();
    let constraint = error.as_database_error();
    if constraint.is_some_and(|e| e.is_unique_violation()) {
        return Failure::Rule(WriteError::Taken(text));
    }
    let forbidden = matches!(error, sqlx::Error::RowNotFound)
        || constraint.is_some_and(|e| e.is_check_violation() || e.is_foreign_key_violation());
    if forbidden { Failure::Rule(WriteError::Forbidden(text)) } else { Failure::Database(text) }
}
