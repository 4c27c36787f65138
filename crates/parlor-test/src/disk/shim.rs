//! The shim that is loaded into a program, compiled when it is first needed.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tempfile::TempDir;

/// The compiled shim; it goes with the last disk of this process.
#[derive(Debug)]
pub(super) struct Shim {
    folder: TempDir,
}

impl Shim {
    /// The one of this process.
    ///
    /// # Panics
    /// Where there is no C compiler by the name of `cc`, or the system is not Linux.
    pub(super) fn get() -> Arc<Self> {
        static SHARED: Mutex<Weak<Shim>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shim) = shared.upgrade() {
            return shim;
        }
        let shim = Arc::new(Self::compile());
        *shared = Arc::downgrade(&shim);
        shim
    }

    fn compile() -> Self {
        let shim = Self { folder: tempfile::tempdir().expect("a folder") };
        let source = shim.folder.path().join("disk.c");
        fs::write(&source, include_str!("disk.c")).expect("a file");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-pthread", "-o"]).arg(shim.library());
        let output = compiler.arg(&source).output().expect("a C compiler by the name of cc");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        shim
    }

    /// The file that a program is to load.
    pub(super) fn library(&self) -> PathBuf {
        self.folder.path().join("disk.so")
    }
}
