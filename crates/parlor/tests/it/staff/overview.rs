//! What is measured, in the last hour.

use super::{account, member};
use crate::game::site;
use parlor_test::{TestSite, http::DEADLINE};
use serde_json::{Value, json};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(5);

async fn samples(site: &TestSite, token: &str, after: i64) -> Vec<Value> {
    let path = format!("/api/admin/overview?after={after}");
    let told = site.get(&path).bearer(token).await.json();
    told["samples"].as_array().unwrap_or_else(|| panic!("no samples in {told}")).clone()
}

/// Puts the clock forward by one sample, and waits for it.
async fn next(site: &TestSite, token: &str, after: i64) -> Value {
    site.advance(EVERY).await;
    let taken = async {
        loop {
            if let Some(last) = samples(site, token, after).await.pop() {
                return last;
            }
        }
    };
    tokio::time::timeout(DEADLINE, taken).await.expect("a sample in time")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_tells_what_was_since_the_last() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let staff = member(&site, "staff").await;
    let ann = account(&site, "ann").await;
    let table = site.table(&staff, "counter").await;
    let before = next(&site, &staff.token, site.wall()).await;
    let mut socket = site.sit(&ann, &table).await;
    let _other = site.sit(&ann, &table).await;
    for _ in 0..10 {
        socket.send("add", json!({"n": 1})).await;
    }
    for _ in 0..3 {
        socket.send("add", json!({"n": 0})).await;
        socket.refused("invalid_data").await;
    }
    let at = before["at"].as_i64().expect("a time");
    let sample = next(&site, &staff.token, at).await;
    assert_eq!(sample["at"], json!(at + 5_000));
    assert_eq!((&sample["connections"], &sample["players"]), (&json!(2), &json!(1)), "{sample}");
    assert_eq!((&sample["tables"], &sample["awake"]), (&json!(1), &json!(1)));
    assert_eq!(sample["refusals"], json!({"invalid_data": 3}));
    // Joining is a record, and each of the moves that were played; five seconds have passed.
    assert_eq!(sample["records_per_second"], json!(11.0 / 5.0));
    let number = |name: &str| sample[name].as_f64().unwrap_or_else(|| panic!("{name}: {sample}"));
    assert!(number("commits") >= 1.0);
    assert!(0.0 < number("commit_p50_ms") && number("commit_p50_ms") <= number("commit_p99_ms"));
    let quiet = next(&site, &staff.token, at + 5_000).await;
    assert_eq!((&quiet["refusals"], &quiet["records_per_second"]), (&json!({}), &json!(0.0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_of_samples_is_kept() {
    let site = TestSite::start(site()).await;
    site.stand_still();
    let staff = member(&site, "staff").await;
    let began = site.wall();
    let mut last = began;
    for _ in 0..730 {
        let sample = next(&site, &staff.token, last).await;
        last = sample["at"].as_i64().expect("a time");
    }
    let kept = samples(&site, &staff.token, 0).await;
    let times: Vec<i64> = kept.iter().filter_map(|sample| sample["at"].as_i64()).collect();
    assert_eq!((times.len(), times.last()), (720, Some(&last)));
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 5_000), "{times:?}");
}
