//! Chips: what is written of them, and that no race makes any.

use crate::game::site;
use parlor_test::{Socket, TestSite};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_are_judged_by_the_text_that_was_sent() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit(&guest, &table).await;
    for bet in [
        "-50",
        "\"-50\"",
        "-0",
        "1e1",
        "1E2",
        "\"1e1\"",
        "0.001",
        "1.000",
        "\"01\"",
        "\"\"",
        "\" 1\"",
        "\"+1\"",
        "\".5\"",
        "\"5.\"",
        "\"NaN\"",
        "\"inf\"",
        "\"Infinity\"",
        "null",
        "true",
        "[1]",
        "{}",
        "\"1,00\"",
        "\"0x10\"",
        "99999999999999999999",
        "\"99999999999999999999\"",
        "\"\u{661}\"",
        "\"1_0\"",
    ] {
        socket.send_text(&format!(r#"{{"type":"stake","data":{{"bet":{bet}}}}}"#)).await;
        let error = socket.expect("error").await;
        assert_eq!(error["data"]["code"], "invalid_data", "{bet}");
        assert!(error["data"]["message"].as_str().unwrap().starts_with("data.bet"), "{error}");
    }
    for no_json in ["NaN", "Infinity", "+1", "01", ".5", "5.", "0x10", "'1'"] {
        socket.send_text(&format!(r#"{{"type":"stake","data":{{"bet":{no_json}}}}}"#)).await;
        socket.refused("malformed").await;
    }
    let mut staked = 0;
    for (bet, cents) in
        [("10", 1000), ("10.5", 1050), ("\"10.50\"", 1050), ("0.01", 1), ("\"0.1\"", 10)]
    {
        socket.send_text(&format!(r#"{{"data":{{"bet":{bet}}},"type":"stake"}}"#)).await;
        staked += cents;
        let shown = socket.expect("load_game").await["data"]["staked"][0].clone();
        assert_eq!(shown, format!("{}.{:02}", staked / 100, staked % 100), "{bet}");
    }
    assert_eq!(site.balance(&guest).await, "968.89");
    site.expect_chips_conserved().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stakes_raced_over_two_tables_and_200_sockets_never_go_below_zero() {
    const SOCKETS: usize = 100;
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("sockets_per_seat=200, sockets_per_user=400".into());
    })
    .await;
    let guest = site.guest().await;
    let tables = [site.table(&guest, "counter").await, site.table(&guest, "counter").await];
    let mut sockets: Vec<Socket> = Vec::new();
    for table in tables.iter().cycle().take(SOCKETS * 2) {
        sockets.push(site.sit(&guest, table).await);
    }
    // 200 sockets that want 14 chips each, at once, of 1,000 in all.
    let staking = sockets.into_iter().map(|mut socket| {
        tokio::spawn(async move {
            for _ in 0..2 {
                socket.send("stake", json!({"bet": "7"})).await;
            }
            socket.send("balance", Value::Null).await;
            let mut refused = 0;
            loop {
                let frame = socket.next_frame().await;
                match frame["type"].as_str().unwrap() {
                    "error" => {
                        assert_eq!(frame["data"]["code"], "insufficient_funds");
                        refused += 1;
                    }
                    "balance" => return (socket, refused),
                    _ => {}
                }
            }
        })
    });
    let mut refused = 0;
    let mut sockets = Vec::new();
    for staked in futures_util::future::join_all(staking).await {
        let (socket, times) = staked.unwrap();
        refused += times;
        sockets.push(socket);
    }
    assert_eq!(refused, SOCKETS * 4 - 142, "142 times 7 are 994");
    assert_eq!(site.balance(&guest).await, "6.00");
    site.expect_chips_conserved().await;
    let mut escrow = 0;
    for table in &tables {
        let mut socket = site.sit(&guest, table).await;
        let staked = socket.view().await["staked"][0].as_str().unwrap().to_owned();
        escrow += staked.strip_suffix(".00").unwrap().parse::<u32>().unwrap();
    }
    assert_eq!(escrow, 994, "balance and escrow are what there was at the start");
    // What comes back can be spent elsewhere at once, and only once.
    for table in &tables {
        let mut socket = site.sit(&guest, table).await;
        socket.send_text(r#"{"type":"leave"}"#).await;
        assert_eq!(socket.close_code().await, 1000);
        site.expect_chips_conserved().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_gives_back_what_it_had_reserved() {
    let site = TestSite::start(site()).await;
    let guest = site.guest().await;
    let table = site.table(&guest, "counter").await;
    let mut socket = site.sit(&guest, &table).await;
    for _ in 0..20 {
        socket.send("crash", Value::Null).await;
        socket.refused("internal").await;
        socket.send("stake", json!({"bet": "1000.01"})).await;
        socket.refused("insufficient_funds").await;
    }
    socket.send("stake", json!({"bet": "1000"})).await;
    assert_eq!(socket.expect("load_game").await["data"]["staked"], json!(["1000.00"]));
    socket.send("stake", json!({"bet": "0.01"})).await;
    socket.refused("insufficient_funds").await;
    socket.send("lose", json!({"bet": "400"})).await;
    socket.expect("load_game").await;
    socket.send("win", json!({"chips": "100"})).await;
    socket.expect("load_game").await;
    assert_eq!(site.balance(&guest).await, "100.00");
    site.expect_chips_conserved().await;
    let other = site.table(&guest, "counter").await;
    let mut elsewhere = site.sit(&guest, &other).await;
    elsewhere.send("stake", json!({"bet": "100.01"})).await;
    elsewhere.refused("insufficient_funds").await;
    elsewhere.send("stake", json!({"bet": "100"})).await;
    elsewhere.expect("load_game").await;
}
