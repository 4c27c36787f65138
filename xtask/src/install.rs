//! Installing what the tests need and the machine lacks.
//!
//! A fresh Debian with cargo, a C compiler, node and npm is enough to start from. What is installed is said; where
//! this program may not install, it says what to type.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{answer, find, program, root, run};

/// The folder of the browser tests, where npm installs.
pub(crate) const BROWSER_TESTS: &str = "browser-tests";

/// The oldest major version of node that playwright-core runs on.
const NODE: u32 = 20;

/// Something a Debian package brings.
struct Need {
    package: &'static str,
    present: fn() -> bool,
}

/// Everything from Debian, in the order of installation.
const NEEDS: &[Need] = &[
    Need { package: "make", present: || find("make").is_some() },
    Need { package: "nodejs", present: || find("node").is_some() },
    Need { package: "npm", present: || find("npm").is_some() },
    Need { package: "chromium", present: || chromium().is_file() },
    Need { package: "python3", present: || find("python3").is_some() },
    Need { package: "python3-venv", present: has_environments },
];

/// Installs all that is missing; does nothing, quickly, where nothing is.
pub(crate) fn everything() -> Result<()> {
    debian()?;
    node_is_new_enough()?;
    npm()
}

/// The browser of the tests: `$CHROMIUM`, or Debian's.
pub(crate) fn chromium() -> PathBuf {
    env::var_os("CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from)
}

/// Whether Python can make an environment of its own: Debian keeps what that takes in a package of its own.
fn has_environments() -> bool {
    answer(program("python3").args(["-c", "import venv, ensurepip"])).is_some()
}

/// Installs the missing Debian packages.
fn debian() -> Result<()> {
    let missing: Vec<&str> =
        NEEDS.iter().filter(|need| !(need.present)()).map(|need| need.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("missing here: {}", missing.join(", "));
    ensure!(find("apt-get").is_some(), no_debian(&missing));
    let Some(rights) = rights() else { bail!(to_type(&missing)) };
    apt_get(rights, &["update"])?;
    apt_get(rights, &[&["install", "-y", "--no-install-recommends"], &missing[..]].concat())
        .with_context(|| to_type(&missing))
}

/// How this user installs packages: the words before `apt-get`, if it may at all.
fn rights() -> Option<&'static [&'static str]> {
    let root = answer(program("id").arg("-u")).is_some_and(|id| id == "0");
    let sudo = || answer(program("sudo").args(["-n", "true"])).is_some();
    match root {
        true => Some(&["env", "DEBIAN_FRONTEND=noninteractive"]),
        false if sudo() => Some(&["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]),
        false => None,
    }
}

/// Runs `apt-get` behind the words that give the right to.
fn apt_get(rights: &[&str], arguments: &[&str]) -> Result<()> {
    let mut command: Command = program(rights[0]);
    run(command.args(&rights[1..]).arg("apt-get").args(arguments))
}

/// What to type where this program may not install.
fn to_type(missing: &[&str]) -> String {
    let packages = missing.join(" ");
    format!("type: sudo apt-get update && sudo apt-get install -y {packages}")
}

/// What to do on a system without `apt-get`.
fn no_debian(missing: &[&str]) -> String {
    let packages = missing.join(", ");
    format!("there is no apt-get here: install {packages} (CHROMIUM=PATH names another Chromium)")
}

/// The node that is there, whoever installed it, can run the tests.
fn node_is_new_enough() -> Result<()> {
    let version = answer(program("node").arg("--version")).context("`node --version` failed")?;
    let major = major(&version).with_context(|| format!("node calls itself `{version}`"))?;
    ensure!(
        major >= NODE,
        "node {version} is too old: install version {NODE} or newer from https://nodejs.org/"
    );
    Ok(())
}

/// The major number of a version as node writes it, `v20.1.0`.
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs exactly the npm packages of the lock file, unless they are there.
fn npm() -> Result<()> {
    let folder = root().join(BROWSER_TESTS);
    if is_newer(&folder.join("node_modules/.package-lock.json"), &folder.join("package-lock.json"))
    {
        return Ok(());
    }
    println!("installing the npm packages of {BROWSER_TESTS}/package-lock.json");
    run(program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// Whether `product` was written after `source`; false if either is missing.
pub(crate) fn is_newer(product: &Path, source: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    matches!((written(product), written(source)), (Some(product), Some(source)) if product >= source)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_newer, major, no_debian, to_type};

    #[test]
    fn the_command_to_type_is_complete() {
        assert_eq!(
            to_type(&["npm", "chromium"]),
            "type: sudo apt-get update && sudo apt-get install -y npm chromium"
        );
        assert!(no_debian(&["chromium"]).contains("install chromium"));
    }

    #[test]
    fn versions_of_node_are_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }

    #[test]
    fn what_is_missing_is_not_newer() {
        assert!(!is_newer(Path::new("no-such-file"), Path::new("Cargo.toml")));
    }
}
