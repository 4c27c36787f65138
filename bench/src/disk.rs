//! What the disk can do: how long it takes to append 4 KiB to a file and to have them on the disk.

use anyhow::{Context as _, Result};
use clap::Args;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::{Seek as _, Write as _},
    path::PathBuf,
    time::Instant,
};

/// How many appends are measured on each kind of file.
const APPENDS: usize = 500;

/// One page of a database.
const PAGE: [u8; 4096] = [7; 4096];

/// Where to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct Disk {
    /// The folder
    pub(crate) folder: PathBuf,
}

/// How long each append took, with its `fdatasync`, in microseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Syncs {
    /// On a file that has its length already, as SQLite's log has once it was written from its start again.
    pub(crate) preallocated: Vec<f64>,
    /// On a file that grows.
    pub(crate) growing: Vec<f64>,
}

impl Disk {
    /// Measures it, and prints what it came to as a line of JSON.
    ///
    /// # Errors
    /// A folder that can't be written to.
    pub(crate) fn run(&self) -> Result<()> {
        let path = self.folder.join("disk-probe");
        let syncs = measure(&path).with_context(|| path.display().to_string())?;
        fs::remove_file(&path)?;
        println!("{}", serde_json::to_string(&syncs)?);
        Ok(())
    }
}

fn measure(path: &PathBuf) -> Result<Syncs> {
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(path)?;
    let growing = appends(&mut file)?;
    file.sync_all()?;
    file.rewind()?;
    Ok(Syncs { preallocated: appends(&mut file)?, growing })
}

fn appends(file: &mut File) -> Result<Vec<f64>> {
    let mut took = Vec::with_capacity(APPENDS);
    for _ in 0..APPENDS {
        let began = Instant::now();
        file.write_all(&PAGE)?;
        file.sync_data()?;
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    Ok(took)
}
