//! Waiting for company: those who were told something together mostly answer together, and what comes together is told at one
//! go. Of five who move, each that comes a round later costs a write to all five.

use crate::runtime::others_first;
use tokio::sync::mpsc;

/// How often others go first at the most. Where nobody else is ready, that takes no time; where many are, it is they who bring
/// what is waited for.
const TURNS: usize = 8;

/// How many have come together lately.
#[derive(Debug, Default)]
pub(super) struct Company {
    usual: usize,
}

impl Company {
    /// Lets others go first, one of whose kind has come: as long as fewer are there than have come together lately.
    pub(super) async fn gather<T>(&mut self, mailbox: &mpsc::Receiver<T>) {
        for _ in 0..TURNS {
            others_first().await;
            if 1 + mailbox.len() >= self.usual {
                break;
            }
        }
        // Who stays away is waited for less each time: where threads sleep, to let others go first wakes one of them.
        let less = (self.usual / 4).max(1);
        self.usual = (1 + mailbox.len()).max(self.usual.saturating_sub(less));
    }
}

#[cfg(test)]
mod tests {
    use super::{Company, TURNS, others_first};
    use std::mem;
    use tokio::sync::mpsc;

    /// How many are there when one has come and gathered company, each of whom comes after so many turns.
    async fn gathered(company: &mut Company, turns: &[usize]) -> usize {
        let (sender, mailbox) = mpsc::channel(16);
        let mut gathering = mem::take(company);
        let gathering = tokio::spawn(async move {
            gathering.gather(&mailbox).await;
            (gathering, 1 + mailbox.len())
        });
        for &turns in turns {
            let sender = sender.clone();
            tokio::spawn(async move {
                for _ in 0..turns {
                    others_first().await;
                }
                // Who is late finds nobody any more.
                let _ = sender.send(()).await;
            });
        }
        let there;
        (*company, there) = gathering.await.expect("it gathers");
        there
    }

    #[tokio::test]
    async fn as_many_are_waited_for_as_have_come_together() {
        let mut company = Company::default();
        assert_eq!(gathered(&mut company, &[0, 0, 1, 3]).await, 3, "nobody was expected");
        assert_eq!(gathered(&mut company, &[0, 1, 3]).await, 3);
        assert_eq!(gathered(&mut company, &[0, 0, 0, 3]).await, 4);
        assert_eq!(gathered(&mut company, &[0, 1, 3]).await, 4, "the fourth is waited for");
        // Nobody comes any more: less and less is waited for.
        for usual in [4, 3, 2, 1] {
            assert_eq!(company.usual, usual);
            assert_eq!(gathered(&mut company, &[]).await, 1);
        }
        assert_eq!(gathered(&mut company, &[1]).await, 1, "one is enough");
    }

    #[tokio::test]
    async fn nobody_is_waited_for_without_end() {
        let mut company = Company { usual: 80 };
        assert_eq!(gathered(&mut company, &[0, TURNS - 1, TURNS]).await, 3);
        assert_eq!(company.usual, 60);
    }
}
