//! What can wait is stored all the same, and to the letter.

use super::{
    Line, Session, Store, WriteError, append,
    journal::{change, file, open},
    store,
};
use tokio::sync::mpsc;

fn line(session: &mut Session, text: &str) -> super::Append {
    let line = Line { player: session.id, name: "ann".into(), text: text.into() };
    session.next(Vec::new()).said(line).can_wait()
}

async fn said(store: &Store, session: &Session) -> Vec<String> {
    let said = store.said_after(session.id, 0).await.expect("chat");
    said.into_iter().map(|(_, text)| text).collect()
}

#[tokio::test]
async fn what_is_said_is_kept_to_the_letter() {
    let texts = [
        "hi",
        "",
        "\0",
        "a\0b",
        "\"\\\u{2028}'); --",
        "\u{1f0a1} \u{e9}",
        "5",
        "null",
        "\u{feff}\u{1}",
    ];
    let (_folder, file) = file();
    for store in [store().await, open(&file).await] {
        let mut session = Session::create(&store).await;
        for text in texts {
            assert_eq!(append(&store, vec![line(&mut session, text)]).await, [Ok(())]);
        }
        let all = texts.iter().map(|text| line(&mut session, text)).collect();
        assert!(append(&store, all).await.iter().all(Result::is_ok));
        // With what is a transaction of several statements, too.
        let last = line(&mut session, "a\0b\"").closes();
        assert_eq!(append(&store, vec![last]).await, [Ok(())]);
        let wanted: Vec<&str> = texts.iter().chain(&texts).copied().chain(["a\0b\""]).collect();
        assert_eq!(said(&store, &session).await, wanted);
    }
}

#[tokio::test]
async fn lines_are_stored_also_where_nothing_follows_them() {
    let (_folder, file) = file();
    let store = open(&file).await;
    let mut session = Session::create(&store).await;
    for n in 0..8 {
        assert_eq!(append(&store, vec![line(&mut session, &n.to_string())]).await, [Ok(())]);
    }
    // The last program to go takes nothing with it that it was given.
    let (told, mut heard) = mpsc::unbounded_channel();
    for n in 8..12 {
        assert_eq!(store.append(line(&mut session, &n.to_string()), &told).await, None);
    }
    drop(store);
    for _ in 8..12 {
        assert_eq!(heard.recv().await.expect("it is told").1, Ok(()));
    }
    let wanted: Vec<String> = (0..12).map(|n| n.to_string()).collect();
    assert_eq!(said(&open(&file).await, &session).await, wanted);
}

#[tokio::test]
async fn lines_that_wait_hear_that_the_store_has_failed() {
    let (_folder, file) = file();
    let store = open(&file).await;
    let [mut talk, mut other] = [Session::create(&store).await, Session::create(&store).await];
    for n in 0..5 {
        assert_eq!(append(&store, vec![line(&mut talk, &n.to_string())]).await, [Ok(())]);
    }
    let (told, mut heard) = mpsc::unbounded_channel();
    // As if another program had written: whichever of these is the next to be written finds it.
    change(&file, &["INSERT INTO log (n, body) SELECT MAX(n) + 1, body FROM log"]).await;
    assert_eq!(store.append(line(&mut talk, "5"), &told).await, None);
    assert_eq!(store.append(other.next(Vec::new()), &told).await, None);
    for _ in 0..2 {
        let (_, result) = heard.recv().await.expect("it is told");
        let Err(WriteError::Failed(why)) = result else { panic!("{result:?}") };
        assert!(why.contains("another program"), "{why}");
    }
}
