//! The files of the repository, read once for all rules.
//!
//! The folders are walked without git: a release archive has none, and a file is to be tidy before it is added.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Every file that `.gitignore` does not exclude, by its path from the root, with `/` between folders.
#[derive(Debug, Default)]
pub(super) struct Repository {
    files: BTreeMap<String, Option<String>>,
}

impl Repository {
    /// Reads the repository at `root`.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let ignored =
            Ignored::parse(&fs::read_to_string(root.join(".gitignore")).unwrap_or_default());
        let mut repository = Self::default();
        repository.walk(root, "", &ignored)?;
        Ok(repository)
    }

    /// Reads a folder and those in it.
    fn walk(&mut self, folder: &Path, path: &str, ignored: &Ignored) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let entry = entry?;
            let path = join(path, &entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            if kind.is_symlink() || ignored.contains(&path) {
                continue;
            }
            if kind.is_dir() {
                self.walk(&entry.path(), &path, ignored)?;
            } else {
                let bytes = fs::read(entry.path()).with_context(|| path.clone())?;
                self.files.insert(path, text(bytes));
            }
        }
        Ok(())
    }

    /// A repository of the given files, for tests.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |&(path, text): &(&str, &str)| (path.to_owned(), Some(text.to_owned()));
        Self { files: files.iter().map(file).collect() }
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// Every text file with its path.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Every text file whose path starts and ends so.
    pub(super) fn texts_in<'a>(
        &'a self,
        start: &'a str,
        end: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts().filter(move |(path, _)| path.starts_with(start) && path.ends_with(end))
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether there is a file or a folder of this path.
    pub(super) fn exists(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }
}

/// A path below a folder; the root is the empty path.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether a file holds tests and nothing else, by its place.
pub(super) fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The file as text, if it is text.
fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// The patterns of `.gitignore` that this repository uses: `/path` from the root, and a plain `name` at any depth.
#[derive(Debug)]
struct Ignored {
    paths: Vec<String>,
    names: Vec<String>,
}

impl Ignored {
    /// Reads the patterns; git's own folder is always among them.
    fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
        let (paths, mut names): (Vec<&str>, Vec<&str>) =
            lines.map(|line| line.trim_end_matches('/')).partition(|line| line.contains('/'));
        names.push(".git");
        Self {
            paths: paths.iter().map(|path| path.trim_start_matches('/').to_owned()).collect(),
            names: names.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether a path is excluded.
    fn contains(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.paths.iter().any(|it| it == path) || self.names.iter().any(|it| it == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ignored, Repository, is_test, text};
    use crate::command::root;

    #[test]
    fn patterns_exclude_paths_from_the_root_and_names_anywhere() {
        let ignored =
            Ignored::parse("# built\n/target\nnode_modules/\nbrowser-tests/screenshots/\n");
        for path in ["target", "a/node_modules", "browser-tests/screenshots", ".git"] {
            assert!(ignored.contains(path), "{path}");
        }
        for path in ["a/target", "targets", "screenshots", ".gitignore"] {
            assert!(!ignored.contains(path), "{path}");
        }
    }

    #[test]
    fn this_repository_is_read_without_what_is_built() {
        let repository = Repository::read(root()).unwrap();
        assert!(repository.text("xtask/src/main.rs").is_some());
        assert!(repository.exists("xtask/src") && !repository.exists("xtask/sr"));
        assert!(!repository.exists("target") && !repository.exists("browser-tests/node_modules"));
    }

    #[test]
    fn only_text_is_text() {
        assert_eq!(text(b"yes\n".to_vec()).as_deref(), Some("yes\n"));
        assert_eq!(text(b"\0PNG".to_vec()), None);
        assert_eq!(text(vec![0xff, 0xd8]), None);
    }

    #[test]
    fn tests_are_known_by_their_place() {
        assert!(is_test("games/tests/rules.rs") && is_test("games/src/craps/tests.rs"));
        assert!(!is_test("games/src/contests.rs"));
    }
}
