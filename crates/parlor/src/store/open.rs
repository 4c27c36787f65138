//! Opening the database.

use super::aside::COMMITS;
use crate::settings::{Database, Synchronous};
use anyhow::Context as _;
use sqlx::{
    AnyConnection, AnyPool, Connection as _, SqlSafeStr as _,
    any::AnyPoolOptions,
    migrate::{Migration, MigrationType, Migrator},
};
use std::{path::Path, sync::Once, time::Duration};

/// The first library without the bug that can corrupt a database when two connections reset its log at once
/// (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How many readers may ask at once.
const READERS: u32 = 4;

/// Each table's text, in the order of time. The word for bytes differs between engines, and that for a number by which SQLite
/// orders the rows themselves.
const MIGRATIONS: [(i64, &str, &str); 7] = [
    (1, "first", include_str!("migrations/0001_first.sql")),
    (2, "archives", include_str!("migrations/0002_archives.sql")),
    (3, "runs", include_str!("migrations/0003_runs.sql")),
    (4, "accounts", include_str!("migrations/0004_accounts.sql")),
    (5, "staff", include_str!("migrations/0005_staff.sql")),
    (6, "shares", include_str!("migrations/0006_shares.sql")),
    (7, "speakers", include_str!("migrations/0007_speakers.sql")),
];

/// Opens the pool of readers, and the pool of the one writer.
pub(super) async fn open(database: &Database) -> anyhow::Result<(AnyPool, AnyPool)> {
    static DRIVERS: Once = Once::new();
    DRIVERS.call_once(sqlx::any::install_default_drivers);
    match database {
        // Each connection would have a database of its own, so there is one, and it is never closed for being idle.
        Database::Memory => {
            let one = options(1, Synchronous::Full, &[]).idle_timeout(None).max_lifetime(None);
            let pool = one.connect("sqlite::memory:").await?;
            let mut only = pool.acquire().await?;
            bring_up_to_date(&mut only).await?;
            run_all(&mut only, &COMMITS).await?;
            drop(only);
            Ok((pool.clone(), pool))
        }
        Database::File(path, synchronous) => {
            let url = create_folder(path)?;
            // A pool would try again and again until its time is out, and then not say why. This one is dropped after the
            // pools are open: a last connection that is closed would rewrite the file.
            let mut first = AnyConnection::connect(&url).await?;
            prepare(&mut first, *synchronous).await?;
            bring_up_to_date(&mut first).await?;
            let writing = options(1, *synchronous, &COMMITS).connect(&url).await?;
            Ok((options(READERS, *synchronous, &[]).connect(&url).await?, writing))
        }
    }
}

async fn bring_up_to_date(connection: &mut AnyConnection) -> anyhow::Result<()> {
    check_version(connection).await?;
    migrate(connection, MIGRATIONS.len()).await.context("its tables can't be brought up to date")
}

fn create_folder(path: &Path) -> anyhow::Result<String> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("its folder {} can't be made", folder.display()))?;
    }
    // In a URL these have a meaning of their own.
    let escaped = path.display().to_string();
    let escaped = escaped.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(format!("sqlite://{escaped}?mode=rwc"))
}

/// A pool of so many connections at the most, each of which runs these statements first.
fn options(
    connections: u32,
    synchronous: Synchronous,
    statements: &'static [&'static str],
) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        // It is a file: a connection to it does not die of being idle, and asking it first would cost a trip more.
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                prepare(connection, synchronous).await?;
                run_all(connection, statements).await
            })
        })
}

async fn prepare(
    connection: &mut AnyConnection,
    synchronous: Synchronous,
) -> Result<(), sqlx::Error> {
    let synchronous = match synchronous {
        Synchronous::Full => "PRAGMA synchronous = FULL",
        Synchronous::Normal => "PRAGMA synchronous = NORMAL",
    };
    let statements = [
        // Only where the file is about to be made. Commits are rows of many records, and of a page so large a commit writes
        // half as many; a lone record still writes one.
        "PRAGMA page_size = 8192",
        "PRAGMA journal_mode = WAL",
        synchronous,
        "PRAGMA foreign_keys = ON",
        "PRAGMA busy_timeout = 10000",
        "PRAGMA temp_store = MEMORY",
    ];
    run_all(connection, &statements).await
}

async fn run_all(
    connection: &mut AnyConnection,
    statements: &[&'static str],
) -> Result<(), sqlx::Error> {
    for statement in statements {
        sqlx::query(*statement).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes, though nothing.
pub(super) async fn write_nothing(pool: &AnyPool) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM records WHERE 0 = 1").execute(pool).await.map(drop)
}

async fn check_version(connection: &mut AnyConnection) -> anyhow::Result<()> {
    let (version,): (String,) =
        sqlx::query_as("SELECT sqlite_version()").fetch_one(connection).await?;
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    anyhow::ensure!(
        numbers.as_slice() >= OLDEST_SQLITE.as_slice(),
        "SQLite {version} has a bug that can corrupt databases; build with 3.51.3 or newer"
    );
    Ok(())
}

fn in_sqlite(sql: &str) -> String {
    sql.replace("BYTES", "BLOB").replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
}

/// Brings the tables to the form that so many migrations lead to.
pub(super) async fn migrate(connection: &mut AnyConnection, count: usize) -> anyhow::Result<()> {
    let migrations = MIGRATIONS.into_iter().take(count).map(|(version, name, sql)| {
        let sql = sqlx::AssertSqlSafe(in_sqlite(sql)).into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    let migrations: Vec<Migration> = migrations.collect();
    Ok(Migrator::with_migrations(migrations).run(connection).await?)
}
