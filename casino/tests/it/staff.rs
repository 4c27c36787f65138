//! The command `user`, by the real program, beside one that serves the same database.

use crate::{
    commands::run,
    program::{Program, folder},
};
use parlor_test::http::{Answer, Request};
use serde_json::json;
use std::path::Path;

const PASSWORD: &str = "correct horse";

fn start(folder: &Path) -> Program {
    start_with(folder, &[])
}

fn start_with(folder: &Path, flags: &[&str]) -> Program {
    let url = format!("sqlite://{}", folder.join("parlor.db").display());
    Program::start(folder, &[&["--database-url", &url], flags].concat(), &[])
}

async fn sign_up(program: &Program, name: &str) -> String {
    let body = json!({"username": name, "password": PASSWORD});
    let answer = program.ask("POST", "/api/signup").json(body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    answer.json()["token"].as_str().expect("a token").to_owned()
}

async fn audit(program: &Program, token: &str) -> Answer {
    program.ask("GET", "/api/admin/audit").bearer(token).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_is_made_while_the_site_serves() {
    let folder = folder();
    let database = folder.path().join("parlor.db");
    let program = start(folder.path());
    let (ann, bob) = (sign_up(&program, "Ann").await, sign_up(&program, "bob").await);
    let guest = program.ask("POST", "/api/guest").await.json();
    assert_eq!(audit(&program, &ann).await.status(), 403);
    let user = |words: &[&str]| run(&[&["user"], words].concat(), &database);
    let say = |text: &str| (0, format!("{text}\n"));
    assert_eq!(user(&["list"]), (0, String::new()));
    assert_eq!(user(&["promote", "ann"]), say("Ann is of the staff now"));
    assert_eq!(audit(&program, &ann).await.status(), 200, "from the next request on");
    assert_eq!(user(&["promote", "ANN"]), say("Ann is of the staff already"));
    assert_eq!(user(&["demote", "bob"]), say("bob is not of the staff"));

    // What can't be is refused in one line that names the mend.
    let guest = guest["username"].as_str().expect("a name");
    for (words, mend) in [
        (["promote", "nobody"], "there is no account named \"nobody\"; sign up as it first"),
        (["demote", "nobody"], "there is no account named \"nobody\"; sign up as it first"),
        (["promote", guest], "name an account with a password"),
    ] {
        let (status, told) = user(&words);
        assert_eq!((status, told.lines().count()), (1, 1), "{words:?}: {told}");
        assert!(told.contains(mend), "{words:?}: {told}");
    }
    let (status, told) = run(&["user", "promote", "ann"], &folder.path().join("nowhere.db"));
    assert!(status == 2 && told.starts_with("--database-url: "), "{told}");

    let path = "/api/admin/players/bob/ban";
    let sentence = json!({"reason": "spam"});
    assert_eq!(program.ask("POST", path).bearer(&ann).json(sentence).await.status(), 200);
    assert_eq!(program.ask("GET", "/api/me").bearer(&bob).await.status(), 401);
    let (status, told) = user(&["promote", "bob"]);
    assert!(status == 1 && told.contains("bob is shut out; let bob in again first"), "{told}");
    assert_eq!(user(&["list"]), say("Ann  staff\nbob  shut out: spam"));

    let acts = audit(&program, &ann).await.json();
    let told = ["action", "staff", "about"].map(|name| acts["acts"][1][name].clone());
    assert_eq!(json!(told), json!(["promote", "command line", "Ann"]), "{acts}");
    assert_eq!(user(&["demote", "ann"]), say("Ann is not of the staff any more"));
    assert_eq!(audit(&program, &ann).await.status(), 403, "from the next request on");
    drop(program);
    assert_eq!(run(&["verify"], &database).0, 0);
}

/// Nothing that the serving program counts on moves: it goes on, and finds all of it at the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_is_written_to_goes_on_while_staff_is_made() {
    let folder = folder();
    let database = folder.path().join("parlor.db");
    let limits = "guests_per_hour=1000000, sessions_per_user=1000000";
    let mut program = start_with(folder.path(), &["--limit", limits]);
    let token = sign_up(&program, "ann").await;
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let (address, bearer) = (program.address(), token.clone());
    let writing = tokio::spawn(async move {
        let mut written = 0;
        while !*stopped.borrow_and_update() {
            // Records, which go into the log, and writes besides.
            for path in ["/api/games/tic-tac-toe/sessions", "/api/guest"] {
                let answer = Request::new(address, "POST", path).bearer(&bearer).await;
                assert_eq!(answer.status(), 201, "{}", answer.text());
                written += 1;
            }
        }
        written
    });
    let changing = tokio::task::spawn_blocking(move || {
        for n in 0..10 {
            let word = if n % 2 == 0 { "promote" } else { "demote" };
            let (status, told) = run(&["user", word, "ann"], &database);
            assert_eq!(status, 0, "{told}");
            assert!(told.ends_with("now\n") || told.ends_with("any more\n"), "{told}");
        }
        database
    });
    let database = changing.await.expect("staff is made");
    stop.send_replace(true);
    assert!(writing.await.expect("the site serves") > 0);
    assert_eq!(program.ask("GET", "/api/me").bearer(&token).await.status(), 200);
    program.signal("TERM");
    assert!(program.ended().success(), "{}", program.log());
    let (status, told) = run(&["verify"], &database);
    assert_eq!(status, 0, "{told}");
}
