//! What staff write: an act and what it does are one, or none.

use super::{player, store};
use crate::store::{
    Store, WriteError,
    log_ins::OpenLogIn,
    staff::{Act, Ban, Note, Unban},
};
use parlor_core::PlayerId;

fn act(staff: Option<PlayerId>, subject: PlayerId) -> Act {
    Act {
        at: 7,
        staff,
        name: "staff".into(),
        address: "203.0.113.9".into(),
        action: "ban",
        subject: subject.to_string(),
        about: "ann".into(),
        reason: "a test".into(),
        until: Some(1_000),
    }
}

async fn set_staff(store: &Store, account: PlayerId, staff: bool) {
    let name = account.0.to_string();
    let known = store.known(&name).await.expect("an answer").expect("the account");
    let act = act(None, account);
    assert!(store.set_staff(&known, staff, &act).await.expect("it is written"));
    assert!(!store.set_staff(&known, staff, &act).await.expect("it is so already"));
}

async fn acts(store: &Store) -> usize {
    store.acts(i64::MAX, 100).await.expect("acts").len()
}

#[tokio::test]
async fn one_who_is_of_the_staff_no_more_does_nothing_more() {
    let store = store().await;
    let (staff, ann) = (player(&store, 0).await, player(&store, 0).await);
    set_staff(&store, staff, true).await;
    set_staff(&store, staff, false).await;
    // The request was let in before that.
    let act = act(Some(staff), ann);
    let forbidden = |result: Result<(), WriteError>| {
        assert!(matches!(result, Err(WriteError::Forbidden(_))), "{result:?}");
    };
    forbidden(store.write(Ban { account: ann, act: act.clone() }).await.map(drop));
    forbidden(store.write(Note(act.clone())).await);
    assert_eq!(store.banned(ann).await.expect("an answer"), None);
    assert_eq!(acts(&store).await, 2, "those of the command alone");

    set_staff(&store, staff, true).await;
    store.write(Ban { account: ann, act: act.clone() }).await.expect("it is written");
    set_staff(&store, staff, false).await;
    forbidden(store.write(Unban { account: ann, act }).await);
    assert!(store.banned(ann).await.expect("an answer").is_some());
    assert_eq!(acts(&store).await, 5);
}

#[tokio::test]
async fn one_who_is_shut_out_gets_no_token_and_one_of_the_staff_is_not() {
    let store = store().await;
    let (staff, ann) = (player(&store, 0).await, player(&store, 0).await);
    set_staff(&store, staff, true).await;
    let token = |account, hash: &str, at| OpenLogIn {
        hash: hash.into(),
        account,
        label: String::new(),
        passwords: 0,
        at,
    };
    store.write(token(ann, "one", 1)).await.expect("a token");
    store.write(token(ann, "two", 2)).await.expect("a token");
    let refused = store.write(Ban { account: staff, act: act(Some(staff), staff) }).await;
    assert!(matches!(refused, Err(WriteError::Forbidden(_))), "{refused:?}");
    let mut dead =
        store.write(Ban { account: ann, act: act(Some(staff), ann) }).await.expect("it is");
    dead.sort();
    assert_eq!(dead, ["one", "two"]);
    let refused = store.write(token(ann, "three", 999)).await;
    assert!(matches!(refused, Err(WriteError::Forbidden(_))), "{refused:?}");
    store.write(token(ann, "three", 1_000)).await.expect("it has ended by itself");
}
