//! The command `user`: who is of the staff. It works beside a program that serves the same database, and holds there at once.

use crate::{
    clock::Clock,
    date::date,
    store::{
        Store,
        roster::{Known, Only},
        staff::Act,
    },
};
use anyhow::Context as _;
use clap::Subcommand;

/// Who it is in the audit log that has typed a command.
const COMMAND_LINE: &str = "command line";

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Makes an account one of the staff
    Promote {
        /// Its name, in any case
        name: String,
    },
    /// Takes an account out of the staff
    Demote {
        /// Its name, in any case
        name: String,
    },
    /// Lists the staff, and those who are shut out
    List,
}

impl UserCommand {
    pub(super) async fn run(&self, store: &Store) -> anyhow::Result<bool> {
        match self {
            Self::Promote { name } => promote(store, name).await?,
            Self::Demote { name } => demote(store, name).await?,
            Self::List => list(store).await?,
        }
        Ok(true)
    }
}

async fn promote(store: &Store, name: &str) -> anyhow::Result<()> {
    let known = find(store, name).await?;
    let name = &known.name;
    anyhow::ensure!(
        !known.guest,
        "{name} is a guest, who is gone with its log-in; name an account with a password"
    );
    anyhow::ensure!(
        !known.banned.as_ref().is_some_and(|banned| banned.holds_at(Clock::system().wall())),
        "{name} is shut out; let {name} in again first, on the page /admin/players/"
    );
    match store.set_staff(&known, true, &act("promote", &known)).await? {
        true => println!("{name} is of the staff now"),
        false => println!("{name} is of the staff already"),
    }
    Ok(())
}

async fn demote(store: &Store, name: &str) -> anyhow::Result<()> {
    let known = find(store, name).await?;
    let name = &known.name;
    match store.set_staff(&known, false, &act("demote", &known)).await? {
        true => println!("{name} is not of the staff any more"),
        false => println!("{name} is not of the staff"),
    }
    Ok(())
}

async fn list(store: &Store) -> anyhow::Result<()> {
    for known in store.roster("", "", Only::Staff, usize::MAX).await? {
        println!("{}  staff", known.name);
    }
    let now = Clock::system().wall();
    for known in store.roster("", "", Only::Banned, usize::MAX).await? {
        if let Some(banned) = known.banned.filter(|banned| banned.holds_at(now)) {
            let long = banned.until.map_or_else(String::new, |at| format!(" until {}", date(at)));
            println!("{}  shut out{long}: {}", known.name, banned.reason);
        }
    }
    Ok(())
}

async fn find(store: &Store, name: &str) -> anyhow::Result<Known> {
    let known = store.known(name).await?;
    known.with_context(|| format!("there is no account named {name:?}; sign up as it first"))
}

fn act(action: &'static str, known: &Known) -> Act {
    Act {
        at: Clock::system().wall(),
        staff: None,
        name: COMMAND_LINE.into(),
        address: String::new(),
        action,
        subject: known.id.to_string(),
        about: known.name.clone(),
        reason: String::new(),
        until: None,
    }
}
