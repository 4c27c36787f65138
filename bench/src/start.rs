//! What a full database costs at a start: until the site listens, and until it has answered with the list of its tables.

use crate::{
    game::TableWorkload,
    http::{get, post},
    machine,
    report::{Spread, table},
    server::Server,
};
use anyhow::{Context as _, Result, ensure};
use clap::Args;
use parlor::prelude::Game as _;
use parlor_test::Database;
use std::{env, fs, path::Path, time::Instant};
use tokio::runtime::Runtime;

/// How many tables one guest opens: as many as a site lets one open.
const TABLES_A_GUEST: usize = 10;

/// How to measure.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// How often each is started
    #[arg(long, default_value_t = 25)]
    rounds: usize,
    /// How many sessions the full database has
    #[arg(long, default_value_t = 100_000)]
    sessions: usize,
    /// How many of them are open; the others are over, and in the archive
    #[arg(long, default_value_t = 1_000)]
    open: usize,
}

/// What one start took, in milliseconds.
#[derive(Debug)]
struct Took {
    listening: f64,
    answered: f64,
}

impl Start {
    /// Measures, and prints the report.
    ///
    /// # Errors
    /// What keeps a site from being started or asked.
    pub(crate) fn run(&self) -> Result<()> {
        let Self { rounds, sessions, open } = *self;
        ensure!(
            rounds > 0 && open <= sessions,
            "--rounds is above nothing, --open within --sessions"
        );
        let folder = env::current_exe()?.with_file_name("bench-databases").join("start");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        machine::refuse_memory(&folder)?;
        let machine = machine::describe(&folder);
        let runtime = Runtime::new()?;
        let [empty, full] = ["empty.db", "full.db"].map(|name| folder.join(name));
        drop(Server::start(&address(&empty))?);
        runtime.block_on(self.fill(&full))?;
        let mut took: [Vec<Took>; 2] = Default::default();
        for round in 0..rounds {
            for turn in 0..2 {
                let which = (round + turn) % 2;
                took[which].push(runtime.block_on(once([&empty, &full][which], which * open))?);
            }
        }
        fs::remove_dir_all(&folder)?;
        let figures: [fn(&Took) -> f64; 2] = [|it| it.listening, |it| it.answered];
        let row = |name: &str, show: &dyn Fn(fn(&Took) -> f64) -> Spread, digits| {
            [name.to_owned()].into_iter().chain(figures.map(|it| show(it).show(digits))).collect()
        };
        let each = |which: usize, figure| took[which].iter().map(figure).collect::<Vec<f64>>();
        let rows = [
            row("empty, ms", &|it| Spread::of(each(0, it)), 1),
            row("full, ms", &|it| Spread::of(each(1, it)), 1),
            row("full to empty", &|it| Spread::of_ratios(&each(1, it), &each(0, it)), 2),
        ];
        print!(
            "# What a full database costs at a start\n\n{machine}- command: `cargo xtask bench start --rounds {rounds} \
             --sessions {sessions} --open {open}`\n\nMedians of {rounds} starts after a kill, least and most in \
             parentheses.\n\n{}",
            table(&["database", "listens", "has listed its tables"], &rows)
        );
        Ok(())
    }

    /// Opens tables as players do, and puts others beside them that are over.
    async fn fill(&self, file: &Path) -> Result<()> {
        let server = Server::start(&address(file))?;
        let mut token = String::new();
        for table in 0..self.open {
            if table % TABLES_A_GUEST == 0 {
                let guest = post(server.address(), "/api/guest", None).await?;
                let guest: serde_json::Value = serde_json::from_str(&guest)?;
                token = guest["token"].as_str().context("no token")?.to_owned();
            }
            post(server.address(), &tables(), Some(&token)).await?;
        }
        drop(server);
        let mut database = Database::open(file).await;
        let random = |bytes: u8| format!("lower(hex(randomblob({bytes})))");
        let id = format!(
            "{} || '-' || {two} || '-4' || substr({two}, 2) || '-8' || substr({two}, 2) || '-' || {}",
            random(4),
            random(6),
            two = random(2)
        );
        let over = format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
             INSERT INTO sessions (id, game, rules, private, created, closed, summary, archived) \
             SELECT {id}, '{}', 1, 0, i, i + 1, '{{}}', 2 FROM n",
            self.sessions - self.open,
            TableWorkload::NAME
        );
        if self.open < self.sessions {
            database.change(&over).await;
        }
        let archive = "INSERT INTO archives SELECT id, 50, zeroblob(32), randomblob(2000) \
                       FROM sessions WHERE archived = 2";
        database.change(archive).await;
        database.close().await;
        Ok(())
    }
}

/// Starts a site whose last run was killed, and asks for its tables, of which there must be so many.
async fn once(file: &Path, open: usize) -> Result<Took> {
    let started = Instant::now();
    let server = Server::start(&address(file))?;
    let listening = started.elapsed();
    let listed = get(server.address(), &tables()).await?;
    let answered = started.elapsed();
    let listed: Vec<serde_json::Value> = serde_json::from_str(&listed)?;
    ensure!(listed.len() == open, "{} tables are listed, and {open} are open", listed.len());
    Ok(Took { listening: listening.as_secs_f64() * 1e3, answered: answered.as_secs_f64() * 1e3 })
}

fn address(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn tables() -> String {
    format!("/api/games/{}/sessions", TableWorkload::NAME)
}
