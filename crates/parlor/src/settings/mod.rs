//! Settings: what was written on the command line and in the environment, and what it means.
//!
//! A flag wins over its variable; an empty variable counts as unset. What can't be used is a [`SettingError`], one line
//! that names the setting and the mend.

pub(crate) mod duration;
mod limits;

pub(crate) use limits::Limit;
pub use limits::Limits;

use crate::security::{Origin, Origins};
use ipnet::IpNet;
use parlor_core::{Chips, Timing};
use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

/// The flags, as they were typed; each has a variable of the environment beside it.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Listen address [env: PARLOR_BIND] [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    pub bind: Option<String>,
    /// sqlite://FILE[?synchronous=normal] or sqlite::memory: [env: DATABASE_URL] [default: sqlite://data/parlor.db]
    #[arg(long, value_name = "URL", global = true)]
    pub database_url: Option<String>,
    /// Redis or Valkey between several nodes [env: REDIS_URL] [default: none]
    #[arg(long, value_name = "URL", global = true)]
    pub redis_url: Option<String>,
    /// The site's own origin [env: PARLOR_PUBLIC_URL] [default: loopback alone]
    #[arg(long, value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Further origins whose pages may open sockets and call /api [env: PARLOR_ALLOWED_ORIGINS]
    #[arg(long, value_name = "URL,URL", global = true)]
    pub allowed_origins: Option<String>,
    /// Networks whose X-Forwarded-For is believed [env: PARLOR_TRUSTED_PROXIES]
    #[arg(long, value_name = "NET,NET", global = true)]
    pub trusted_proxies: Option<String>,
    /// Balance of a new account [env: PARLOR_STARTING_CHIPS] [default: 1000.00]
    #[arg(long, value_name = "CHIPS", global = true, allow_negative_numbers = true)]
    pub starting_chips: Option<String>,
    /// What who is broke may have once a day, or 0 [env: PARLOR_DAILY_ALLOWANCE] [default: 200.00]
    #[arg(long, value_name = "CHIPS", global = true, allow_negative_numbers = true)]
    pub daily_allowance: Option<String>,
    /// Who has less than this is broke [env: PARLOR_BROKE_BELOW] [default: 10.00]
    #[arg(long, value_name = "CHIPS", global = true, allow_negative_numbers = true)]
    pub broke_below: Option<String>,
    /// How long a seat is kept after its last socket closed [env: PARLOR_SEAT_GRACE] [default: 30s]
    #[arg(long, value_name = "TIME", global = true)]
    pub seat_grace: Option<String>,
    /// When a session without players closes [env: PARLOR_EMPTY_AFTER] [default: 60s]
    #[arg(long, value_name = "TIME", global = true)]
    pub empty_after: Option<String>,
    /// A turn clock, where a game has one [env: PARLOR_TURN_TIME] [default: 30s]
    #[arg(long, value_name = "TIME", global = true)]
    pub turn_time: Option<String>,
    /// How long a finished round stays on the table [env: PARLOR_ENDING_TIME] [default: 15s]
    #[arg(long, value_name = "TIME", global = true)]
    pub ending_time: Option<String>,
    /// How long the records of ended sessions are kept, or forever [env: PARLOR_KEEP_RECORDS] [default: 90d]
    #[arg(long, value_name = "TIME", global = true)]
    pub keep_records: Option<String>,
    /// Longest graceful stop [env: PARLOR_DRAIN_TIMEOUT] [default: 10s]
    #[arg(long, value_name = "TIME", global = true)]
    pub drain_timeout: Option<String>,
    /// Any limit by its name; repeatable, or comma-separated [env: PARLOR_LIMITS]
    #[arg(long = "limit", value_name = "NAME=VALUE", global = true)]
    pub limits: Vec<String>,
}

/// What the flags and variables mean.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub bind: SocketAddr,
    /// Where everything is kept.
    pub database: Database,
    /// The site's own origin, where it was given.
    pub public_url: Option<Origin>,
    /// Other origins whose pages may open sockets and call the API.
    pub allowed_origins: Vec<Origin>,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The balance of a new account.
    pub starting_chips: Chips,
    /// What one who is broke has after the daily allowance; nothing where there is none.
    pub daily_allowance: Chips,
    /// Who has less than this is broke.
    pub broke_below: Chips,
    /// How long a seat is kept after its last socket closed.
    pub seat_grace: Duration,
    /// When a session without players closes.
    pub empty_after: Duration,
    /// The clocks that games ask for.
    pub timing: Timing,
    /// How long the records of ended sessions are kept; `None` is for ever.
    pub keep_records: Option<Duration>,
    /// The longest graceful stop.
    pub drain_timeout: Duration,
    /// Every limit.
    pub limits: Limits,
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file, created with its folder when missing.
    File(std::path::PathBuf, Synchronous),
    /// Nothing outlives the process.
    Memory,
}

/// When what is written to a database's file is forced onto the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// With every commit: what is acknowledged outlives a power cut.
    #[default]
    Full,
    /// Now and then: what is acknowledged outlives the program's end, and a power cut takes the last commits.
    Normal,
}

/// A setting that can't be used: its name, and the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingError {
    setting: &'static str,
    mend: String,
}

impl SettingError {
    /// That setting can't be used; the mend says what to do.
    pub fn new(setting: &'static str, mend: impl Into<String>) -> Self {
        Self { setting, mend: mend.into() }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One line, whatever a system's error message holds.
        write!(f, "{}: {}", self.setting, self.mend.replace(['\n', '\r'], " "))
    }
}

impl Settings {
    /// What these flags mean, with the environment's variables for those that were not typed.
    ///
    /// # Errors
    /// The first setting that can't be used.
    pub fn read(flags: &Flags) -> Result<Self, SettingError> {
        Self::with(flags, |variable| std::env::var(variable).ok())
    }

    /// What these flags mean, with variables from elsewhere.
    pub(crate) fn with(
        flags: &Flags,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SettingError> {
        let pick = |flag: &Option<String>, variable: &str, default: &str| {
            let from_env = || env(variable).filter(|value| !value.trim().is_empty());
            flag.clone().or_else(from_env).unwrap_or_else(|| default.to_owned())
        };
        let time = |name, flag, variable, default| {
            duration::read(&pick(flag, variable, default)).map_err(|m| SettingError::new(name, m))
        };
        let milliseconds = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        let bind = address(&pick(&flags.bind, "PARLOR_BIND", "127.0.0.1:8000"))?;
        let database =
            database(&pick(&flags.database_url, "DATABASE_URL", "sqlite://data/parlor.db"))?;
        if !pick(&flags.redis_url, "REDIS_URL", "").is_empty() {
            return Err(SettingError::new(
                "--redis-url",
                "this version runs as one node; leave it out",
            ));
        }
        let public_url = match pick(&flags.public_url, "PARLOR_PUBLIC_URL", "").as_str() {
            "" => None,
            url => Some(Origin::parse(url.trim_end_matches('/')).ok_or_else(|| {
                SettingError::new("--public-url", "write an origin such as https://casino.example")
            })?),
        };
        if public_url.is_none() && !bind.ip().is_loopback() {
            return Err(SettingError::new(
                "--public-url",
                "bound to an address that others can reach, the site must know its own origin; \
                 add --public-url https://YOUR.SITE, or bind to 127.0.0.1",
            ));
        }
        let mut limits = Limits::default();
        for text in env("PARLOR_LIMITS").iter().chain(&flags.limits) {
            limits.set_all(text).map_err(|mend| SettingError::new("--limit", mend))?;
        }
        limits.check().map_err(|mend| SettingError::new("--limit", mend))?;
        let turn = time("--turn-time", &flags.turn_time, "PARLOR_TURN_TIME", "30s")?;
        let ending = time("--ending-time", &flags.ending_time, "PARLOR_ENDING_TIME", "15s")?;
        let chips = |name, flag, variable, default| {
            let mend = |_| SettingError::new(name, format!("write an amount such as {default}"));
            pick(flag, variable, default).parse::<Chips>().map_err(mend)
        };
        Ok(Self {
            bind,
            database,
            public_url,
            allowed_origins: list(
                "--allowed-origins",
                &pick(&flags.allowed_origins, "PARLOR_ALLOWED_ORIGINS", ""),
                "write origins such as https://friend.example, with commas between them",
                |text| Origin::parse(text.trim_end_matches('/')),
            )?,
            trusted_proxies: list(
                "--trusted-proxies",
                &pick(&flags.trusted_proxies, "PARLOR_TRUSTED_PROXIES", ""),
                "write networks such as 10.0.0.0/8, with commas between them",
                network,
            )?,
            starting_chips: chips(
                "--starting-chips",
                &flags.starting_chips,
                "PARLOR_STARTING_CHIPS",
                "1000.00",
            )?,
            daily_allowance: chips(
                "--daily-allowance",
                &flags.daily_allowance,
                "PARLOR_DAILY_ALLOWANCE",
                "200.00",
            )?,
            broke_below: chips("--broke-below", &flags.broke_below, "PARLOR_BROKE_BELOW", "10.00")?,
            seat_grace: time("--seat-grace", &flags.seat_grace, "PARLOR_SEAT_GRACE", "30s")?,
            empty_after: time("--empty-after", &flags.empty_after, "PARLOR_EMPTY_AFTER", "60s")?,
            keep_records: duration::read_kept(&pick(
                &flags.keep_records,
                "PARLOR_KEEP_RECORDS",
                "90d",
            ))
            .map_err(|mend| SettingError::new("--keep-records", mend))?,
            timing: Timing { turn: milliseconds(turn), ending: milliseconds(ending) },
            drain_timeout: time(
                "--drain-timeout",
                &flags.drain_timeout,
                "PARLOR_DRAIN_TIMEOUT",
                "10s",
            )?,
            limits,
        })
    }

    /// Whose pages may open sockets and send forms, once the port is known.
    pub(crate) fn origins(&self, port: u16) -> Origins {
        Origins::new(self.public_url.clone(), self.allowed_origins.clone(), port)
    }
}

fn address(text: &str) -> Result<SocketAddr, SettingError> {
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        SettingError::new(
            "--bind",
            format!("write an address such as 127.0.0.1:8000, not {text:?}"),
        )
    })
}

fn database(url: &str) -> Result<Database, SettingError> {
    if url == "sqlite::memory:" {
        return Ok(Database::Memory);
    }
    let wrong = |mend: &str| Err(SettingError::new("--database-url", mend));
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return wrong("this version keeps everything in SQLite; write sqlite://FILE");
    }
    let (file, options) = url.split_once('?').map_or((url, None), |(file, how)| (file, Some(how)));
    let synchronous = match options {
        None | Some("synchronous=full") => Synchronous::Full,
        Some("synchronous=normal") => Synchronous::Normal,
        Some(_) => {
            return wrong(
                "after the file, write ?synchronous=full, ?synchronous=normal or nothing",
            );
        }
    };
    match file.strip_prefix("sqlite://") {
        Some(file) if !file.is_empty() => Ok(Database::File(file.into(), synchronous)),
        _ => wrong("write sqlite://FILE or sqlite::memory:"),
    }
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse().ok().map(|ip: std::net::IpAddr| IpNet::from(ip)))
}

fn list<T>(
    name: &'static str,
    text: &str,
    mend: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, SettingError> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| read(part).ok_or_else(|| SettingError::new(name, mend))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Database, Flags, Settings, Synchronous};

    fn read(flags: &Flags, env: &[(&str, &str)]) -> Result<Settings, String> {
        let get =
            |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Settings::with(flags, get).map_err(|error| error.to_string())
    }

    #[test]
    fn a_flag_wins_and_an_empty_variable_is_unset() {
        let flags = Flags { seat_grace: Some("5s".into()), ..Flags::default() };
        let env =
            [("PARLOR_SEAT_GRACE", "9s"), ("PARLOR_BIND", ""), ("DATABASE_URL", "sqlite::memory:")];
        let settings = read(&flags, &env).unwrap();
        assert_eq!(settings.seat_grace.as_secs(), 5);
        assert_eq!(settings.bind.port(), 8000);
        assert_eq!(settings.database, Database::Memory);
    }

    #[test]
    fn a_database_may_say_how_often_it_is_forced_onto_the_disk() {
        let database = |url| read(&Flags::default(), &[("DATABASE_URL", url)]).unwrap().database;
        let file = |synchronous| Database::File("a.db".into(), synchronous);
        assert_eq!(database("sqlite://a.db"), file(Synchronous::Full));
        assert_eq!(database("sqlite://a.db?synchronous=full"), file(Synchronous::Full));
        assert_eq!(database("sqlite://a.db?synchronous=normal"), file(Synchronous::Normal));
    }

    #[test]
    fn what_cannot_be_used_is_named_in_one_line() {
        let cases = [
            ("PARLOR_BIND", "nowhere", "--bind: "),
            ("PARLOR_BIND", "0.0.0.0:80", "--public-url: "),
            ("DATABASE_URL", "mysql://x", "--database-url: "),
            ("DATABASE_URL", "sqlite://x?synchronous=off", "--database-url: "),
            ("DATABASE_URL", "sqlite::memory:?synchronous=full", "--database-url: "),
            ("DATABASE_URL", "postgres://x", "--database-url: "),
            ("REDIS_URL", "redis://x", "--redis-url: "),
            ("PARLOR_PUBLIC_URL", "casino", "--public-url: "),
            ("PARLOR_ALLOWED_ORIGINS", "https://a.example,b", "--allowed-origins: "),
            ("PARLOR_TRUSTED_PROXIES", "10.0.0.0/99", "--trusted-proxies: "),
            ("PARLOR_STARTING_CHIPS", "-5", "--starting-chips: "),
            ("PARLOR_TURN_TIME", "soon", "--turn-time: "),
            ("PARLOR_KEEP_RECORDS", "always", "--keep-records: "),
            ("PARLOR_LIMITS", "speed=9", "--limit: "),
            ("PARLOR_LIMITS", "message_bytes=128KiB", "--limit: "),
        ];
        for (variable, value, start) in cases {
            let error = read(&Flags::default(), &[(variable, value)]).unwrap_err();
            assert!(error.starts_with(start) && !error.contains('\n'), "{error}");
        }
    }
}
