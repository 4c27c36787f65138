//! The disk that can fail, under programs that every system has.

use parlor_test::{
    Disk,
    disk::{Cut, Fault},
};
use std::{
    collections::BTreeSet,
    fs,
    os::unix::process::ExitStatusExt as _,
    process::{Command, Output},
};

/// Runs a program of the shell's kind in the disk's folder.
fn run(disk: &mut Disk, line: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", line]).envs(disk.environment()).current_dir(disk.folder());
    command.output().expect("a shell")
}

/// Writes so many blocks of 512 bytes, and syncs or does not.
fn write(disk: &mut Disk, blocks: u32, sync: &str) -> (bool, String) {
    let line = format!("exec dd if=/dev/zero of=file bs=512 count={blocks} conv=notrunc{sync}");
    let output = run(disk, &line);
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn length(disk: &Disk) -> Option<u64> {
    Some(fs::metadata(disk.folder().join("file")).ok()?.len())
}

#[test]
fn what_a_program_has_synced_outlives_a_power_cut_and_the_rest_may_not() {
    let mut lengths = BTreeSet::new();
    for seed in 0..30 {
        let (mut disk, mut random) = (Disk::new(), fastrand::Rng::with_seed(seed));
        fs::write(disk.folder().join("file"), "").expect("a file");
        assert!(write(&mut disk, 8, ",fsync").0);
        assert_eq!(disk.syncs(), 1);
        let cut = disk.cut(&mut random);
        assert_eq!((length(&disk), cut), (Some(8 * 512), Cut::default()));
        assert!(write(&mut disk, 16, "").0);
        assert_eq!(length(&disk), Some(16 * 512));
        disk.cut(&mut random);
        lengths.insert(length(&disk).expect("a file that was synced"));
    }
    let [shortest, longest] = [lengths.first(), lengths.last()].map(Option::unwrap);
    assert_eq!((*shortest, *longest), (8 * 512, 16 * 512), "{lengths:?}");
}

#[test]
fn a_disk_is_full_and_has_room_again() {
    let mut disk = Disk::new();
    disk.fault(Some(Fault::Full(1000)));
    let (written, told) = write(&mut disk, 4, "");
    assert!(!written && told.contains("No space left on device"), "{told}");
    assert_eq!(length(&disk), Some(1000));
    disk.fault(None);
    assert!(write(&mut disk, 4, "").0);
}

#[test]
fn one_sync_fails_and_what_it_should_have_kept_is_gone() {
    let (mut disk, mut random) = (Disk::new(), fastrand::Rng::with_seed(1));
    fs::write(disk.folder().join("file"), "").expect("a file");
    disk.fault(Some(Fault::SyncFails(2)));
    let line = "dd if=/dev/zero of=file bs=512 count=1 conv=notrunc,fsync";
    assert!(run(&mut disk, line).status.success(), "the first succeeds");
    let second = "exec dd if=/dev/zero of=file bs=512 count=1 conv=notrunc,fsync oflag=append";
    disk.fault(Some(Fault::SyncFails(1)));
    let output = run(&mut disk, second);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("Input/output error"), "{told}");
    disk.cut(&mut random);
    assert_eq!(length(&disk), Some(512));
}

#[test]
fn a_disk_is_read_only_for_a_while() {
    let mut disk = Disk::new();
    disk.fault(Some(Fault::ReadOnly));
    let (written, told) = write(&mut disk, 1, "");
    assert!(!written && told.contains("Read-only file system"), "{told}");
    disk.fault(None);
    assert!(write(&mut disk, 1, "").0);
    disk.fault(Some(Fault::ReadOnly));
    assert!(run(&mut disk, "exec cat file").status.success());
    assert!(!run(&mut disk, "exec rm -f file").status.success());
}

#[test]
fn a_disk_that_lies_keeps_nothing_for_certain() {
    let mut lengths = BTreeSet::new();
    for seed in 0..30 {
        let mut disk = Disk::new();
        disk.fault(Some(Fault::Lies));
        assert!(write(&mut disk, 1, ",fsync").0);
        assert_eq!(disk.syncs(), 0);
        disk.cut(&mut fastrand::Rng::with_seed(seed));
        lengths.insert(length(&disk));
    }
    assert!(lengths.contains(&None) && lengths.contains(&Some(512)), "{lengths:?}");
}

#[test]
fn a_program_is_killed_before_a_sync_or_after_it() {
    for (fault, synced) in [(Fault::KillBeforeSync(1), 0), (Fault::KillAfterSync(1), 1)] {
        let mut disk = Disk::new();
        disk.fault(Some(fault));
        let output = run(&mut disk, "exec dd if=/dev/zero of=file bs=512 count=1 conv=fsync");
        assert_eq!(output.status.signal(), Some(9), "{fault:?}");
        assert_eq!((disk.syncs(), length(&disk)), (synced, Some(512)), "{fault:?}");
    }
}

#[test]
fn another_folder_is_none_of_its_business() {
    let (mut disk, elsewhere) = (Disk::new(), tempfile::tempdir().expect("a folder"));
    disk.fault(Some(Fault::ReadOnly));
    let line = format!("cd {} && echo kept > a && mv a b && rm b", elsewhere.path().display());
    assert!(run(&mut disk, &line).status.success());
}
