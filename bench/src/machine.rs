//! What a run was made on, so that its figures are not taken for another machine's.

use anyhow::{Context as _, Result, ensure};
use std::{fs, path::Path, process::Command, thread};

/// The machine, the file system of that folder and the commit, as lines of a Markdown list.
pub(crate) fn describe(folder: &Path) -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown", |(_, model)| model);
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = loads.split(' ').next().unwrap_or_default();
    let unknown = || "unknown".to_owned();
    let kernel = answer(Command::new("uname").arg("-sr")).unwrap_or_else(unknown);
    let file_system = file_system(folder).unwrap_or_else(|_| unknown());
    let commit = answer(Command::new("git").args(["describe", "--always", "--dirty"]));
    let date = answer(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_else(unknown);
    format!(
        "- machine: {cores} cores, {model}, {kernel}, database on {file_system}\n\
         - commit: {}\n- date: {date}, load average {load}\n",
        commit.unwrap_or_else(unknown)
    )
}

/// The file system of a folder must be one that keeps something.
///
/// # Errors
/// One that lies in memory, where nothing costs what it costs on a disk.
pub(crate) fn refuse_memory(folder: &Path) -> Result<()> {
    let kind = file_system(folder)?;
    let in_memory = ["tmpfs", "ramfs", "devtmpfs"].contains(&kind.as_str());
    ensure!(!in_memory, "{} lies in memory ({kind}); name another with --folder", folder.display());
    Ok(())
}

/// The kind of the file system that a folder lies on.
fn file_system(folder: &Path) -> Result<String> {
    let said = answer(Command::new("df").arg("--output=fstype").arg(folder));
    let said = said.with_context(|| format!("`df` says nothing of {}", folder.display()))?;
    said.lines().nth(1).map(str::to_owned).context("`df` says nothing of a file system")
}

/// What a program prints, if it succeeds.
fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
