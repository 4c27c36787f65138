//! The program is killed in the middle of play, again and again.

use crate::{
    outliving::{House, number, outlive, start},
    program::{Program, folder},
};
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder on a disk that works.
struct Folder(TempDir);

impl House for Folder {
    fn database(&self) -> PathBuf {
        self.0.path().join("kills.db")
    }

    fn start(&mut self) -> Program {
        start((self.0.path(), "kills.db"), &[])
    }

    fn end(&mut self, program: &mut Program, _: &mut fastrand::Rng) {
        program.kill();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_outlives_kills_and_is_applied_once() {
    let (kills, seed) = (number("PARLOR_KILLS", 20), fastrand::u64(..));
    eprintln!("{kills} kills, seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let figures = outlive(&mut Folder(folder()), kills, &mut random).await;
    eprintln!("{kills} kills, seed {seed}: {figures}");
    assert_eq!((figures.lost, figures.twice), (0, 0), "seed {seed}: {figures}");
}
