//! Every target, driven by mutations of its corpus.

use super::{TARGETS, Target, corpus};
use parlor_test::fuzz::{self, Mutator};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// How many inputs each target is given.
const INPUTS: u32 = 50_000;

/// What is set to write the corpus again.
const UPDATE: &str = "UPDATE_CORPUS";

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// Drives a target; so many of a hundred inputs must be understood at the least, and must not be.
fn drive(name: &str, (understood, refused): (u32, u32), words: &[impl AsRef<[u8]>]) {
    let target = Target::named(name);
    let seeds = corpus::all().into_iter().filter(|(target, ..)| *target == name);
    let words = words.iter().map(|word| word.as_ref().to_vec()).collect();
    let mutator = Mutator::new(fuzz::seed(), seeds.map(|(.., bytes)| bytes).collect(), words);
    let inputs = fuzz::number(fuzz::INPUTS).unwrap_or(INPUTS);
    let known = mutator.drive(inputs, |bytes| target.run(bytes));
    println!("{name}: {known} of {inputs} understood");
    let share = |percent: u32| inputs / 100 * percent;
    assert!(known >= share(understood), "{known} of {inputs} inputs were understood: too few");
    assert!(inputs - known >= share(refused), "{known} of {inputs} were understood: too many");
}

#[test]
fn frames_are_read_as_the_rfc_says_however_they_come_in() {
    drive("frame", (5, 10), FRAMES);
}

#[test]
fn messages_are_read_as_the_contract_says() {
    drive("message", (10, 10), fuzz::JSON);
}

#[test]
fn only_who_may_come_in_opens_a_socket() {
    drive("upgrade", (5, 10), fuzz::HTTP);
}

#[test]
fn a_ticket_opens_what_it_was_issued_for_and_once() {
    drive("ticket", (10, 10), &["\0\0\0", "\x02\0\0", "\x01\0\0", "\x03\u{7f}\u{7f}"]);
}

#[test]
fn a_record_that_is_read_is_the_one_that_is_written() {
    drive("record", (1, 10), fuzz::JSON);
}

#[test]
fn a_snapshot_that_is_read_is_the_one_that_is_written() {
    drive("snapshot", (5, 10), fuzz::JSON);
}

#[test]
fn settings_are_used_or_named() {
    drive("settings", (5, 10), SETTINGS);
}

#[test]
fn the_corpus_is_what_the_code_makes_and_is_understood() {
    for (target, name, bytes) in corpus::all() {
        assert!(Target::named(target).run(&bytes), "{target}/{name} is not understood");
        let file = folder(target).join(name);
        if std::env::var_os(UPDATE).is_some() {
            fs::create_dir_all(folder(target)).expect("a folder");
            fs::write(&file, &bytes).expect("a file");
        }
        let kept = fs::read(&file).unwrap_or_default();
        assert!(kept == bytes, "{target}/{name} is made otherwise; {UPDATE}=1 writes it again");
    }
}

#[test]
fn every_target_has_a_corpus_and_a_fuzzer() {
    let made: BTreeSet<_> = corpus::all().into_iter().map(|(target, ..)| target).collect();
    let fuzzers = folder("").join("../fuzz_targets");
    for Target { name, .. } in TARGETS {
        assert!(made.contains(name), "{name} has no corpus");
        let fuzzer = fs::read_to_string(fuzzers.join(name).with_extension("rs"));
        let runs = format!("Target::named(\"{name}\")");
        assert!(fuzzer.is_ok_and(|text| text.contains(&runs)), "{name} has no fuzzer");
    }
}

/// Frames with a mask of nothing, heads of frames, and pieces of characters.
const FRAMES: &[&[u8]] = &[
    b"\x81\x80\0\0\0\0",
    b"\x81\x81\0\0\0\0a",
    b"\x01\x81\0\0\0\0a",
    b"\x00\x81\0\0\0\0a",
    b"\x80\x81\0\0\0\0a",
    b"\x80\x80\0\0\0\0",
    b"\x01\x83\0\0\0\0ab\xe2",
    b"\x80\x82\0\0\0\0\x82\xac",
    b"\x00\x81\0\0\0\0\xf0",
    b"\x80\x83\0\0\0\0\x9f\x8d\x80",
    b"\x02\x81\0\0\0\0\xff",
    b"\x89\x80\0\0\0\0",
    b"\x8a\x80\0\0\0\0",
    b"\x88\x80\0\0\0\0",
    b"\x88\x82\0\0\0\0\x03\xe8",
    b"\x88\x82\0\0\0\0\x03\xed",
    b"\x88\x81\0\0\0\0\x03",
    b"\x88\x83\0\0\0\0\x0f\xa0\xff",
    b"\x81\xfe\0\x7e\0\0\0\0",
    b"\x81\xfe\0\x7d",
    b"\x82\xfe\xff\xff\0\0\0\0",
    b"\x81\xff\0\0\0\0\0\x01\0\0",
    b"\x82\xff\0\0\0\0\0\0\xff\xff",
    b"\x82\xff\x80\0\0\0\0\0\0\0",
    b"\x89\xfd\0\0\0\0",
    b"\x89\xfe\0\x7e",
    b"\x09\x80\0\0\0\0",
    b"\xc1\x80\0\0\0\0",
    b"\x83\x80\0\0\0\0",
    b"\x81\0",
    b"\0",
    b"\0\0\0\0",
    b"\x7f",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc0\x80",
    b"\xe2\x82\xac",
    b"\xce\xba",
    b"\xf0\x9f\x8d\x80",
];

const SETTINGS: &[&str] = &[
    "\n",
    "\nenv ",
    "\n--",
    "=",
    ",",
    "0",
    "1",
    "s",
    "ms",
    "d",
    "KiB",
    "forever",
    "--bind",
    "--limit",
    "--database-url",
    "--public-url",
    "--allowed-origins",
    "--trusted-proxies",
    "--starting-chips",
    "--daily-allowance",
    "--broke-below",
    "--seat-grace",
    "--empty-after",
    "--turn-time",
    "--ending-time",
    "--keep-records",
    "--drain-timeout",
    "--help",
    "--version",
    "PARLOR_BIND",
    "PARLOR_LIMITS",
    "PARLOR_PUBLIC_URL",
    "REDIS_URL",
    "sqlite://",
    "sqlite::memory:",
    "?synchronous=",
    "full",
    "https://",
    "http://[::1]",
    "127.0.0.1:0",
    "0.0.0.0:0",
    "[::]:0",
    "localhost:0",
    "10.0.0.0/8",
    "::/0",
    "close_bytes=",
    "message_bytes=",
    "messages_per_second=",
    "ids_kept=",
    "guests_per_hour=",
    "silence=",
    "ping=",
    "5000w",
    "35000d",
    "18446744073709551615",
    "18446744073709551616ms",
    "90071992547409.91",
    "serve",
    "verify",
    "replay",
    "types",
    "backup",
    "é",
    "\u{0}",
    "\r",
    " ",
    "-",
    "--limits",
];
