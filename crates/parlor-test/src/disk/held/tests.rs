use super::{Held, Operation, SECTOR};
use std::{collections::BTreeSet, fs, path::Path};
use tempfile::TempDir;

fn opened(file: u64, name: &str) -> Operation {
    Operation::Opened { file, name: name.into() }
}

fn written(file: u64, offset: u64, bytes: &[u8]) -> Operation {
    Operation::Written { file, offset, bytes: bytes.to_vec() }
}

fn folder_synced() -> Operation {
    Operation::FolderSynced { name: "".into() }
}

/// What is left of a file in each of many power cuts; nothing where it is missing.
fn left(operations: Vec<Operation>, name: &str) -> BTreeSet<Option<Vec<u8>>> {
    let mut held = Held::default();
    operations.into_iter().for_each(|operation| held.take(operation));
    let cut = |seed| {
        let folder = TempDir::new().expect("a folder");
        held.cut(&mut fastrand::Rng::with_seed(seed), folder.path());
        fs::read(folder.path().join(name)).ok()
    };
    (0..300).map(cut).collect()
}

fn only(bytes: &[u8]) -> BTreeSet<Option<Vec<u8>>> {
    BTreeSet::from([Some(bytes.to_vec())])
}

#[test]
fn what_was_synced_is_there() {
    let operations = vec![
        opened(1, "a"),
        folder_synced(),
        written(1, 0, b"one"),
        written(1, 1, b"three"),
        Operation::Truncated { file: 1, length: 5 },
        Operation::Synced { file: 1 },
    ];
    assert_eq!(left(operations, "a"), only(b"othre"));
}

#[test]
fn what_was_not_synced_may_be_there_or_not() {
    let operations = vec![
        opened(1, "a"),
        folder_synced(),
        written(1, 0, b"a"),
        Operation::Synced { file: 1 },
        written(1, 0, b"b"),
        written(1, 1, b"c"),
    ];
    let whole = [&b"a"[..], b"b", b"bc", b"ac", b"a\0", b"b\0"].map(|bytes| Some(bytes.to_vec()));
    assert_eq!(left(operations, "a"), BTreeSet::from(whole));
    // A file that is cut short may be so, or not yet.
    let operations = vec![
        opened(1, "a"),
        folder_synced(),
        written(1, 0, b"ab"),
        Operation::Synced { file: 1 },
        Operation::Truncated { file: 1, length: 1 },
    ];
    let short = [&b"ab"[..], b"a"].map(|bytes| Some(bytes.to_vec()));
    assert_eq!(left(operations, "a"), BTreeSet::from(short));
}

#[test]
fn a_write_is_torn_at_sectors() {
    let operations = vec![
        opened(1, "a"),
        folder_synced(),
        written(1, 0, &[1; 3 * SECTOR]),
        Operation::Synced { file: 1 },
        written(1, 100, &[2; 2 * SECTOR]),
    ];
    let left = left(operations, "a");
    let mut expected = BTreeSet::new();
    for choice in 0..8 {
        let mut bytes = vec![1; 3 * SECTOR];
        for (n, range) in [100..512, 512..1024, 1024..1124].into_iter().enumerate() {
            if choice & 1 << n != 0 {
                bytes[range].fill(2);
            }
        }
        expected.insert(Some(bytes));
    }
    assert_eq!(left, expected);
}

#[test]
fn a_name_is_there_for_certain_once_its_folder_was_synced() {
    let made = [opened(1, "a"), written(1, 0, b"a"), Operation::Synced { file: 1 }];
    let either = BTreeSet::from([None, Some(b"a".to_vec())]);
    assert_eq!(left(made.to_vec(), "a"), either);
    let synced = [made.to_vec(), vec![folder_synced()]].concat();
    assert_eq!(left(synced.clone(), "a"), only(b"a"));
    let removed = [synced.clone(), vec![Operation::Removed { name: "a".into() }]].concat();
    assert_eq!(left(removed.clone(), "a"), either);
    assert_eq!(left([removed, vec![folder_synced()]].concat(), "a"), BTreeSet::from([None]));
    let renamed = [synced, vec![Operation::Renamed { from: "a".into(), to: "b".into() }]].concat();
    assert_eq!(left(renamed.clone(), "b"), either);
    assert_eq!(left([renamed, vec![folder_synced()]].concat(), "b"), only(b"a"));
}

#[test]
fn a_number_that_is_given_again_is_another_file() {
    let operations = vec![
        opened(1, "a"),
        written(1, 0, b"old"),
        Operation::Synced { file: 1 },
        folder_synced(),
        Operation::Removed { name: "a".into() },
        opened(1, "b"),
        written(1, 0, b"n"),
        Operation::Synced { file: 1 },
    ];
    assert_eq!(left(operations.clone(), "a"), BTreeSet::from([None, Some(b"old".to_vec())]));
    assert_eq!(left(operations, "b"), BTreeSet::from([None, Some(b"n".to_vec())]));
}

#[test]
fn what_a_failed_sync_left_out_is_not_there_later() {
    let operations = vec![
        opened(1, "a"),
        folder_synced(),
        written(1, 0, b"aa"),
        Operation::SyncFailed { file: 1 },
        written(1, 1, b"b"),
        Operation::Synced { file: 1 },
    ];
    assert_eq!(left(operations, "a"), only(b"\0b"));
}

#[test]
fn what_was_done_and_not_written_down_is_not_synced() {
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a"), "a").expect("a file");
    fs::write(path("b"), "b").expect("a file");
    fs::write(path("b-shm"), "memory").expect("a file");
    let mut held = Held::of(folder.path());
    fs::write(path("a"), "b").expect("a file");
    fs::remove_file(path("b")).expect("it goes");
    fs::write(path("c"), "c").expect("a file");
    held.catch_up(folder.path());
    let mut seen = BTreeSet::new();
    for seed in 0..300 {
        let after = TempDir::new().expect("a folder");
        held.cut(&mut fastrand::Rng::with_seed(seed), after.path());
        let text = |name: &str| fs::read_to_string(Path::new(after.path()).join(name)).ok();
        assert_eq!(text("b-shm"), None);
        seen.extend([("a", text("a")), ("b", text("b")), ("c", text("c"))]);
    }
    let some = |text: &str| Some(text.to_owned());
    let all = [("a", some("a")), ("a", some("b")), ("b", None), ("b", some("b"))];
    let new = [("c", None), ("c", some("")), ("c", some("\0")), ("c", some("c"))];
    assert_eq!(seen, all.into_iter().chain(new).collect());
}
