//! The static files of a site as a whole: their version, the addresses that carry it, and what they are when packed.
//!
//! A version is a hash over all files, and stands in the path before their names: `/static/v-…/parlor.js`. What is at such an
//! address never changes, so that a browser keeps it and does not ask again; and since modules and style sheets name each
//! other relative to themselves, all that a page loads is of one version.

use super::assets::{Assets, File, find};
use axum::body::Bytes;
use flate2::{Compression, write::GzEncoder};
use parlor_core::state::hex;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    io::Write as _,
    sync::{Mutex, PoisonError},
};

/// What stands before a version in a path.
const MARK: &str = "v-";

/// How many bytes of the hash a version has: two versions of one site are never the same, and nobody gains by making them so.
const BYTES: usize = 8;

/// All static files of a site.
pub(crate) struct Files {
    folders: Vec<Assets>,
    /// The version, where no file changes while the program runs.
    fixed: Option<String>,
    /// Packed files by their names, with the hash of what was packed.
    packed: Mutex<BTreeMap<String, ([u8; 32], Bytes)>>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.folders).finish()
    }
}

impl Files {
    pub(crate) fn new(folders: Vec<Assets>) -> Self {
        let fixed = folders.iter().all(Assets::is_fixed);
        let fixed = fixed.then(|| version(&folders));
        Self { folders, fixed, packed: Mutex::default() }
    }

    /// The version of the files as they are now.
    fn version(&self) -> Cow<'_, str> {
        match &self.fixed {
            Some(version) => version.into(),
            None => version(&self.folders).into(),
        }
    }

    /// The path of the folder that all files of the present version are in.
    pub(super) fn root(&self) -> String {
        format!("/static/{MARK}{}/", self.version())
    }

    /// A file by the rest of its address, and whether that is of the present version: only then it may be kept for good.
    pub(super) fn at<'a>(&self, rest: &'a str) -> Option<(&'a str, File, bool)> {
        let (version, name) = match rest.strip_prefix(MARK).and_then(|rest| rest.split_once('/')) {
            Some((version, name)) if is_version(version) => (Some(version), name),
            _ => (None, rest),
        };
        let lasting = version.is_some_and(|version| version == self.version());
        find(&self.folders, name).map(|file| (name, file, lasting))
    }

    /// A file packed by gzip; packed once, while its content stays.
    pub(super) fn packed(&self, name: &str, file: &File) -> Option<Bytes> {
        let packed = || self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((hash, bytes)) = packed().get(name)
            && *hash == file.hash
        {
            return Some(bytes.clone());
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&file.bytes).ok()?;
        let bytes = Bytes::from(gzip.finish().ok()?);
        packed().insert(name.to_owned(), (file.hash, bytes.clone()));
        Some(bytes)
    }

    /// A module and all that it imports, directly or not, each once: what a page can ask for at the same time.
    pub(super) fn modules(&self, name: &str) -> Vec<String> {
        let mut all = vec![name.to_owned()];
        let mut read = 0;
        while let Some(module) = all.get(read).cloned() {
            read += 1;
            let Some(file) = find(&self.folders, &module) else { continue };
            let folder = module.rsplit_once('/').map_or("", |(folder, _)| folder);
            for imported in imports(&String::from_utf8_lossy(&file.bytes)) {
                let path = join(folder, imported);
                if !all.contains(&path) {
                    all.push(path);
                }
            }
        }
        all
    }
}

fn version(folders: &[Assets]) -> String {
    let mut hash = Sha256::new();
    for folder in folders {
        folder.fingerprint(&mut hash);
    }
    hex(&hash.finalize()[..BYTES])
}

fn is_version(text: &str) -> bool {
    text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a module imports when it is loaded, in the form of this house: a statement begins or ends a line, and names a file
/// relative to its own. One that is missed is still loaded, only later.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let statement =
            ["import ", "export ", "} from "].iter().any(|start| line.starts_with(start));
        let from = statement.then(|| line.split_once('"'))??.1.split_once('"')?.0;
        (from.starts_with("./") || from.starts_with("../")).then_some(from)
    })
}

/// The path that `relative` names in a module of that folder.
fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{Assets, Files};
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    /// Files in a folder, which is gone with the first of the two.
    fn files(named: &[(&str, &str)]) -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in named {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files = Files::new(vec![Assets::folder(folder.path())]);
        (folder, files)
    }

    #[test]
    fn a_changed_file_changes_every_address_and_old_ones_are_not_kept() {
        let (folder, files) = files(&[("a.js", "1"), ("deep/b.css", "2")]);
        let before = files.root();
        let rest = format!("{}a.js", before.strip_prefix("/static/").unwrap());
        assert_eq!(files.root(), before, "nothing has changed");
        let (name, file, lasting) = files.at(&rest).unwrap();
        assert_eq!((name, &*file.bytes, lasting), ("a.js", &b"1"[..], true));

        std::fs::write(folder.path().join("deep/b.css"), "other").unwrap();
        assert_ne!(files.root(), before, "a module may import what has changed");
        let (_, file, lasting) = files.at(&rest).unwrap();
        assert_eq!((&*file.bytes, lasting), (&b"1"[..], false), "a page of before still works");
    }

    #[test]
    fn a_name_without_a_version_works_and_one_like_a_version_is_a_name() {
        let (_folder, files) = files(&[("a.js", "1"), ("v-1/a.js", "2")]);
        assert!(files.at("a.js").is_some_and(|(_, _, lasting)| !lasting));
        assert!(files.at("v-1/a.js").is_some_and(|(name, ..)| name == "v-1/a.js"));
        assert!(files.at("v-0123456789abcdef/b.js").is_none());
        assert!(files.at("v-0123456789abcdef/../a.js").is_none());
    }

    #[test]
    fn what_is_packed_is_the_file_of_now() {
        let (folder, files) = files(&[("a.css", "p { color: red }")]);
        for text in ["p { color: red }", "p { color: blue }"] {
            std::fs::write(folder.path().join("a.css"), text).unwrap();
            let (name, file, _) = files.at("a.css").unwrap();
            let packed = files.packed(name, &file).unwrap();
            assert_eq!(files.packed(name, &file).unwrap(), packed);
            let mut unpacked = String::new();
            GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).unwrap();
            assert_eq!(unpacked, text);
        }
    }

    #[test]
    fn a_module_brings_along_what_it_imports_once() {
        let (_folder, files) = files(&[
            (
                "page.js",
                "/** import \"./not.js\" */\nimport { a } from \"./a.js\";\nimport \"./deep/b.js\";\n",
            ),
            ("a.js", "import {\n  c,\n} from \"./deep/c.js\";\nimport { d } from \"elsewhere\";\n"),
            ("deep/b.js", "export { c } from \"./c.js\";\nimport \"../page.js\";\n"),
            ("deep/c.js", "const later = import(\"./later.js\");\n"),
        ]);
        assert_eq!(files.modules("page.js"), ["page.js", "a.js", "deep/b.js", "deep/c.js"]);
    }
}
