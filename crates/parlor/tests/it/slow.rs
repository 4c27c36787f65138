//! One who does not read hurts nobody.

use crate::game::site;
use parlor_test::TestSite;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_too_slowly_is_closed_and_may_come_back() {
    let site = TestSite::start_with(site(), |flags| {
        flags.limits.push("outbox_frames=8, outbox_bytes=64KiB, slow_for=300ms".into());
    })
    .await;
    let (guest, watcher) = (site.guest().await, site.guest().await);
    let table = site.table(&guest, "counter").await;
    let mut ann = site.sit(&guest, &table).await;
    let mut eve = site.watch(&watcher, &table).await;
    ann.until(|frame| frame["data"]["spectating"] == json!([watcher.name])).await;
    // The system's own buffers take some megabytes before anything waits here.
    let text = "x".repeat(15_000);
    for n in 0.. {
        assert!(n < 5_000, "75 megabytes wait for one who does not read");
        ann.send("announce", json!({ "text": text })).await;
        let heard = ann.next_frame().await;
        if heard["data"]["spectating"] == json!([]) {
            break;
        }
        assert_eq!(heard["type"], "announced");
    }
    assert_eq!(eve.close_code().await, 4008);
    ann.catch_up("all the others go on").await;
    let mut again = site.watch(&watcher, &table).await;
    again.catch_up("and so does one who comes back").await;
}
