//! What stays in memory is what a database would have kept, and what waits comes to the same.

use super::{Append, Hash, Session, Store, append, first_link, store};
use crate::{
    settings::{Database, Synchronous},
    store::{
        archive::Archive,
        snapshots::{EVERY, Snapshot, Turn},
    },
};
use tempfile::TempDir;
use uuid::Uuid;

/// A store in memory, and one on a disk, in its folder.
async fn both() -> (Store, Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = Database::File(folder.path().join("parlor.db"), Synchronous::Normal);
    (store().await, Store::open(&file).await.expect("a database"), folder)
}

/// Dice of which the seed is printed.
fn random() -> fastrand::Rng {
    let seed = fastrand::u64(..);
    eprintln!("seed {seed}");
    fastrand::Rng::with_seed(seed)
}

/// The same session in both, with so many records, and the links after each.
async fn fill(stores: [&Store; 2], count: u64) -> (Uuid, Vec<Hash>) {
    let id = Uuid::new_v4();
    let mut links = Vec::new();
    for store in stores {
        let mut session = Session { id, seq: 0, link: first_link(id) };
        links = vec![session.link];
        session.begin(store).await;
        links.push(session.link);
        let mut records = Vec::new();
        while session.seq < count {
            records.push(session.next(Vec::new()));
            links.push(session.link);
        }
        assert!(append(store, records).await.iter().all(Result::is_ok));
    }
    (id, links)
}

#[tokio::test]
async fn records_in_memory_read_as_they_do_from_a_disk() {
    let mut random = random();
    let (memory, disk, _folder) = both().await;
    let count = 12_000;
    let (id, links) = fill([&memory, &disk], count).await;
    let runs = memory.writer.tail().of(id, (0, u64::MAX)).len();
    assert!(runs > 4, "{runs} runs");
    disk.fold().await.expect("it is folded");
    for _ in 0..200 {
        let after = random.u64(..count + 3);
        let up_to = after + random.u64(..count / 4);
        let link = usize::try_from(after).ok().and_then(|after| links.get(after)).copied();
        let here = memory.link_after(id, after).await.expect("an answer");
        assert_eq!(here, disk.link_after(id, after).await.expect("an answer"), "after {after}");
        assert_eq!(here, link.filter(|_| after > 0), "after {after}");
        let Some(link) = link else { continue };
        let here = memory.records_up_to(id, (after, up_to), link).await.expect("records");
        let there = disk.records_up_to(id, (after, up_to), link).await.expect("records");
        assert_eq!(here, there, "after {after} up to {up_to}");
        assert_eq!(here.0.len() as u64, up_to.min(count).saturating_sub(after));
    }
    for store in [&memory, &disk] {
        assert_eq!(store.last_record(id).await.expect("an answer"), count);
    }
}

#[tokio::test]
async fn what_lies_in_the_archive_does_not_stay_in_memory_too() {
    let memory = store().await;
    let mut session = Session::create(&memory).await;
    let records: Vec<Append> = (0..9_999).map(|_| session.next(Vec::new())).collect();
    assert!(append(&memory, records).await.iter().all(Result::is_ok));
    let first = first_link(session.id);
    let (bodies, link) = memory.records(session.id, 0, first).await.expect("records");
    let archive = Archive::pack(session.id, &bodies, link).expect("an archive");
    memory.write(archive).await.expect("it is archived");
    while !memory.take_out(session.id).await.expect("an answer") {}
    assert_eq!(memory.writer.tail().len(), 0);
    assert!(memory.writer.tail().of(session.id, (0, u64::MAX)).is_empty());
    let again = memory.records(session.id, 0, first).await.expect("records");
    assert_eq!(again, (bodies, link), "from the archive");
}

#[tokio::test]
async fn the_same_snapshots_are_kept_in_memory_as_on_a_disk() {
    let mut random = random();
    let (memory, disk, _folder) = both().await;
    let count = 4_000;
    let (id, links) = fill([&memory, &disk], count).await;
    let mut seq = 0;
    while seq < count {
        seq = count.min(seq + random.u64(1..=2 * EVERY));
        let link = links[usize::try_from(seq).expect("a place")];
        for store in [&memory, &disk] {
            store.keep(snapshot(id, seq, link)).await.expect("it is kept");
        }
        let here = memory.snapshots(id).await.expect("snapshots");
        assert_eq!(here, disk.snapshots(id).await.expect("snapshots"), "after {seq}");
        assert_eq!(here.first().map(|newest| newest.seq), Some(seq));
        assert!(here.len() <= 5, "{} snapshots", here.len());
    }
}

#[tokio::test]
async fn snapshots_that_waited_for_others_are_those_that_memory_keeps() {
    let mut random = random();
    let (memory, disk, _folder) = both().await;
    let count = 3_000;
    let mut sessions = Vec::new();
    for _ in 0..5 {
        let (id, links) = fill([&memory, &disk], count).await;
        sessions.push((id, links, 0));
    }
    for round in 0..60 {
        let (id, links, seq) = &mut sessions[random.usize(..5)];
        *seq = count.min(*seq + random.u64(1..=2 * EVERY));
        let link = links[usize::try_from(*seq).expect("a place")];
        for store in [&memory, &disk] {
            if random.bool() {
                store.keep_later(snapshot(*id, *seq, link)).await;
            } else {
                store.keep(snapshot(*id, *seq, link)).await.expect("it is kept");
            }
        }
        if round % 10 == 9 {
            disk.fold().await.expect("none waits any more");
            for (id, ..) in &sessions {
                let here = memory.snapshots(*id).await.expect("snapshots");
                assert_eq!(here, disk.snapshots(*id).await.expect("snapshots"));
            }
        }
    }
}

#[tokio::test]
async fn a_snapshot_waits_on_a_disk_until_the_next_one_of_its_session_at_the_most() {
    let (_, disk, _folder) = both().await;
    let kept = async |session: &Session| {
        // Whoever writes after it comes after it.
        disk.write(Turn(session.id, 1)).await.expect("its turn");
        let kept = disk.snapshots(session.id).await.expect("snapshots");
        kept.iter().map(|snapshot| snapshot.seq).collect::<Vec<_>>()
    };
    let (mut ann, mut bob) = (Session::create(&disk).await, Session::create(&disk).await);
    for seq in 2..=3 {
        let records = [&mut ann, &mut bob].map(|session| session.next(Vec::new()));
        assert_eq!(append(&disk, records.into()).await, [Ok(()), Ok(())]);
        disk.keep_later(snapshot(ann.id, seq, ann.link)).await;
        if seq == 2 {
            disk.keep_later(snapshot(bob.id, seq, bob.link)).await;
            assert!(kept(&ann).await.is_empty() && kept(&bob).await.is_empty());
        }
    }
    assert_eq!((kept(&ann).await, kept(&bob).await), (vec![3, 2], vec![2]));
    // What is not stored is not written, and is not waited for.
    disk.keep_later(snapshot(bob.id, 4, bob.link)).await;
    disk.keep_later(snapshot(bob.id, 5, bob.link)).await;
    assert_eq!(kept(&bob).await, [2]);
    disk.lose_snapshots(bob.id);
    disk.keep_later(snapshot(ann.id, 3, ann.link)).await;
    assert_eq!(append(&disk, vec![ann.next(Vec::new()).closes()]).await, [Ok(())]);
    let records = vec![bob.next(Vec::new()), bob.next(Vec::new())];
    assert_eq!(append(&disk, records).await, [Ok(()), Ok(())]);
    disk.fold().await.expect("none waits any more");
    assert_eq!((kept(&ann).await, kept(&bob).await), (vec![], vec![2]));
}

#[tokio::test]
async fn a_snapshot_comes_after_its_record_and_goes_with_its_session() {
    let memory = store().await;
    let mut session = Session::create(&memory).await;
    let ahead = snapshot(session.id, 3, session.link);
    assert!(memory.keep(ahead).await.is_err(), "its record is missing");
    assert!(memory.snapshots(session.id).await.expect("snapshots").is_empty());
    let record = session.next(Vec::new());
    assert_eq!(append(&memory, vec![record]).await, [Ok(())]);
    memory.keep(snapshot(session.id, 2, session.link)).await.expect("it is kept");
    assert_eq!(memory.snapshots(session.id).await.expect("snapshots").len(), 1);
    let last = session.next(Vec::new()).closes();
    assert_eq!(append(&memory, vec![last]).await, [Ok(())]);
    // The next write comes after the last one is told.
    memory.fold().await.expect("an answer");
    assert!(memory.snapshots(session.id).await.expect("snapshots").is_empty());
}

fn snapshot(session: Uuid, seq: u64, link: Hash) -> Snapshot {
    Snapshot { session, seq, rules: 1, body: format!("after {seq}"), link }
}
