//! Settings that can't be used: status 2, and one line on standard error that names the setting.

use crate::program::{Program, casino, folder};
use std::{net::TcpListener, process::Stdio};

/// The line that the program ends with.
fn unusable(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let folder = folder();
    let mut command = casino(arguments, variables);
    if !arguments.iter().any(|argument| argument.starts_with("--bind")) {
        command.args(["--bind", "127.0.0.1:0"]);
    }
    let ended = command.current_dir(folder.path()).stdout(Stdio::piped()).output().unwrap();
    let errors = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{arguments:?} {variables:?}: {errors}");
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), "", "{arguments:?} {variables:?}");
    assert_eq!(errors.lines().count(), 1, "{arguments:?} {variables:?}: {errors}");
    assert!(!errors.to_lowercase().contains("usage"), "{errors}");
    errors
}

#[test]
fn a_flag_that_cannot_be_used_is_named_in_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (arguments, named) in [
        (&["--bind", "nowhere"][..], "--bind"),
        (&["--bind", "127.0.0.1:99999"], "--bind"),
        (&["--bind", &taken], "--bind"),
        (&["--bind", "0.0.0.0:0"], "--public-url"),
        (&["--database-url", "mysql://x"], "--database-url"),
        (&["--database-url", "sqlite://"], "--database-url"),
        (&["--database-url", "sqlite:///proc/nowhere/parlor.db"], "--database-url"),
        (&["--database-url", "sqlite:///"], "--database-url"),
        (&["--redis-url", "nonsense"], "--redis-url"),
        (&["--public-url", "casino"], "--public-url"),
        (&["--public-url", "https://casino.example/path"], "--public-url"),
        (&["--allowed-origins", "https://a.example,b"], "--allowed-origins"),
        (&["--trusted-proxies", "10.0.0.0/99"], "--trusted-proxies"),
        (&["--starting-chips=-5"], "--starting-chips"),
        (&["--starting-chips", "-5"], "--starting-chips"),
        (&["--starting-chips", "1e3"], "--starting-chips"),
        (&["--seat-grace", "soon"], "--seat-grace"),
        (&["--empty-after", "1.5s"], "--empty-after"),
        (&["--turn-time", "30"], "--turn-time"),
        (&["--ending-time=-1s"], "--ending-time"),
        (&["--drain-timeout", ""], "--drain-timeout"),
        (&["--limit", "speed=9"], "--limit"),
        (&["--limit", "ping"], "--limit"),
        (&["--limit", "ping=20s,messages_burst=many"], "--limit"),
        (&["--limit", "message_bytes=1024KiB"], "--limit"),
        (&["--colour", "red"], "--colour"),
        (&["--seat-grace"], "--seat-grace"),
        (&["dance"], "dance"),
    ] {
        let line = unusable(arguments, &[]);
        assert!(line.contains(named), "{arguments:?}: {line}");
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_named_by_its_flag() {
    for (variable, value, named) in [
        ("PARLOR_BIND", "nowhere", "--bind"),
        ("DATABASE_URL", "mysql://x", "--database-url"),
        ("REDIS_URL", "nonsense", "--redis-url"),
        ("PARLOR_PUBLIC_URL", "casino", "--public-url"),
        ("PARLOR_ALLOWED_ORIGINS", "b", "--allowed-origins"),
        ("PARLOR_TRUSTED_PROXIES", "x", "--trusted-proxies"),
        ("PARLOR_STARTING_CHIPS", "x", "--starting-chips"),
        ("PARLOR_SEAT_GRACE", "x", "--seat-grace"),
        ("PARLOR_EMPTY_AFTER", "x", "--empty-after"),
        ("PARLOR_TURN_TIME", "x", "--turn-time"),
        ("PARLOR_ENDING_TIME", "x", "--ending-time"),
        ("PARLOR_DRAIN_TIMEOUT", "x", "--drain-timeout"),
        ("PARLOR_LIMITS", "x", "--limit"),
    ] {
        // A flag would win over the variable.
        let own_bind = if variable == "PARLOR_BIND" { &["serve"][..] } else { &[] };
        let folder = folder();
        let line = match own_bind {
            [] => unusable(&[], &[(variable, value)]),
            serve => {
                let ended = casino(serve, &[(variable, value)]).current_dir(folder.path()).output();
                String::from_utf8(ended.unwrap().stderr).unwrap()
            }
        };
        assert!(line.contains(named), "{variable}: {line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flag_wins_over_its_variable_and_an_empty_variable_is_unset() {
    let folder = folder();
    let database = format!("sqlite://{}/made/for/it/parlor.db", folder.path().display());
    let variables = [
        ("DATABASE_URL", &*database),
        ("PARLOR_STARTING_CHIPS", "5.00"),
        ("PARLOR_SEAT_GRACE", ""),
        ("REDIS_URL", ""),
        ("PARLOR_LIMITS", "guests_per_hour=2,ping=5s"),
    ];
    let program = Program::start(folder.path(), &["--starting-chips", "7.5"], &variables);
    let guest = program.ask("POST", "/api/guest").await;
    let token = guest.json()["token"].as_str().unwrap().to_owned();
    let me = program.ask("GET", "/api/me").bearer(&token).await.json();
    assert_eq!(me["balance"], "7.50");
    assert_eq!(program.ask("POST", "/api/guest").await.status(), 201);
    assert_eq!(program.ask("POST", "/api/guest").await.status(), 429);
    assert!(folder.path().join("made/for/it/parlor.db").exists(), "its folder is made");
}
