//! A disk that can fail, under a real program: power cuts, a full disk, syncs that fail, and ends at the worst moment.
//!
//! [`Disk`] is a folder and a shim. The shim is a small library, compiled by `cc` when it is first needed and loaded into
//! the program by `LD_PRELOAD`: it does what the program asks for in that folder, writes it down, and fails where it is
//! told to. It needs Linux, and a program that calls the C library, as every Rust program does that is not built for musl.
//!
//! ```no_run
//! # use parlor_test::Disk;
//! # use std::process::Command;
//! let mut random = fastrand::Rng::with_seed(7);
//! let mut disk = Disk::new();
//! for _ in 0..10 {
//!     let mut program = Command::new("target/debug/my-site");
//!     program.args(["--database-url", &format!("sqlite://{}/my.db", disk.folder().display())]);
//!     let mut running = program.envs(disk.environment()).spawn()?;
//!     // … play, and write down what it acknowledges …
//!     running.kill()?;
//!     running.wait()?;
//!     disk.cut(&mut random);
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What is left after a power cut
//!
//! - What was written to a file before its last sync that succeeded is there.
//! - Of what was written, truncated or appended since, there is whatever chance leaves: nothing, all, all up to some
//!   moment, or mostly an arbitrary choice, in which a write may be torn into sectors of 512 bytes. A file may be longer
//!   than what is in it, and has zeros there.
//! - A sync of a file is not one of its name: files that were made, removed and renamed are so for certain once their
//!   folder was synced. Of the changes of names after that the first few have happened, as many as chance leaves, since
//!   file systems keep these in order.
//! - Folders themselves are always there.
//! - Files whose names end in `-shm`, SQLite's shared memory, are gone.
//!
//! What is written through memory maps, or by `fopen` and its kin, is not seen.

mod held;
mod log;
mod shim;

use held::Held;
use shim::Shim;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;

/// What goes wrong with a [`Disk`]. Bytes and syncs are counted from the moment it is set, and anew when a program is
/// started; syncs count from 1, those of folders too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Once files have grown by so many bytes, writes that make them longer fail with `ENOSPC`; the one that comes upon
    /// the end is written in part.
    Full(u64),
    /// This sync fails with `EIO`. What it should have made durable is lost in a power cut, however often the file is
    /// synced later: that is how Linux has it, which takes what it could not write for written.
    SyncFails(u64),
    /// Nothing opens for writing, and what is open is not written: `EROFS`.
    ReadOnly,
    /// Syncs succeed, and do nothing.
    Lies,
    /// The program is killed right before this sync.
    KillBeforeSync(u64),
    /// The program is killed right after this sync.
    KillAfterSync(u64),
}

/// What became of the changes to files that were not synced when the power was cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// Those that are on the disk.
    pub whole: u32,
    /// Writes of which some sectors are, or none.
    pub torn: u32,
    /// Those that are not.
    pub lost: u32,
}

/// A folder on a disk that can fail. It goes when this is dropped.
#[derive(Debug)]
pub struct Disk {
    shim: Arc<Shim>,
    room: TempDir,
    folder: PathBuf,
    held: Held,
    /// Up to where the log has been read.
    read: usize,
    generation: u32,
    cuts: u32,
    started: bool,
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Disk {
    /// An empty folder.
    ///
    /// # Panics
    /// Where there is no Linux, no C compiler, or no room for temporary files.
    pub fn new() -> Self {
        let room = tempfile::tempdir().expect("a folder");
        // The shim compares names without symbolic links.
        let folder = room.path().canonicalize().expect("the folder's name").join("disk");
        fs::create_dir(&folder).expect("a folder");
        let held = Held::default();
        let shim = Shim::get();
        let mut disk =
            Self { shim, room, folder, held, read: 0, generation: 0, cuts: 0, started: false };
        disk.fault(None);
        fs::write(disk.log(), "").expect("a log");
        disk
    }

    /// The folder; it is another one after each power cut. What is put into it before the first start is on the disk.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The variables to start a program with, and each time anew; the program before must have ended.
    ///
    /// # Panics
    /// Where what was written down can't be read.
    pub fn environment(&mut self) -> Vec<(&'static str, String)> {
        if self.started {
            self.read_log();
            self.held.catch_up(&self.folder);
        } else {
            self.held = Held::of(&self.folder);
            self.started = true;
        }
        fs::write(self.log(), "").expect("a log");
        self.read = 0;
        let variables = [
            ("LD_PRELOAD", self.shim.library()),
            ("PARLOR_DISK_FOLDER", self.folder.clone()),
            ("PARLOR_DISK_LOG", self.log()),
            ("PARLOR_DISK_CONTROL", self.control()),
        ];
        let text = |path: PathBuf| path.into_os_string().into_string().expect("a name in UTF-8");
        variables.map(|(name, path)| (name, text(path))).into()
    }

    /// Breaks the disk, or mends it; also while a program runs.
    ///
    /// # Panics
    /// Where that can't be written down.
    pub fn fault(&mut self, fault: Option<Fault>) {
        self.generation += 1;
        let (word, number) = match fault {
            None => ("none", 0),
            Some(Fault::Full(room)) => ("full", room),
            Some(Fault::SyncFails(nth)) => ("sync-fails", nth),
            Some(Fault::ReadOnly) => ("read-only", 0),
            Some(Fault::Lies) => ("lies", 0),
            Some(Fault::KillBeforeSync(nth)) => ("kill-before-sync", nth),
            Some(Fault::KillAfterSync(nth)) => ("kill-after-sync", nth),
        };
        // In place of the old one as a whole, since a program may be looking.
        let new = self.room.path().join("new");
        fs::write(&new, format!("{} {word} {number}\n", self.generation)).expect("a file");
        fs::rename(new, self.control()).expect("a file");
    }

    /// How many syncs of files and folders have succeeded so far since the last power cut, those of the running program
    /// included.
    ///
    /// # Panics
    /// Where what was written down can't be read.
    pub fn syncs(&mut self) -> u64 {
        self.read_log();
        self.held.syncs()
    }

    /// Cuts the power, after the program was killed: from here on the folder is what a disk would hold, by this chance.
    ///
    /// # Panics
    /// Where what was written down can't be read, or the folder not be written.
    pub fn cut(&mut self, random: &mut fastrand::Rng) -> Cut {
        self.read_log();
        fs::write(self.log(), "").expect("a log");
        self.read = 0;
        self.cuts += 1;
        let after = self.folder.with_file_name(format!("disk-{}", self.cuts));
        fs::create_dir(&after).expect("a folder");
        let cut = self.held.cut(random, &after);
        fs::remove_dir_all(&self.folder).expect("the folder goes");
        self.held = Held::of(&after);
        self.folder = after;
        cut
    }

    fn read_log(&mut self) {
        let bytes = fs::read(self.log()).expect("the log");
        for (operation, length) in log::read(&bytes[self.read..]) {
            self.read += length;
            self.held.take(operation);
        }
    }

    fn log(&self) -> PathBuf {
        self.room.path().join("log")
    }

    fn control(&self) -> PathBuf {
        self.room.path().join("control")
    }
}
