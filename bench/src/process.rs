//! What a process has used so far, as the kernel counts it.

use anyhow::{Context as _, Result, ensure};
use std::{fs, process::Command};

/// How many clock ticks a second has in `/proc`: 100 on every Linux (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    /// Its user and system time, in seconds.
    pub(crate) cpu: f64,
    /// How often its threads were switched off a core.
    pub(crate) switches: u64,
}

impl Used {
    /// What the process of that id has used; `self` is the one that asks.
    ///
    /// # Errors
    /// A process that is not there.
    pub(crate) fn by(process: &str) -> Result<Self> {
        let read = |path: &str| fs::read_to_string(path).with_context(|| path.to_owned());
        let cpu = cpu(&read(&format!("/proc/{process}/stat"))?).context("the form of `stat`")?;
        let mut switches = 0;
        for thread in fs::read_dir(format!("/proc/{process}/task"))? {
            // A thread that has ended meanwhile is not missed.
            let status = fs::read_to_string(thread?.path().join("status")).unwrap_or_default();
            switches += switched(&status);
        }
        Ok(Self { cpu, switches })
    }

    /// The user and system time of a process and of all that it has started, in seconds.
    ///
    /// # Errors
    /// A process that is not there.
    pub(crate) fn cpu_of_tree(process: u32) -> Result<f64> {
        let cpus = tree(process)?.into_iter().map(|it| {
            let path = format!("/proc/{it}/stat");
            cpu(&fs::read_to_string(&path).context(path)?).context("the form of `stat`")
        });
        cpus.sum()
    }

    /// The memory that a process and all that it has started hold, in KiB.
    ///
    /// # Errors
    /// A process that is not there.
    pub(crate) fn memory_of_tree(process: u32) -> Result<f64> {
        let held = tree(process)?.into_iter().map(|it| {
            let path = format!("/proc/{it}/status");
            resident_kb(&fs::read_to_string(&path).context(path)?).context("the form of `status`")
        });
        held.sum()
    }
}

/// A process and all that it has started.
fn tree(process: u32) -> Result<Vec<u32>> {
    let parent = |id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse::<u32>().ok()
    };
    let ids = fs::read_dir("/proc")?.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok());
    let parents: Vec<(u32, u32)> = ids.filter_map(|id| Some((id, parent(id)?))).collect();
    let mut tree = vec![process];
    let mut at = 0;
    while let Some(&parent) = tree.get(at) {
        tree.extend(parents.iter().filter(|(_, it)| *it == parent).map(|(id, _)| *id));
        at += 1;
    }
    Ok(tree)
}

/// The line of `/proc/ID/status` that says what is in memory, in KiB.
fn resident_kb(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// How much memory the process of that id has, in bytes, without that of files.
///
/// # Errors
/// A process that is not there.
pub(crate) fn resident(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    Ok(kibibytes.context("the form of `status`")? * 1024)
}

/// Lets a process that runs go on on that core alone.
///
/// # Errors
/// A system without `taskset`, or without that core.
pub(crate) fn pin(process: u32, core: &str) -> Result<()> {
    let pinned =
        Command::new("taskset").args(["-a", "-c", "-p", core, &process.to_string()]).output()?;
    ensure!(pinned.status.success(), "{}", String::from_utf8_lossy(&pinned.stderr));
    Ok(())
}

/// The fields 14 and 15 of `/proc/ID/stat`. The second is a name in parentheses, which may have blanks in it.
fn cpu(stat: &str) -> Option<f64> {
    let after_name = stat.rsplit_once(") ")?.1;
    let mut fields = after_name.split(' ').skip(11);
    let mut seconds = || fields.next()?.parse::<f64>().ok();
    Some((seconds()? + seconds()?) / TICKS)
}

/// The two lines of `/proc/ID/task/ID/status` that count switches.
fn switched(status: &str) -> u64 {
    let counts = status.lines().filter_map(|line| line.split_once("voluntary_ctxt_switches:"));
    counts.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::{cpu, resident_kb, switched, tree};
    use std::{process, process::Command};

    #[test]
    fn the_times_are_found_behind_a_name_with_blanks() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 9 9 9";
        assert_eq!(cpu(stat), Some(3.0));
    }

    #[test]
    fn both_kinds_of_switches_count() {
        let status = "Threads:\t1\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t2\n";
        assert_eq!(switched(status), 7);
    }

    #[test]
    fn memory_is_read_from_its_line() {
        assert_eq!(resident_kb("VmHWM:\t 9 kB\nVmRSS:\t    5124 kB\n"), Some(5124.0));
    }

    #[test]
    fn what_a_process_has_started_belongs_to_it() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let found = tree(process::id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(found.contains(&process::id()) && found.contains(&child.id()));
    }
}
