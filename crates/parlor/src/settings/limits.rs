//! Every limit, by the name it is set by.

use super::duration;
use std::time::Duration;

/// Makes [`Limits`] and [`Limit`] of one table, so that there is no limit without a setting's name and a metric's.
macro_rules! limits {
    (
        set: { $($(#[$doc:meta])* $kind:ident $name:ident: $type:ty = $default:expr, $read:ident;)* }
        fixed: { $($(#[$fixed_doc:meta])* $fixed_kind:ident $fixed_name:ident;)* }
    ) => {
        /// What one user, one address, one connection and the site as a whole may ask for; `--limit NAME=VALUE` sets each by
        /// its name here.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
                match name {
                    $(stringify!($name) => self.$name = $read(value)?,)*
                    _ => {
                        let why = "there is no limit of this name; the manual's page on settings lists them";
                        return Err(why.into());
                    }
                }
                Ok(())
            }
        }

        /// Every bound that can be reached: those that are set, and those that are constants of the room they are in. What
        /// reaches one is counted by its name, in [`Metrics::hit`](crate::metrics::Metrics::hit).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Limit {
            $($(#[$doc])* $kind,)*
            $($(#[$fixed_doc])* $fixed_kind,)*
        }

        impl Limit {
            /// The names of all, in their order.
            pub(crate) const NAMES: &[&str] =
                &[$(stringify!($name),)* $(stringify!($fixed_name),)*];
        }
    };
}

limits! {
    set: {
        /// The longest message, in bytes; a longer one is refused with `too_large`.
        MessageBytes message_bytes: usize = 16 << 10, bytes;
        /// The length, in bytes, from which a message closes its socket with 1009.
        CloseBytes close_bytes: usize = 64 << 10, bytes;
        /// How many messages a second one connection may send.
        MessagesPerSecond messages_per_second: u32 = 20, count;
        /// How many messages one connection may send at once.
        MessagesBurst messages_burst: u32 = 40, count;
        /// How often a quiet connection is asked whether it lives.
        Ping ping: Duration = Duration::from_secs(20), time;
        /// After how long without a byte a connection is dead.
        Silence silence: Duration = Duration::from_secs(45), time;
        /// How many unsent frames one connection may have.
        OutboxFrames outbox_frames: usize = 64, number;
        /// How many unsent bytes one connection may have.
        OutboxBytes outbox_bytes: usize = 256 << 10, bytes;
        /// How long a connection may be over its outbox limits before it is closed with 4008.
        SlowFor slow_for: Duration = Duration::from_secs(10), time;
        /// How long a connection may go on sending too fast before it is closed with 4029.
        FloodFor flood_for: Duration = Duration::from_secs(10), time;
        /// How many sockets one user may have in one session; one more closes the oldest with 4009.
        SocketsPerSeat sockets_per_seat: usize = 5, number;
        /// How many sockets one user may have on the site.
        SocketsPerUser sockets_per_user: usize = 20, number;
        /// In how many sessions one user may sit, those the user opened included.
        SessionsPerUser sessions_per_user: usize = 10, number;
        /// How many handshakes a minute may fail from one address.
        FailedHandshakes failed_handshakes: u32 = 30, count;
        /// How many handshakes a minute one user may make.
        HandshakesPerUser handshakes_per_user: u32 = 60, count;
        /// How many wrong passwords a name may get from an address before the delays begin.
        LoginFailures login_failures: u32 = 5, count;
        /// How many guests an hour may come from one address.
        GuestsPerHour guests_per_hour: u32 = 10, count;
        /// How many lines of chat a new connection is shown.
        ChatHistory chat_history: usize = 50, number;
        /// How many ids of applied messages are kept per player and session.
        IdsKept ids_kept: usize = 1000, number;
        /// How many sockets may be open on the site.
        Sockets sockets: usize = 50_000, number;
        /// How many sessions may be open on the site, awake or asleep.
        Sessions sessions: usize = 100_000, number;
    }
    fixed: {
        /// The commands that wait for one session.
        Mailbox mailbox;
        /// The records of one session that are applied and not stored yet.
        RecordsAhead records_ahead;
        /// What waits for the commits of one session: frames, answers, goodbyes.
        Deliveries deliveries;
        /// The writes that wait for the one task that writes.
        CommitQueue commit_queue;
        /// The events, and their bytes, that a session keeps for those who come back.
        History history;
        /// The players of whom a session keeps ids.
        IdsPlayers ids_players;
        /// The unused tickets of one player.
        TicketsPerPlayer tickets_per_player;
        /// The passwords that wait to be hashed.
        PasswordsWaiting passwords_waiting;
        /// The names and addresses whose wrong passwords are remembered.
        FailuresKept failures_kept;
        /// The addresses or users whose rates are remembered.
        RatesKept rates_kept;
        /// The largest body of a request.
        BodyBytes body_bytes;
        /// The groups that one connection is in.
        GroupsPerConnection groups_per_connection;
        /// How long a hook may take.
        HookTime hook_time;
        /// How long the goodbye of a connection may take.
        GoodbyeTime goodbye_time;
    }
}

impl Limits {
    /// Reads `NAME=VALUE`, or several with commas between them.
    pub(crate) fn set_all(&mut self, text: &str) -> Result<(), String> {
        text.split(',').map(str::trim).filter(|one| !one.is_empty()).try_for_each(|one| {
            let (name, value) = one
                .split_once('=')
                .ok_or_else(|| format!("write NAME=VALUE instead of {one:?}"))?;
            self.set(name.trim(), value.trim()).map_err(|why| format!("{name}: {why}"))
        })
    }

    /// What the limits must be to each other, once all are read.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.message_bytes > self.close_bytes {
            return Err("message_bytes: set it to close_bytes at the most".into());
        }
        Ok(())
    }
}

fn count(value: &str) -> Result<u32, String> {
    let count = value.parse().ok().filter(|&n: &u32| (1..=1_000_000).contains(&n));
    count.ok_or_else(|| "write a whole number from 1 to 1000000".into())
}

fn number(value: &str) -> Result<usize, String> {
    count(value).map(|count| count as usize)
}

fn bytes(value: &str) -> Result<usize, String> {
    let (number, unit) = match value.strip_suffix("KiB") {
        Some(number) => (number.trim(), 1 << 10),
        None => (value, 1),
    };
    let bytes = number.parse().ok().and_then(|n: usize| n.checked_mul(unit));
    bytes.filter(|n| (64..=16 << 20).contains(n)).ok_or_else(|| {
        "write a number of bytes from 64 to 16777216, or of KiB such as 16KiB".into()
    })
}

fn time(value: &str) -> Result<Duration, String> {
    let time = duration::read(value)?;
    if time.is_zero() { Err("write a duration above nothing".into()) } else { Ok(time) }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limits};

    #[test]
    fn limits_are_set_by_name() {
        let mut limits = Limits::default();
        limits.set_all("message_bytes=8KiB, messages_burst=5,ping=5s").unwrap();
        assert_eq!((limits.message_bytes, limits.messages_burst), (8192, 5));
        for bad in ["nonsense=1", "ping", "ping=0s", "messages_burst=0"] {
            assert!(Limits::default().set_all(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_manual_has_every_limit() {
        let manual = include_str!("../../../../docs/operations.md");
        let rows: Vec<&str> = manual.lines().filter(|line| line.starts_with("| `")).collect();
        for name in Limit::NAMES {
            let name = format!("`{name}`");
            let named =
                |row: &&&str| row.split(" | ").next().is_some_and(|first| first.contains(&name));
            assert!(rows.iter().any(|row| named(&row)), "{name}");
        }
    }

    #[test]
    fn every_limit_has_a_name_of_its_own() {
        assert_eq!(Limit::NAMES[Limit::MessageBytes as usize], "message_bytes");
        assert_eq!(Limit::NAMES[Limit::Mailbox as usize], "mailbox");
        assert_eq!(Limit::NAMES.last(), Some(&"goodbye_time"));
        let names: std::collections::BTreeSet<_> = Limit::NAMES.iter().collect();
        assert_eq!(names.len(), Limit::NAMES.len());
    }
}
