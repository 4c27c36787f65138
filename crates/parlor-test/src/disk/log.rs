//! What the shim writes down: operations, in the order in which they happened.

use std::path::PathBuf;

/// One operation on the watched folder. Files go by the numbers of their inodes, names are relative to the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    /// A file was opened by this name, and made if it was not there.
    Opened { file: u64, name: PathBuf },
    /// Bytes were written at an offset.
    Written { file: u64, offset: u64, bytes: Vec<u8> },
    /// A file was made this long.
    Truncated { file: u64, length: u64 },
    /// What was written to a file before is on the disk.
    Synced { file: u64 },
    /// It failed to be.
    SyncFailed { file: u64 },
    /// The names in a folder are on the disk.
    FolderSynced { name: PathBuf },
    /// A name was taken away.
    Removed { name: PathBuf },
    /// A file has another name.
    Renamed { from: PathBuf, to: PathBuf },
}

/// The size of what comes before the name: five numbers.
const HEAD: usize = 5 * 8;

/// Reads the operations in these bytes, up to one that is not there as a whole, each with the length of its entry.
///
/// # Panics
/// Where they are no log.
pub(super) fn read(mut bytes: &[u8]) -> Vec<(Operation, usize)> {
    let mut operations = Vec::new();
    while let Some((operation, rest)) = first(bytes) {
        operations.push((operation, bytes.len() - rest.len()));
        bytes = rest;
    }
    operations
}

fn first(bytes: &[u8]) -> Option<(Operation, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (numbers, _) = head.as_chunks::<8>();
    let [kind, file, offset, length, name] = *numbers else { return None };
    let [kind, file, offset, length, name] =
        [kind, file, offset, length, name].map(u64::from_ne_bytes);
    let kind = u8::try_from(kind).map(char::from).expect("a kind of operation");
    let (name, rest) = rest.split_at_checked(usize::try_from(name).ok()?)?;
    let name = path(name);
    let carried = if matches!(kind, 'w' | 'r') { usize::try_from(length).ok()? } else { 0 };
    let (carried, rest) = rest.split_at_checked(carried)?;
    let operation = match kind {
        'o' => Operation::Opened { file, name },
        'w' => Operation::Written { file, offset, bytes: carried.to_vec() },
        't' => Operation::Truncated { file, length: offset },
        's' => Operation::Synced { file },
        'f' => Operation::SyncFailed { file },
        'd' => Operation::FolderSynced { name },
        'u' => Operation::Removed { name },
        'r' => Operation::Renamed { from: name, to: path(carried) },
        other => panic!("no kind of operation: {other:?}"),
    };
    Some((operation, rest))
}

fn path(bytes: &[u8]) -> PathBuf {
    std::str::from_utf8(bytes).expect("a name in UTF-8").into()
}

#[cfg(test)]
mod tests {
    use super::{Operation, read};

    fn entry(kind: char, numbers: [u64; 3], name: &str, carried: &[u8]) -> Vec<u8> {
        let [file, offset, length] = numbers;
        let head = [u64::from(u32::from(kind)), file, offset, length, name.len() as u64];
        [head.map(u64::to_ne_bytes).concat().as_slice(), name.as_bytes(), carried].concat()
    }

    #[test]
    fn a_log_is_read_up_to_where_the_program_ended() {
        let mut log = entry('o', [7, 0, 0], "a/b", b"");
        log.extend(entry('w', [7, 512, 3], "", b"abc"));
        log.extend(entry('r', [0, 0, 1], "a/b", b"c"));
        let whole = vec![
            Operation::Opened { file: 7, name: "a/b".into() },
            Operation::Written { file: 7, offset: 512, bytes: b"abc".to_vec() },
            Operation::Renamed { from: "a/b".into(), to: "c".into() },
        ];
        let operations = |log: &[u8]| -> Vec<Operation> {
            read(log).into_iter().map(|(operation, _)| operation).collect()
        };
        assert_eq!(operations(&log), whole);
        assert_eq!(read(&log).iter().map(|(_, length)| length).sum::<usize>(), log.len());
        log.pop();
        assert_eq!(operations(&log), whole[..2]);
    }
}
