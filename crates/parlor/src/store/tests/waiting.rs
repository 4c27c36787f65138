//! What can wait is stored all the same, and to the letter.

use super::{
    Line, Progress, Session, Store, WriteError, append,
    journal::{change, file, open},
    store,
};

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
    let (progress, before) = (Progress::default(), session.seq);
    for n in 8..12 {
        assert_eq!(store.append(line(&mut session, &n.to_string()), &progress).await, None);
    }
    drop(store);
    for seq in before + 1..=before + 4 {
        let (stored, result) = progress.after(seq - 1).await;
        assert!(stored >= seq && result == Ok(()), "{stored} {result:?}");
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
    let [talks, others] = [Progress::default(), Progress::default()];
    let [last_line, last_move] = [talk.seq, other.seq];
    // As if another program had written: whichever of these is the next to be written finds it.
    change(&file, &["INSERT INTO log (n, body) SELECT MAX(n) + 1, body FROM log"]).await;
    assert_eq!(store.append(line(&mut talk, "5"), &talks).await, None);
    assert_eq!(store.append(other.next(Vec::new()), &others).await, None);
    for (progress, before) in [(talks, last_line), (others, last_move)] {
        let (_, result) = progress.after(before).await;
        let Err(WriteError::Failed(why)) = result else { panic!("{result:?}") };
        assert!(why.contains("another program"), "{why}");
    }
}
