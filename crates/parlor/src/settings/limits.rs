//! Every limit, by the name it is set by.

use super::duration;
use std::time::Duration;

/// What one user, one address or one connection may ask of the site; `--limit NAME=VALUE` sets each by its name here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The longest message, in bytes; a longer one is refused with `too_large`.
    pub message_bytes: usize,
    /// The length, in bytes, from which a message closes its socket with 1009.
    pub close_bytes: usize,
    /// How many messages a second one connection may send.
    pub messages_per_second: u32,
    /// How many messages one connection may send at once.
    pub messages_burst: u32,
    /// How often a quiet connection is asked whether it lives.
    pub ping: Duration,
    /// After how long without a byte a connection is dead.
    pub silence: Duration,
    /// How many unsent frames one connection may have.
    pub outbox_frames: usize,
    /// How many unsent bytes one connection may have.
    pub outbox_bytes: usize,
    /// How long a connection may be over its outbox limits before it is closed with 4008.
    pub slow_for: Duration,
    /// How long a connection may go on sending too fast before it is closed with 4029.
    pub flood_for: Duration,
    /// How many sockets one user may have in one session; one more closes the oldest with 4009.
    pub sockets_per_seat: usize,
    /// How many sockets one user may have on the site.
    pub sockets_per_user: usize,
    /// In how many sessions one user may sit, those the user opened included.
    pub sessions_per_user: usize,
    /// How many handshakes a minute may fail from one address.
    pub failed_handshakes: u32,
    /// How many handshakes a minute one user may make.
    pub handshakes_per_user: u32,
    /// How many wrong passwords a name may get from an address before the delays begin.
    pub login_failures: u32,
    /// How many wrong passwords an hour a name may get from all addresses that it has not signed in from.
    pub login_failures_per_hour: u32,
    /// How many guests an hour may come from one address.
    pub guests_per_hour: u32,
    /// How many sign-ups an hour may come from one address, those whose name is taken included.
    pub sign_ups_per_hour: u32,
    /// The longest body of a request, in bytes; a longer one is answered 413.
    pub body_bytes: usize,
    /// How long the first header of a connection, and the body of any request, may take to arrive.
    pub request_time: Duration,
    /// How long a connection may be idle between two requests, the second one's header included.
    pub keep_alive: Duration,
    /// How many connections may be open without a request; one more cuts off the one that has been so for longest.
    pub waiting: usize,
    /// The same of one address.
    pub waiting_per_address: usize,
    /// How many lines of chat a new connection is shown.
    pub chat_history: usize,
    /// How many ids of applied messages are kept per player and session.
    pub ids_kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 16 << 10,
            close_bytes: 64 << 10,
            messages_per_second: 20,
            messages_burst: 40,
            ping: Duration::from_secs(20),
            silence: Duration::from_secs(45),
            outbox_frames: 64,
            outbox_bytes: 256 << 10,
            slow_for: Duration::from_secs(10),
            flood_for: Duration::from_secs(10),
            sockets_per_seat: 5,
            sockets_per_user: 20,
            sessions_per_user: 10,
            failed_handshakes: 30,
            handshakes_per_user: 60,
            login_failures: 5,
            login_failures_per_hour: 20,
            guests_per_hour: 10,
            sign_ups_per_hour: 20,
            body_bytes: 64 << 10,
            request_time: Duration::from_secs(10),
            keep_alive: Duration::from_secs(75),
            waiting: 8_192,
            waiting_per_address: 256,
            chat_history: 50,
            ids_kept: 1000,
        }
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

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "message_bytes" => self.message_bytes = bytes(value)?,
            "close_bytes" => self.close_bytes = bytes(value)?,
            "messages_per_second" => self.messages_per_second = count(value)?,
            "messages_burst" => self.messages_burst = count(value)?,
            "ping" => self.ping = time(value)?,
            "silence" => self.silence = time(value)?,
            "outbox_frames" => self.outbox_frames = count(value)? as usize,
            "outbox_bytes" => self.outbox_bytes = bytes(value)?,
            "slow_for" => self.slow_for = time(value)?,
            "flood_for" => self.flood_for = time(value)?,
            "sockets_per_seat" => self.sockets_per_seat = count(value)? as usize,
            "sockets_per_user" => self.sockets_per_user = count(value)? as usize,
            "sessions_per_user" => self.sessions_per_user = count(value)? as usize,
            "failed_handshakes" => self.failed_handshakes = count(value)?,
            "handshakes_per_user" => self.handshakes_per_user = count(value)?,
            "login_failures" => self.login_failures = count(value)?,
            "login_failures_per_hour" => self.login_failures_per_hour = count(value)?,
            "guests_per_hour" => self.guests_per_hour = count(value)?,
            "sign_ups_per_hour" => self.sign_ups_per_hour = count(value)?,
            "body_bytes" => self.body_bytes = bytes(value)?,
            "request_time" => self.request_time = time(value)?,
            "keep_alive" => self.keep_alive = time(value)?,
            "waiting" => self.waiting = count(value)? as usize,
            "waiting_per_address" => self.waiting_per_address = count(value)? as usize,
            "chat_history" => self.chat_history = count(value)? as usize,
            "ids_kept" => self.ids_kept = count(value)? as usize,
            _ => {
                return Err(
                    "there is no limit of this name; the manual's page on settings lists them"
                        .into(),
                );
            }
        }
        Ok(())
    }
}

fn count(value: &str) -> Result<u32, String> {
    let count = value.parse().ok().filter(|&n: &u32| (1..=1_000_000).contains(&n));
    count.ok_or_else(|| "write a whole number from 1 to 1000000".into())
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
    use super::Limits;

    #[test]
    fn limits_are_set_by_name() {
        let mut limits = Limits::default();
        limits.set_all("message_bytes=8KiB, messages_burst=5,ping=5s").unwrap();
        assert_eq!((limits.message_bytes, limits.messages_burst), (8192, 5));
        for bad in ["nonsense=1", "ping", "ping=0s", "messages_burst=0"] {
            assert!(Limits::default().set_all(bad).is_err(), "{bad}");
        }
    }
}
