//! A real file system on an image of a disk, which is copied at the moment of a power cut: as `cargo xtask soak cuts --loop`
//! wants it. It takes root, `mkfs.xfs` and `mkfs.ext4`.

use crate::{
    outliving::{House, start},
    program::{Program, folder},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// An ext4 file system on an image, which lies on an XFS file system, since XFS copies a file in one moment.
pub(crate) struct Image {
    room: TempDir,
    synchronous: &'static str,
}

impl Image {
    pub(crate) fn new(synchronous: &'static str) -> Self {
        let image = Self { room: folder(), synchronous };
        let outer = image.path("outer.img");
        run("truncate", &["-s", "4G", &outer]);
        run("mkfs.xfs", &["-q", "-m", "reflink=1", &outer]);
        std::fs::create_dir(image.path("outer")).expect("a folder");
        std::fs::create_dir(image.path("disk")).expect("a folder");
        run("mount", &["-o", "loop", &outer, &image.path("outer")]);
        run("truncate", &["-s", "512M", &image.path("outer/disk.img")]);
        run("mkfs.ext4", &["-q", &image.path("outer/disk.img")]);
        image.mount();
        image
    }

    fn path(&self, name: &str) -> String {
        self.room.path().join(name).display().to_string()
    }

    fn mount(&self) {
        run("mount", &["-o", "loop", &self.path("outer/disk.img"), &self.path("disk")]);
    }
}

impl House for Image {
    fn database(&self) -> PathBuf {
        self.room.path().join("disk/kills.db")
    }

    fn start(&mut self) -> Program {
        let database = format!("{}{}", self.database().display(), self.synchronous);
        start((self.room.path(), &database), &[])
    }

    fn end(&mut self, program: &mut Program, _: &mut fastrand::Rng) {
        // From here on it answers nobody; what it has asked of the disk goes on meanwhile.
        program.signal("KILL");
        let (image, copy) = (self.path("outer/disk.img"), self.path("outer/copy.img"));
        run("cp", &["--reflink=always", &image, &copy]);
        program.kill();
        run("umount", &[&self.path("disk")]);
        std::fs::rename(copy, image).expect("another image");
        self.mount();
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        for folder in ["disk", "outer"] {
            let _ = Command::new("umount").arg(Path::new(&self.path(folder))).status();
        }
    }
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|why| panic!("{program} does not run: {why}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
}
