//! What a disk holds: what was synced for certain, and of the rest whatever chance leaves.

use super::{Cut, log::Operation};
use std::{
    collections::BTreeMap,
    fs, mem,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// What a disk writes as a whole, or not at all.
const SECTOR: usize = 512;

/// The names and files of one folder.
#[derive(Debug, Default)]
pub(super) struct Held {
    files: Vec<File>,
    /// Which of the files has an inode's number now: a number is given again once its file is gone.
    numbers: BTreeMap<u64, usize>,
    /// The names as the program sees them, and those that are on the disk.
    names: Names,
    synced: Names,
    /// Changes of names that are not yet on the disk, in order.
    pending: Vec<Renaming>,
    syncs: u64,
}

type Names = BTreeMap<PathBuf, usize>;

#[derive(Debug, Default)]
struct File {
    /// What is on the disk.
    synced: Vec<u8>,
    /// What was done to it since, in order.
    pending: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Written { offset: usize, bytes: Vec<u8> },
    Truncated(usize),
}

#[derive(Debug, Clone)]
enum Renaming {
    Added(PathBuf, usize),
    Removed(PathBuf),
    Moved(PathBuf, PathBuf),
}

impl Held {
    /// Everything that is in the folder now, as if all of it were on the disk.
    pub(super) fn of(folder: &Path) -> Self {
        let mut held = Self::default();
        for (name, number, bytes) in list(folder) {
            let file = held.add(number);
            held.files[file].synced = bytes;
            held.names.insert(name.clone(), file);
            held.synced.insert(name, file);
        }
        held
    }

    /// How many syncs there were.
    pub(super) fn syncs(&self) -> u64 {
        self.syncs
    }

    fn add(&mut self, number: u64) -> usize {
        self.files.push(File::default());
        self.numbers.insert(number, self.files.len() - 1);
        self.files.len() - 1
    }

    /// Takes one operation into account.
    pub(super) fn take(&mut self, operation: Operation) {
        match operation {
            Operation::Opened { file, name } => {
                let known = self.names.get(&name);
                if known.is_none() || known != self.numbers.get(&file) {
                    let file = self.add(file);
                    self.names.insert(name.clone(), file);
                    self.pending.push(Renaming::Added(name, file));
                }
            }
            Operation::Written { file, offset, bytes } => {
                let offset = usize::try_from(offset).expect("an offset");
                self.file(file).pending.push(Change::Written { offset, bytes });
            }
            Operation::Truncated { file, length } => {
                let length = usize::try_from(length).expect("a length");
                self.file(file).pending.push(Change::Truncated(length));
            }
            Operation::Synced { file } => {
                self.syncs += 1;
                let file = self.file(file);
                for change in mem::take(&mut file.pending) {
                    change.apply(&mut file.synced);
                }
            }
            Operation::SyncFailed { file } => self.file(file).pending.clear(),
            Operation::FolderSynced { name } => {
                self.syncs += 1;
                let (synced, pending) = mem::take(&mut self.pending)
                    .into_iter()
                    .partition(|renaming| renaming.is_in(&name));
                self.pending = pending;
                rename(&mut self.synced, synced);
            }
            Operation::Removed { name } => {
                self.names.remove(&name);
                self.pending.push(Renaming::Removed(name));
            }
            Operation::Renamed { from, to } => {
                let moved = Renaming::Moved(from, to);
                rename(&mut self.names, vec![moved.clone()]);
                self.pending.push(moved);
            }
        }
    }

    fn file(&mut self, number: u64) -> &mut File {
        let file = self.numbers.get(&number).expect("a file that was opened before");
        &mut self.files[*file]
    }

    /// A program may be killed between an operation and its entry in the log. Where the folder has something else than
    /// was written down, that was done, and is not synced.
    pub(super) fn catch_up(&mut self, folder: &Path) {
        let mut there = Vec::new();
        for (name, number, bytes) in list(folder) {
            self.take(Operation::Opened { file: number, name: name.clone() });
            let file = self.file(number);
            if file.now() != bytes {
                file.pending.push(Change::Truncated(bytes.len()));
                file.pending.push(Change::Written { offset: 0, bytes });
            }
            there.push(name);
        }
        let gone: Vec<PathBuf> =
            self.names.keys().filter(|name| !there.contains(name)).cloned().collect();
        gone.into_iter().for_each(|name| self.take(Operation::Removed { name }));
    }

    /// Writes what a disk would hold after a power cut into a folder.
    pub(super) fn cut(&self, random: &mut fastrand::Rng, folder: &Path) -> Cut {
        let mut cut = Cut::default();
        let mut names = self.synced.clone();
        let named = random.usize(..=self.pending.len());
        rename(&mut names, self.pending[..named].to_vec());
        for (name, file) in names {
            let path = folder.join(name);
            let parent = path.parent().expect("a folder");
            fs::create_dir_all(parent).expect("a folder");
            fs::write(&path, self.files[file].after_cut(random, &mut cut)).expect("a file");
        }
        cut
    }
}

impl File {
    /// As the program sees it.
    fn now(&self) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        self.pending.iter().for_each(|change| change.apply(&mut bytes));
        bytes
    }

    fn after_cut(&self, random: &mut fastrand::Rng, cut: &mut Cut) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let count = self.pending.len();
        // Nothing of it, all of it, all up to one of the changes, and mostly: whatever chance leaves.
        let (first, torn, kept) = match random.u8(..8) {
            0 => (0, 0, 0),
            1 => (count, 0, 0),
            2 => (random.usize(..=count), 0, 0),
            _ => (0, random.u8(..=100), random.u8(..=100)),
        };
        for (n, change) in self.pending.iter().enumerate() {
            if n < first || random.u8(..100) < kept {
                cut.whole += 1;
                change.apply(&mut bytes);
            } else if random.u8(..100) < torn && matches!(change, Change::Written { .. }) {
                cut.torn += 1;
                change.tear(random, &mut bytes);
            } else {
                cut.lost += 1;
            }
        }
        // A file may have got its new size before its bytes.
        let longest = self.pending.iter().map(Change::end).max().unwrap_or_default();
        if random.u8(..4) == 0 && bytes.len() < longest {
            bytes.resize(longest, 0);
        }
        bytes
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Truncated(length) => file.resize(*length, 0),
            Self::Written { offset, bytes } => put(file, *offset, bytes),
        }
    }

    /// Writes some of its sectors.
    fn tear(&self, random: &mut fastrand::Rng, file: &mut Vec<u8>) {
        let Self::Written { offset, bytes } = self else { return };
        let (mut start, end) = (*offset, offset + bytes.len());
        while start < end {
            let next = end.min((start / SECTOR + 1) * SECTOR);
            if random.bool() {
                put(file, start, &bytes[start - offset..next - offset]);
            }
            start = next;
        }
    }

    /// The length of a file that ends with it.
    fn end(&self) -> usize {
        match self {
            Self::Truncated(length) => *length,
            Self::Written { offset, bytes } => offset + bytes.len(),
        }
    }
}

fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

impl Renaming {
    /// Whether syncing this folder makes it durable.
    fn is_in(&self, folder: &Path) -> bool {
        let (Self::Added(name, _) | Self::Removed(name) | Self::Moved(_, name)) = self;
        name.parent() == Some(folder)
    }
}

fn rename(names: &mut Names, renamings: Vec<Renaming>) {
    for renaming in renamings {
        match renaming {
            Renaming::Added(name, file) => {
                names.insert(name, file);
            }
            Renaming::Removed(name) => {
                names.remove(&name);
            }
            Renaming::Moved(from, to) => {
                if let Some(file) = names.remove(&from) {
                    names.insert(to, file);
                }
            }
        }
    }
}

/// The files in a folder and below: names, numbers of inodes, contents. Shared memory is passed over, as the shim does.
fn list(folder: &Path) -> Vec<(PathBuf, u64, Vec<u8>)> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.to_string_lossy().ends_with("-shm") {
                let number = path.metadata().expect("a file").ino();
                let bytes = fs::read(&path).expect("a file");
                let name = path.strip_prefix(folder).expect("a name in the folder").to_owned();
                files.push((name, number, bytes));
            }
        }
    }
    files
}

#[cfg(test)]
mod tests;
