//! `cargo xtask conformance`: the Autobahn test suite against the reader and writer of frames that sockets are served with.
//!
//! The suite is published in Python 2. What is needed of it is downloaded and translated into `target/autobahn`, by the
//! scripts in `xtask/autobahn`, and its verdicts are taken as they are. So that they mean something, the same cases are run
//! against a server that breaks the protocol wherever it can: the suite must find that out.

mod verdict;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::command::{answer, cargo, program, root, run as run_program};
use crate::install;
use crate::step;
use verdict::{Verdict, expect_faults, expect_none, table};

/// The scripts, and what they need.
const SCRIPTS: &str = "xtask/autobahn";

/// The scripts and lists on which the translation depends.
const SOURCES: [&str; 3] = ["requirements.txt", "suite.txt", "translate.py"];

/// Cases, as patterns, and how many connections they are run over at once.
type Cases<'a> = (&'a str, u32);

/// Every case that needs no extension: those that wait for time to pass, and then those that keep the suite itself busy.
const ALL: [Cases<'_>; 2] = [("1.*,2.*,3.*,4.*,5.*,6.*,7.*", 8), ("9.*,10.*", 2)];

/// The cases that a server which breaks the protocol is tried with.
const CONTROL: Cases<'_> = ("2.*,3.*,4.*,5.*,6.*,7.*", 8);

/// Installs, builds, and runs the cases that fit the patterns, as `6.*,7.1.5`.
pub(crate) fn run(patterns: &str) -> Result<()> {
    step::run("install", install::everything)?;
    step::run("conformance", || if patterns.is_empty() { all() } else { check(&[(patterns, 2)]) })
}

/// Runs all cases, on what is installed.
pub(crate) fn all() -> Result<()> {
    check(&ALL)
}

fn check(cases: &[Cases<'_>]) -> Result<()> {
    prepare()?;
    let example = ["build", "--workspace", "--example", "echo", "--features", "parlor/probe"];
    run_program(cargo().args(example))?;
    let echo = answer(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))
        .and_then(|metadata| target(&metadata))
        .context("cargo does not say where it builds")?
        .join("debug/examples/echo");
    let judged = cases.iter().map(|cases| judge(program(&echo), *cases));
    let verdicts = judged.collect::<Result<Vec<_>>>()?.concat();
    print!("{}", table(&verdicts));
    println!("excluded: 12 and 13, permessage-deflate, an extension that no socket here agrees to");
    expect_none(&verdicts, cases == ALL)?;
    let mut naive = python();
    naive.arg(root().join(SCRIPTS).join("naive.py"));
    let faults = expect_faults(&judge(naive, CONTROL)?)?;
    println!(
        "the control, a server that sends back whatever comes, fails in {faults} cases, as it must"
    );
    Ok(())
}

/// Where cargo builds, from its own description of the workspace.
fn target(metadata: &str) -> Option<PathBuf> {
    let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
    Some(rest.split_once('"')?.0.into())
}

/// Where the suite is kept once it is translated.
fn folder() -> PathBuf {
    root().join("target/autobahn")
}

/// The Python that has what the suite needs.
fn python() -> Command {
    let mut python = program(folder().join("venv/bin/python"));
    // What is not recommended any more in Python is none of our business.
    python.args(["-W", "ignore"]);
    python
}

/// Downloads and translates the suite, unless that was done from these very scripts.
fn prepare() -> Result<()> {
    let scripts = root().join(SCRIPTS);
    let read = |name| fs::read_to_string(scripts.join(name)).context(name);
    let sources = SOURCES.into_iter().map(read).collect::<Result<Vec<_>>>()?.concat();
    let stamp = folder().join("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == sources) {
        return Ok(());
    }
    if folder().exists() {
        fs::remove_dir_all(folder())?;
    }
    println!("installing the Autobahn test suite into target/autobahn");
    run_program(program("python3").args(["-m", "venv"]).arg(folder().join("venv")))?;
    let pip = |words: &[&str]| {
        let mut pip = python();
        pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet"]).args(words);
        pip
    };
    let list = |name: &str| scripts.join(name);
    run_program(pip(&["install", "--require-hashes", "-r"]).arg(list("requirements.txt")))?;
    let download = ["download", "--require-hashes", "--no-deps", "--only-binary", ":all:"];
    let wheels = folder().join("wheels");
    run_program(pip(&download).arg("-d").arg(&wheels).arg("-r").arg(list("suite.txt")))?;
    let wheel = fs::read_dir(&wheels)?.next().context("no suite was downloaded")??.path();
    run_program(python().arg(list("translate.py")).arg(wheel).arg(folder().join("suite")))?;
    fs::write(stamp, sources).context("target/autobahn")
}

/// A server that is ended when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server, which prints its address, and asks the suite what it says of it.
fn judge(mut server: Command, (patterns, connections): Cases<'_>) -> Result<Vec<Verdict>> {
    let mut server = Server(server.stdout(Stdio::piped()).spawn().context("the server")?);
    let output = server.0.stdout.take().context("the server's words")?;
    let mut first = String::new();
    BufReader::new(output).read_line(&mut first)?;
    let url = first.trim().strip_prefix("listening on ").context("the server does not listen")?;
    println!("$ run.py {url} {patterns}");
    let mut suite = python();
    suite.arg(root().join(SCRIPTS).join("run.py")).arg(folder().join("suite")).args([
        url,
        patterns,
        &connections.to_string(),
    ]);
    let output = suite.stdin(Stdio::null()).output().context("run.py")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the suite failed ({}): {told}", output.status);
    verdict::read(&said).with_context(|| format!("the suite said: {said}{told}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::target;

    #[test]
    fn where_cargo_builds_is_read_from_its_description() {
        let metadata = r#"{"packages":[],"target_directory":"/a/target","version":1}"#;
        assert_eq!(target(metadata).as_deref(), Some(Path::new("/a/target")));
        assert_eq!(target("{}"), None);
    }
}
