//! The power is cut in the middle of play, again and again; and twice where that must cost something, so that it is known
//! that these tests can tell.

use crate::{
    bot::Bot,
    image::Image,
    outliving::{Figures, House, compare, number, outlive, play_until_the_end, start, verify},
    program::{Program, folder},
};
use parlor_test::{Disk, disk::Fault};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How a commit is forced onto the disk, and how it need not be.
const FULL: &str = "";
const NORMAL: &str = "?synchronous=normal";

/// A folder on a disk that loses what was not synced.
struct Powered {
    disk: Disk,
    log: TempDir,
    synchronous: &'static str,
}

impl Powered {
    fn new(synchronous: &'static str) -> Self {
        Self { disk: Disk::new(), log: folder(), synchronous }
    }
}

impl House for Powered {
    fn database(&self) -> PathBuf {
        self.disk.folder().join("kills.db")
    }

    fn start(&mut self) -> Program {
        let variables = self.disk.environment();
        let database = format!("{}{}", self.database().display(), self.synchronous);
        start((self.log.path(), &database), &variables)
    }

    fn end(&mut self, program: &mut Program, random: &mut fastrand::Rng) {
        program.kill();
        self.disk.cut(random);
    }
}

/// The disk that these tests are about: a shim, or where `PARLOR_DISK` is `image` a real file system.
fn house(synchronous: &'static str) -> Box<dyn House> {
    match std::env::var("PARLOR_DISK").as_deref() {
        Ok("image") => Box::new(Image::new(synchronous)),
        _ => Box::new(Powered::new(synchronous)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_outlives_power_cuts() {
    let (cuts, seed) = (number("PARLOR_CUTS", 10), fastrand::u64(..));
    eprintln!("{cuts} power cuts, seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let figures = outlive(&mut *house(FULL), cuts, &mut random).await;
    eprintln!("{cuts} power cuts, seed {seed}: {figures}");
    assert_eq!((figures.lost, figures.twice), (0, 0), "seed {seed}: {figures}");
    assert!(figures.acked >= 20 * cuts, "seed {seed}: that was not the middle of play: {figures}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_syncing_every_commit_a_power_cut_loses_moves() {
    let (all, seed) = (std::env::var("PARLOR_LOSSES").is_ok(), fastrand::u64(..));
    let cuts = number("PARLOR_LOSSES", 10);
    let (mut random, mut house) = (fastrand::Rng::with_seed(seed), house(NORMAL));
    let (mut losing, mut made) = (0, 0);
    while made < cuts && (all || losing == 0) {
        let (bots, _) = play_until_the_end(&mut *house, &mut random).await;
        made += 1;
        let figures = look(&bots, &house.database()).await;
        let figures = figures.unwrap_or_else(|why| panic!("seed {seed}: it must be whole: {why}"));
        assert_eq!(figures.twice, 0, "seed {seed}: {figures:?}");
        losing += u32::from(figures.lost > 0);
    }
    eprintln!("seed {seed}: {losing} of {made} power cuts have lost what was acknowledged");
    assert!(losing > 0, "seed {seed}: {made} power cuts, and no loss: these tests can't tell one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_disk_that_lies_about_syncing_a_power_cut_loses_moves() {
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    for made in 1..=10 {
        let mut house = Powered::new(FULL);
        // The tables are there for certain, and what comes after them is not.
        house.start().kill();
        house.disk.cut(&mut random);
        house.disk.fault(Some(Fault::Lies));
        let (bots, _) = play_until_the_end(&mut house, &mut random).await;
        // Nobody can promise that such a disk holds a database at all.
        let lost = match look(&bots, &house.database()).await {
            Ok(figures) => format!("{} of {} moves", figures.lost, figures.acked),
            Err(why) => why,
        };
        if !lost.starts_with("0 of ") {
            return eprintln!("seed {seed}: power cut {made} has lost {lost}");
        }
    }
    panic!("seed {seed}: no loss: these tests can't tell one");
}

/// What the bots have lost, or why the database is not whole. It looks at a copy, since looking changes it.
async fn look(bots: &[Bot], database: &Path) -> Result<Figures, String> {
    let copies = folder();
    let copy = copies.path().join("kills.db");
    for end in ["", "-wal", "-journal"] {
        let with = |path: &Path| format!("{}{end}", path.display());
        if Path::new(&with(database)).exists() {
            std::fs::copy(with(database), with(&copy)).expect("a copy");
        }
    }
    let verified = verify(&copy);
    if verified.status.success() {
        return Ok(compare(bots, &copy).await);
    }
    let told = [verified.stdout, verified.stderr].concat();
    Err(String::from_utf8_lossy(&told).into_owned())
}
