//! Files that are in the binary: templates and static files.

use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Statics;

type Get = fn(&str) -> Option<EmbeddedFile>;
type Names = fn() -> Vec<Cow<'static, str>>;

/// A folder of files: in the binary, or on the disk.
///
/// A site hands its own to [`Site::templates`](crate::Site::templates) and [`Site::statics`](crate::Site::statics); they come
/// before the framework's files of the same names.
#[derive(Clone)]
pub struct Assets(Source);

#[derive(Clone)]
enum Source {
    Embedded(Get, Names),
    Folder(PathBuf),
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Embedded(..) => f.write_str("Assets(embedded)"),
            Source::Folder(folder) => write!(f, "Assets({})", folder.display()),
        }
    }
}

/// One file.
pub(super) struct File {
    pub(super) bytes: Cow<'static, [u8]>,
    pub(super) hash: [u8; 32],
}

impl Assets {
    /// A folder that `rust_embed` has put into the binary.
    pub fn embedded<E: RustEmbed>() -> Self {
        Self(Source::Embedded(E::get, || E::iter().collect()))
    }

    /// A folder on the disk, read anew each time.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self(Source::Folder(path.into()))
    }

    pub(crate) fn own_templates() -> Self {
        Self::embedded::<Templates>()
    }

    pub(crate) fn own_statics() -> Self {
        Self::embedded::<Statics>()
    }

    pub(super) fn get(&self, name: &str) -> Option<File> {
        // A name is a path below the folder, never beside it.
        let outside = name.split('/').any(|part| matches!(part, "" | "." | ".."));
        if outside || name.contains(['\\', '\0']) {
            return None;
        }
        match &self.0 {
            Source::Embedded(get, _) => {
                let file = get(name)?;
                Some(File { hash: file.metadata.sha256_hash(), bytes: file.data })
            }
            Source::Folder(folder) => {
                let bytes = std::fs::read(folder.join(name)).ok()?;
                let hash = Sha256::digest(&bytes).into();
                Some(File { bytes: bytes.into(), hash })
            }
        }
    }

    /// Whether nothing in it changes while the program runs: a program built for debugging reads embedded files from the disk.
    pub(super) fn is_fixed(&self) -> bool {
        matches!(self.0, Source::Embedded(..)) && !cfg!(debug_assertions)
    }

    /// Feeds a hash with what tells one state of the folder from another: contents, or on the disk the times of changes.
    pub(super) fn fingerprint(&self, hash: &mut Sha256) {
        match &self.0 {
            Source::Embedded(get, names) => {
                for name in names() {
                    if let Some(file) = get(&name) {
                        hash.update(name.as_bytes());
                        hash.update(file.metadata.sha256_hash());
                    }
                }
            }
            Source::Folder(folder) => stamps(folder, hash),
        }
    }
}

/// The path, length and last change of each file below a folder, in the order of their names.
fn stamps(folder: &Path, hash: &mut Sha256) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        match std::fs::metadata(&path) {
            Ok(about) if about.is_dir() => stamps(&path, hash),
            Ok(about) => {
                let changed =
                    about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
                hash.update(path.as_os_str().as_encoded_bytes());
                hash.update(about.len().to_le_bytes());
                hash.update(changed.map_or(0, |at| at.as_nanos()).to_le_bytes());
            }
            Err(_) => {}
        }
    }
}

/// Looks through the folders in their order.
pub(super) fn find(folders: &[Assets], name: &str) -> Option<File> {
    folders.iter().find_map(|folder| folder.get(name))
}

#[cfg(test)]
mod tests {
    use super::{Assets, find};

    #[test]
    fn a_site_overrides_a_file_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("base.html"), "mine").unwrap();
        let folders = [Assets::folder(folder.path()), Assets::own_templates()];
        assert_eq!(&*find(&folders, "base.html").unwrap().bytes, b"mine");
        assert!(find(&folders, "login.html").is_some_and(|file| &*file.bytes != b"mine"));
        assert!(find(&folders, "nowhere.html").is_none());
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let inner = Assets::folder(folder.path().join("inner"));
        for name in ["../secret", "/secret", "a/../../secret", "", ".", "..\\secret"] {
            assert!(inner.get(name).is_none(), "{name}");
        }
    }
}
