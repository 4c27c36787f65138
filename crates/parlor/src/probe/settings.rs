//! What an operator writes: the command line, and the environment.

use crate::{
    clock::Clock,
    settings::{Database, Flags, Limits, Settings, Synchronous},
    site::Line,
};
use clap::{CommandFactory as _, FromArgMatches as _};
use std::{
    cell::RefCell,
    net::{SocketAddr, ToSocketAddrs as _},
    time::Duration,
};

thread_local! {
    /// Building it takes longer than reading a command line.
    static COMMAND: RefCell<clap::Command> = RefCell::new(Line::command());
}

/// Reads settings. A line that begins with `env ` is a variable, `env PARLOR_BIND=127.0.0.1:0`; any other one word of the
/// command line.
///
/// # Panics
/// Where a setting that can't be used is not named in one line, or settings that can be used don't come again when they are
/// written down.
pub fn probe(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let (variables, words): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("env "));
    let variable = |name: &str| {
        let lines = variables.iter().rev();
        let mut values = lines.filter_map(|line| line[4..].strip_prefix(name)?.strip_prefix('='));
        values.next().map(str::to_owned)
    };
    let Some(flags) = flags(&words) else { return false };
    if flags.bind.clone().or_else(|| variable("PARLOR_BIND")).is_some_and(|bind| asks(&bind)) {
        return false;
    }
    match Settings::with(&flags, variable) {
        Ok(settings) => {
            check(&settings);
            let again = Settings::with(&written(&settings), |_| None);
            let again = again.unwrap_or_else(|why| panic!("{why}, of {settings:?}"));
            assert_eq!(format!("{again:?}"), format!("{settings:?}"));
            true
        }
        Err(error) => {
            let line = error.to_string();
            assert!(line.starts_with("--") && line.contains(": "), "{line}");
            assert!(!line.contains(['\n', '\r']), "{line:?}");
            false
        }
    }
}

fn flags(words: &[&str]) -> Option<Flags> {
    let words = ["site"].iter().chain(words);
    let read = COMMAND.with_borrow_mut(|command| command.try_get_matches_from_mut(words));
    match read {
        Ok(matches) => Some(Line::from_arg_matches(&matches).expect("what was matched").flags),
        Err(error) => {
            assert!(!error.to_string().trim().is_empty());
            None
        }
    }
}

/// Whether the name would have to be asked for in the network.
fn asks(bind: &str) -> bool {
    let port = bind.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    port && bind.parse::<SocketAddr>().is_err()
}

fn check(settings: &Settings) {
    settings.limits.check().expect("limits that fit each other");
    let Limits { ping, silence, slow_for, flood_for, .. } = settings.limits;
    let Settings { seat_grace, empty_after, drain_timeout, keep_records, .. } = settings;
    let times = [ping, silence, slow_for, flood_for, *seat_grace, *empty_after, *drain_timeout];
    for time in times.iter().chain(keep_records) {
        assert!(Clock::system().now().checked_add(*time * 2).is_some(), "{time:?}");
    }
    assert!((0..=7 * 24 * 3_600_000).contains(&settings.timing.turn));
    assert!((0..=7 * 24 * 3_600_000).contains(&settings.timing.ending));
    assert!(settings.public_url.is_some() || settings.bind.ip().is_loopback());
    assert_eq!(settings.bind.to_socket_addrs().expect("an address").count(), 1);
    let origins = settings.origins(settings.bind.port());
    assert_eq!(settings.public_url.is_some(), settings.public_url.as_ref() == Some(origins.site()));
}

/// The flags that say the same.
fn written(settings: &Settings) -> Flags {
    let Settings {
        bind,
        database,
        public_url,
        allowed_origins,
        trusted_proxies,
        starting_chips,
        daily_allowance,
        broke_below,
        seat_grace,
        empty_after,
        timing,
        keep_records,
        drain_timeout,
        limits,
    } = settings;
    let list = |all: Vec<String>| Some(all.join(","));
    let time = |time: &Duration| Some(format!("{}ms", time.as_millis()));
    let database = match database {
        Database::Memory => "sqlite::memory:".to_owned(),
        Database::File(file, how) => {
            let how = if *how == Synchronous::Full { "full" } else { "normal" };
            format!("sqlite://{}?synchronous={how}", file.display())
        }
    };
    Flags {
        bind: Some(bind.to_string()),
        database_url: Some(database),
        redis_url: None,
        public_url: public_url.as_ref().map(|origin| origin.as_str().to_owned()),
        allowed_origins: list(allowed_origins.iter().map(|o| o.as_str().to_owned()).collect()),
        trusted_proxies: list(trusted_proxies.iter().map(ToString::to_string).collect()),
        starting_chips: Some(starting_chips.to_string()),
        daily_allowance: Some(daily_allowance.to_string()),
        broke_below: Some(broke_below.to_string()),
        seat_grace: time(seat_grace),
        empty_after: time(empty_after),
        turn_time: Some(format!("{}ms", timing.turn)),
        ending_time: Some(format!("{}ms", timing.ending)),
        keep_records: keep_records.as_ref().map_or(Some("forever".into()), time),
        drain_timeout: time(drain_timeout),
        limits: vec![limits_of(limits)],
    }
}

fn limits_of(limits: &Limits) -> String {
    let Limits {
        message_bytes,
        close_bytes,
        messages_per_second,
        messages_burst,
        ping,
        silence,
        outbox_frames,
        outbox_bytes,
        slow_for,
        flood_for,
        sockets_per_seat,
        sockets_per_user,
        sessions_per_user,
        failed_handshakes,
        handshakes_per_user,
        login_failures,
        login_failures_per_hour,
        guests_per_hour,
        sign_ups_per_hour,
        body_bytes,
        request_time,
        keep_alive,
        waiting,
        waiting_per_address,
        chat_history,
        ids_kept,
        sockets,
        sessions,
    } = limits;
    let (ping, silence) = (ping.as_millis(), silence.as_millis());
    let (request_time, keep_alive) = (request_time.as_millis(), keep_alive.as_millis());
    let (slow_for, flood_for) = (slow_for.as_millis(), flood_for.as_millis());
    format!(
        "message_bytes={message_bytes}, close_bytes={close_bytes}, \
         messages_per_second={messages_per_second}, messages_burst={messages_burst}, ping={ping}ms, \
         silence={silence}ms, outbox_frames={outbox_frames}, outbox_bytes={outbox_bytes}, \
         slow_for={slow_for}ms, flood_for={flood_for}ms, sockets_per_seat={sockets_per_seat}, \
         sockets_per_user={sockets_per_user}, sessions_per_user={sessions_per_user}, \
         failed_handshakes={failed_handshakes}, handshakes_per_user={handshakes_per_user}, \
         login_failures={login_failures}, login_failures_per_hour={login_failures_per_hour}, \
         guests_per_hour={guests_per_hour}, sign_ups_per_hour={sign_ups_per_hour}, \
         body_bytes={body_bytes}, request_time={request_time}ms, keep_alive={keep_alive}ms, \
         waiting={waiting}, waiting_per_address={waiting_per_address}, \
         chat_history={chat_history}, ids_kept={ids_kept}, sockets={sockets}, sessions={sessions}"
    )
}
