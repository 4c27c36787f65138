//! The commands of a site's binary, as Django's manage.py: `serve` (also without a word), `types`, `replay`, `verify`,
//! `backup` and `user`.

use super::{Site, user::UserCommand};
use crate::{
    audit,
    session::SessionId,
    settings::{Database, Flags, SettingError, Settings, Synchronous},
    store::Store,
};
use anyhow::Context as _;
use clap::{Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use tracing_subscriber::EnvFilter;

/// What was typed.
#[derive(Debug, Parser)]
#[command(version, about = "Serves a site of games that people play together")]
pub(crate) struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the site; so does no command at all
    Serve,
    /// Writes each game's messages and view as TypeScript
    Types {
        /// The folder to write to
        folder: Option<PathBuf>,
    },
    /// Tells the play of one session, from its journal
    Replay {
        /// The session's id
        session: SessionId,
    },
    /// Checks every session and the whole ledger; the status says whether all is well
    Verify,
    /// Copies the database into a new file, while the site may be serving
    Backup {
        /// The file to write; it must not be there yet
        file: PathBuf,
    },
    /// Says who looks after the site, while the site may be serving
    User {
        #[command(subcommand)]
        what: UserCommand,
    },
}

/// The status of a program that was asked for something it can't do.
const UNUSABLE: u8 = 2;

pub(super) async fn run(site: Site) -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => return misread(&error),
    };
    match line.command {
        Some(Command::Types { folder }) => types(&site, folder),
        Some(Command::Replay { session }) => {
            keeping(&line.flags, async |store| replay(&site, &store, session).await).await
        }
        Some(Command::Verify) => {
            keeping(&line.flags, async |store| verify(&site, &store).await).await
        }
        Some(Command::Backup { file }) => {
            keeping(&line.flags, async |store| backup(&store, &file).await).await
        }
        Some(Command::User { what }) => {
            keeping(&line.flags, async |store| what.run(&store).await).await
        }
        Some(Command::Serve) | None => match Settings::read(&line.flags) {
            Ok(settings) => serve(site, settings).await,
            Err(error) => unusable(&error),
        },
    }
}

/// One line that names what was typed; help and version are answers, not errors.
fn misread(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    eprintln!("{first}; --help lists what can be set");
    ExitCode::from(UNUSABLE)
}

fn unusable(error: &SettingError) -> ExitCode {
    eprintln!("{error}");
    ExitCode::from(UNUSABLE)
}

async fn serve(site: Site, settings: Settings) -> ExitCode {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = logs.with_ansi(false).try_init();
    let running = match super::serve::start(site, settings).await {
        Ok(running) => running,
        Err(error) => return unusable(&error),
    };
    println!("listening on http://{}", running.address());
    tokio::select! {
        () = told_to_stop() => {
            tracing::info!("stopping");
            running.stop().await;
            ExitCode::SUCCESS
        }
        Err(error) = running.loaded() => unusable(&error),
        reason = running.failed() => {
            eprintln!("the store has failed, and nothing more can be kept: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Runs a command on the database that is kept, and on no new one.
async fn keeping(
    flags: &Flags,
    command: impl AsyncFnOnce(Store) -> anyhow::Result<bool>,
) -> ExitCode {
    let opened = async {
        let settings = Settings::read(flags)?;
        if let Database::File(file, _) = &settings.database
            && !file.exists()
        {
            let mend =
                format!("there is no database at {}; name the one to look at", file.display());
            return Err(SettingError::new("--database-url", mend));
        }
        Store::open(&settings.database).await
    };
    let store = match opened.await {
        Ok(store) => store,
        Err(error) => return unusable(&error),
    };
    match command(store).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why:#}");
            ExitCode::FAILURE
        }
    }
}

async fn replay(site: &Site, store: &Store, session: SessionId) -> anyhow::Result<bool> {
    let row = store.session(session.0).await?;
    let row = row.with_context(|| format!("there is no session {session}"))?;
    let game = site.games.get(&*row.game);
    let game = game.with_context(|| format!("this site has no game {:?}", row.game))?;
    let replayed = game.replay(store, session).await?;
    println!("{} {session}{}", row.game, if row.closed { ", closed" } else { "" });
    replayed.lines.iter().for_each(|line| println!("{line}"));
    println!("state {}", replayed.hash);
    Ok(true)
}

/// Looks at a copy, in which nothing moves: while the site serves, records and balances read one after the other would not
/// fit each other.
async fn verify(site: &Site, store: &Store) -> anyhow::Result<bool> {
    // A copy has new indexes, in which nothing is left of what is wrong with the old ones.
    let broken = store.broken_pages().await?;
    broken.iter().for_each(|fault| println!("database: {fault}"));
    // A folder that nobody else can read, and that goes when this is done.
    let folder = tempfile::tempdir().context("there is no room for a copy")?;
    let file = folder.path().join("copy.db");
    store.copy_to(file.to_str().context("the temporary folder's name is not UTF-8")?).await?;
    let copy = Store::open(&Database::File(file, Synchronous::Normal)).await?;
    let (sessions, faults) = audit::verify(&copy, &site.games).await?;
    faults.iter().for_each(|fault| println!("{fault}"));
    let count = broken.len() + faults.len();
    println!("{sessions} sessions looked at, {count} faults");
    Ok(count == 0)
}

async fn backup(store: &Store, file: &Path) -> anyhow::Result<bool> {
    anyhow::ensure!(!file.exists(), "{} is there already; name a new file", file.display());
    let name = file.to_str().context("the file's name is not UTF-8")?;
    store.copy_to(name).await?;
    // The database does not do this for a copy.
    std::fs::File::open(file)?.sync_all()?;
    println!("everything is in {}", file.display());
    Ok(true)
}

fn types(site: &Site, folder: Option<PathBuf>) -> ExitCode {
    let folder = folder.or_else(|| site.types.clone()).unwrap_or_else(|| "types".into());
    let written = write_types(site, &folder);
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("types: {} can't be written ({why})", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write_types(site: &Site, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, game) in &site.games {
        std::fs::write(folder.join(format!("{name}.d.ts")), game.typescript())?;
    }
    Ok(())
}
