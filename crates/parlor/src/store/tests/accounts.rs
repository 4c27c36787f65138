//! What accounts come to: statements that are read along an index, allowances, and chips that come home late.

use super::{Of, Session, append, player, stake, store};
use crate::store::{
    Store, WriteError,
    allowance::{Allowance, Claim, ClaimAllowance},
    log_ins::OpenLogIn,
    renewal::{DeleteAccount, SweepDepartures},
};
use parlor_core::{Chips, PlayerId, Transfer};

const DAY: i64 = 86_400_000;

fn back(to: PlayerId, cents: i64) -> Transfer {
    let amount = Chips::try_from_cents(cents).expect("an amount");
    Transfer { from: Of::Escrow(to), to: Of::Player(to), amount }
}

async fn balance(store: &Store, of: PlayerId) -> i64 {
    store.balance(of).await.expect("a balance").cents()
}

#[tokio::test]
async fn a_statement_is_read_along_the_indexes() {
    let plan = store().await.plan_of_movements().await.expect("a plan").join("\n");
    for index in
        ["transfers_by_debit (debit=? AND rowid<?)", "transfers_by_credit (credit=? AND rowid<?)"]
    {
        assert!(plan.contains(index), "{plan}");
    }
    let scans = plan.lines().filter(|line| line.starts_with("SCAN"));
    assert!(scans.clone().all(|line| !line.contains("transfers")), "{plan}");
}

#[tokio::test]
async fn what_went_out_is_that_of_the_time_and_of_stakes() {
    let store = store().await;
    let ann = player(&store, 100_000).await;
    let mut session = Session::create(&store).await;
    // More than are read at a time.
    for _ in 0..300 {
        let moves = vec![stake(ann, 200), back(ann, 150)];
        append(&store, vec![session.next(moves)]).await;
    }
    assert_eq!(store.went_out(ann, 0, 1).await.expect("a sum"), 300 * 50);
    assert_eq!(store.went_out(ann, 1, DAY).await.expect("a sum"), 0);
    assert_eq!(store.went_out(ann, -DAY, 0).await.expect("a sum"), 0);
}

#[tokio::test]
async fn an_allowance_is_for_one_who_has_nothing_and_once_a_day() {
    let store = store().await;
    let ann = player(&store, 900).await;
    let mut session = Session::create(&store).await;
    let claim = async |day: i64| {
        let (below, up_to) = (Chips::new(10), Chips::new(200));
        let allowance = Allowance { below, up_to, day, since: day * DAY };
        let told = store.claim_on(ann, allowance).await.expect("an answer");
        let claim = ClaimAllowance { account: ann, allowance, at: day * DAY };
        let claimed = store.write_moving(ann, claim).await.expect("an answer");
        assert_eq!(told, claimed, "what was told is what comes of it");
        claimed
    };
    assert_eq!(claim(0).await, Claim::Given, "on its first day an account has its first chips");
    append(&store, vec![session.next(vec![stake(ann, 400)])]).await;
    assert_eq!(claim(1).await, Claim::NotBroke(Chips::new(5), Chips::new(4)));
    append(&store, vec![session.next(vec![back(ann, 400)])]).await;
    assert_eq!(claim(1).await, Claim::Due(Chips::new(191)));
    assert_eq!(claim(1).await, Claim::Given);
    assert_eq!(claim(2).await, Claim::NotBroke(Chips::new(200), Chips::ZERO));
    assert_eq!(store.sum_of_all_accounts().await.expect("a sum"), 0);
}

#[tokio::test]
async fn what_comes_home_late_goes_to_the_mint_and_then_it_is_forgotten() {
    let store = store().await;
    let ann = player(&store, 10_000).await;
    let mut session = Session::create(&store).await;
    append(&store, vec![session.next(vec![stake(ann, 3_000)])]).await;
    let delete = |passwords| DeleteAccount {
        account: ann,
        name: "deleted-1".into(),
        passwords,
        sessions: vec![session.id, uuid::Uuid::nil()],
        at: 7,
    };
    let (early, late) = (delete(1), delete(0));
    let refused = store.write_moving(ann, early).await;
    assert!(matches!(refused, Err(WriteError::Forbidden(_))), "the password was changed meanwhile");
    assert_eq!(balance(&store, ann).await, 7_000, "and nothing has happened");
    store.write_moving(ann, late).await.expect("it is gone");
    assert_eq!(balance(&store, ann).await, 0);
    store.write(SweepDepartures { at: 8 }).await.expect("a sweep");
    assert!(store.has_departures().await.expect("an answer"), "there is something at stake");
    for cents in [1_000, 2_000] {
        append(&store, vec![session.next(vec![back(ann, cents)])]).await;
        store.write(SweepDepartures { at: 9 }).await.expect("a sweep");
    }
    assert!(!store.has_departures().await.expect("an answer"));
    assert_eq!(store.unbalanced().await.expect("an answer"), []);
    assert_eq!(store.sum_of_all_accounts().await.expect("a sum"), 0);
    let home: i64 = store
        .movements(ann, i64::MAX, 50)
        .await
        .expect("movements")
        .first()
        .map_or(0, |m| m.balance);
    assert_eq!(home, 0);
    // Nobody signs in to it any more, with whatever was proved before.
    for passwords in [0, 1] {
        let open =
            OpenLogIn { hash: "x".into(), account: ann, label: String::new(), passwords, at: 9 };
        let opened = store.write(open).await;
        assert!(matches!(opened, Err(WriteError::Forbidden(_))), "{opened:?}");
    }
}
