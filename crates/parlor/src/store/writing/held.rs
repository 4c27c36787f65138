//! Records that can wait: lines of chat, and that somebody watches no more.
//!
//! Whoever has something to store waits for the commit that is on its way. So a few lines of chat are stored as anything else
//! is; where there are many, they are stored together, some ten times a second, when no move is there to be stored. A session's
//! records stay in their order: where one that can't wait follows, all go.

use crate::store::job::{Job, What};
use std::{collections::HashSet, mem, time::Duration};
use tokio::time::Instant;
use uuid::Uuid;

/// How many commits of what can wait are made at once, and after how long there may be one more.
const AT_ONCE: u32 = 5;
const ONE_MORE: Duration = Duration::from_millis(100);

/// How many wait until it is time to write them. A session that has 64 records on their way waits for them.
const MOST: usize = 48;

/// How many wait while there are moves to be stored all the time.
const FAR_TOO_MANY: usize = 4 * MOST;

/// Those that are held back.
#[derive(Default)]
pub(super) struct Held {
    jobs: Vec<Job>,
    /// Until when; nothing where none are held.
    until: Option<Instant>,
    /// When there may be as many commits at once again as at first.
    rested: Option<Instant>,
}

impl Held {
    /// When they are to be stored, if no move is there to be stored then; nothing where none are held.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Takes out of a batch what can wait. Adds what is held where something in the batch has to follow it, where its time has
    /// come and nobody else is there to write, and where that has been so for too long.
    pub(super) fn sort(&mut self, batch: &mut Vec<Job>, now: impl FnOnce() -> Instant) {
        if self.jobs.is_empty() && !batch.iter().any(Job::waits) {
            return;
        }
        let now = now();
        let hurried: HashSet<Uuid> =
            batch.iter().filter(|job| !job.waits()).filter_map(Job::session).collect();
        let goes = |job: &Job| job.session().is_some_and(|session| hurried.contains(&session));
        // What is no record may be about any session, as when somebody's lines are deleted.
        let all_go = batch.iter().any(|job| !matches!(job.what, What::Record(..)))
            || self.until.is_some_and(|until| until + ONE_MORE <= now)
            || self.jobs.len() >= FAR_TOO_MANY
            || self.jobs.iter().any(goes);
        if all_go {
            return self.release(batch, now);
        }
        let waits = |job: &Job| job.waits() && !goes(job);
        if batch.iter().any(waits) {
            if self.until.is_none() {
                let Err(until) = self.go_at_once(now) else { return };
                self.until = Some(until);
            }
            self.jobs.extend(batch.extract_if(.., |job| waits(job)));
            if self.jobs.len() >= MOST {
                self.until = self.until.min(Some(now));
            }
        }
        if batch.is_empty() && self.until.is_some_and(|until| until <= now) {
            self.release(batch, now);
        }
    }

    /// Puts all of them before what is in the batch.
    pub(super) fn release(&mut self, batch: &mut Vec<Job>, now: Instant) {
        if self.until.take().is_some() {
            // That is a commit too, also where it was made early.
            let _ = self.go_at_once(now);
        }
        // The store is not late with them: it begins with them now.
        self.jobs.iter_mut().for_each(|job| job.since = now);
        let after = mem::replace(batch, mem::take(&mut self.jobs));
        batch.extend(after);
    }

    /// Counts a commit, or says when there may be one.
    fn go_at_once(&mut self, now: Instant) -> Result<(), Instant> {
        let rested = self.rested.map_or(now, |rested| rested.max(now)) + ONE_MORE;
        let earliest = rested - ONE_MORE * AT_ONCE;
        if earliest > now {
            return Err(earliest);
        }
        self.rested = Some(rested);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, FAR_TOO_MANY, Held, Instant, Job, MOST, ONE_MORE, What};
    use crate::{
        clock::Clock,
        store::{
            Progress,
            journal::{Append, first_link},
        },
    };
    use tokio::sync::oneshot;
    use uuid::Uuid;

    const TABLES: [Uuid; 2] = [Uuid::from_u128(1), Uuid::from_u128(2)];

    fn record(session: Uuid, seq: u64) -> Append {
        Append::new(session, (seq, 0), &first_link(session), String::new(), Vec::new())
    }

    fn job(record: Append) -> Job {
        let what = What::Record(record, Progress::default());
        Job { since: Clock::system().now(), what, error: None }
    }

    fn line(session: Uuid, seq: u64) -> Job {
        job(record(session, seq).can_wait())
    }

    fn move_(session: Uuid, seq: u64) -> Job {
        job(record(session, seq))
    }

    /// What of this batch is written at that time.
    fn written(held: &mut Held, mut batch: Vec<Job>, now: Instant) -> Vec<(Uuid, u64)> {
        held.sort(&mut batch, || now);
        let records = batch.iter().filter_map(Job::record);
        records.map(|record| (record.session(), record.seq())).collect()
    }

    /// One who has said so much that a line has to wait, until that time.
    fn after_much_talk(now: Instant) -> (Held, Instant) {
        let (mut held, [talk, _]) = (Held::default(), TABLES);
        for seq in 1..=u64::from(AT_ONCE) {
            assert_eq!(written(&mut held, vec![line(talk, seq)], now), [(talk, seq)]);
        }
        assert_eq!(written(&mut held, vec![line(talk, 6)], now), []);
        let until = held.until().expect("it waits");
        assert_eq!(until, now + ONE_MORE);
        (held, until)
    }

    #[test]
    fn a_few_lines_are_written_at_once_and_many_together() {
        let (mut now, [talk, other]) = (Clock::system().now(), TABLES);
        let (mut held, until) = after_much_talk(now);
        assert_eq!(written(&mut held, vec![line(talk, 7), line(other, 1)], now), []);
        let all = [(talk, 6), (talk, 7), (other, 1)];
        assert_eq!(written(&mut held, Vec::new(), until), all, "their time has come");
        assert_eq!(written(&mut held, vec![line(talk, 8)], until), [], "that was a commit");
        // After some quiet it is as at first.
        now = until + ONE_MORE;
        assert_eq!(written(&mut held, Vec::new(), now), [(talk, 8)]);
        now += ONE_MORE * AT_ONCE;
        for seq in 9..9 + u64::from(AT_ONCE) {
            assert_eq!(written(&mut held, vec![line(talk, seq)], now), [(talk, seq)]);
        }
    }

    #[test]
    fn moves_do_not_wait_and_a_session_keeps_its_order() {
        let (now, [talk, other]) = (Clock::system().now(), TABLES);
        let (mut held, _) = after_much_talk(now);
        let batch = vec![move_(other, 1), line(talk, 7)];
        assert_eq!(written(&mut held, batch, now), [(other, 1)]);
        // A line of a session that moves in the same batch goes with it.
        let batch = vec![move_(other, 2), line(other, 3), line(talk, 8)];
        assert_eq!(written(&mut held, batch, now), [(other, 2), (other, 3)]);
        let all = [(talk, 6), (talk, 7), (talk, 8), (other, 4), (talk, 9)];
        assert_eq!(written(&mut held, vec![move_(other, 4), move_(talk, 9)], now), all);
        assert_eq!(held.until(), None);
    }

    /// The writer would ask again and again for what there is not.
    #[test]
    fn where_nothing_is_held_nothing_is_due() {
        let (now, [talk, other]) = (Clock::system().now(), TABLES);
        let (mut held, until) = after_much_talk(now);
        assert_eq!(written(&mut held, Vec::new(), until), [(talk, 6)]);
        assert_eq!(held.until(), None);
        let batch = vec![move_(other, 1), line(other, 2)];
        assert_eq!(written(&mut held, batch, until), [(other, 1), (other, 2)]);
        assert_eq!(held.until(), None, "the line went with the move");
    }

    #[test]
    fn moves_go_first_though_not_for_long() {
        let (now, [talk, other]) = (Clock::system().now(), TABLES);
        let (mut held, until) = after_much_talk(now);
        assert_eq!(written(&mut held, vec![move_(other, 1)], until), [(other, 1)]);
        let late = until + ONE_MORE;
        assert_eq!(written(&mut held, vec![move_(other, 2)], late), [(talk, 6), (other, 2)]);
    }

    #[test]
    fn what_is_no_record_comes_after_all_lines_before_it() {
        let (now, [talk, _]) = (Clock::system().now(), TABLES);
        let (mut held, _) = after_much_talk(now);
        let fold = Job { since: now, what: What::Fold(oneshot::channel().0), error: None };
        assert_eq!(written(&mut held, vec![fold], now), [(talk, 6)]);
    }

    #[test]
    fn only_so_many_wait() {
        let (now, [talk, other]) = (Clock::system().now(), TABLES);
        let (mut held, _) = after_much_talk(now);
        for n in 1..MOST as u64 - 1 {
            assert_eq!(written(&mut held, vec![line(talk, 6 + n)], now), []);
        }
        assert_eq!(written(&mut held, vec![line(talk, 99)], now).len(), MOST);
        // Where somebody else moves all the while they go with that in the end.
        for n in 0..FAR_TOO_MANY as u64 {
            let batch = vec![line(talk, 100 + n), move_(other, n)];
            assert_eq!(written(&mut held, batch, now), [(other, n)]);
        }
        assert_eq!(written(&mut held, vec![move_(other, 999)], now).len(), FAR_TOO_MANY + 1);
    }
}
