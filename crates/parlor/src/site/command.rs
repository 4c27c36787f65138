//! The commands of a site's binary, as Django's manage.py: `serve` (also without a word) and `types`.

use super::Site;
use crate::settings::{Flags, SettingError, Settings};
use clap::{Parser, Subcommand};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};
use tracing_subscriber::EnvFilter;

#[derive(Debug, Parser)]
#[command(version, about = "Serves a site of games that people play together")]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
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
    let running = match site.start(settings).await {
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
