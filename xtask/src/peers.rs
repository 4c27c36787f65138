//! Installing the servers that `cargo xtask bench peers` compares Parlor with.
//!
//! Their sources are in `bench/peers`; they and all that they need are put together below `target`, and nothing of it is
//! ever committed. Versions are those of the lock files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{answer, cargo, program, root, run};
use crate::install::is_newer;

/// Where the sources are.
const SOURCES: &str = "bench/peers";

/// Where they are installed; the bench looks there.
const INSTALLED: &str = "target/bench/peers";

/// Those that run on Node, each with a folder of its name.
const NODE: [&str; 3] = ["ws", "socket.io", "colyseus"];

/// Those in Rust.
const RUST: [&str; 3] = ["axum-queue", "axum-broadcast", "socketioxide"];

/// Those that run on Python.
const PYTHON: [&str; 2] = ["channels", "channels-sync"];

/// The oldest Python that Django runs on.
const OLDEST: &str = "3.12";

/// Installs those that these flags of the bench name with `--only`, or all.
pub(crate) fn install(flags: &[&str]) -> Result<()> {
    let only = only(flags);
    let wanted = |names: &[&str]| only.is_empty() || names.iter().any(|name| only.contains(name));
    for name in NODE.into_iter().filter(|name| wanted(&[name])) {
        node(name)?;
    }
    if wanted(&PYTHON) {
        channels()?;
    }
    if wanted(&RUST) {
        let manifest = format!("{SOURCES}/rust/Cargo.toml");
        let target = format!("{INSTALLED}/rust");
        run(cargo()
            .args(["build", "--quiet", "--release", "--locked", "--manifest-path"])
            .args([manifest.as_str(), "--target-dir", &target]))?;
    }
    Ok(fs::create_dir_all(root().join(INSTALLED))?)
}

/// The names behind `--only`.
fn only<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    let values = flags.iter().zip(flags.iter().skip(1).map(Some).chain([None]));
    let values = values.filter_map(|(flag, next)| match flag.strip_prefix("--only") {
        Some("") => next.copied(),
        Some(joined) => joined.strip_prefix('='),
        None => None,
    });
    values.flat_map(|value| value.split(',')).collect()
}

/// Installs exactly the packages of the lock file, beside the server.
fn node(name: &str) -> Result<()> {
    let folder = copy(name)?;
    let installed = folder.join("node_modules/.package-lock.json");
    if is_newer(&installed, &root().join(SOURCES).join(name).join("package-lock.json")) {
        return Ok(());
    }
    run(program("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// Installs exactly the packages of `requirements.txt`, in an environment of its own.
fn channels() -> Result<()> {
    let folder = copy("channels")?;
    let done = folder.join("venv/installed");
    if is_newer(&done, &root().join(SOURCES).join("channels/requirements.txt")) {
        return Ok(());
    }
    run(program(python()?).args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
    let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "-r", "requirements.txt"];
    run(program(folder.join("venv/bin/python")).args(pip).current_dir(&folder))?;
    Ok(fs::write(done, "")?)
}

/// A Python that is new enough: `$PYTHON`, one on the path, or one of pyenv's.
fn python() -> Result<PathBuf> {
    let named = std::env::var_os("PYTHON").map(PathBuf::from);
    let on_path = ["python3.14", "python3.13", "python3.12", "python3"].map(PathBuf::from);
    let of_pyenv = answer(program("pyenv").args(["prefix", "3.12"])).or_else(|| {
        let version = answer(program("pyenv").args(["latest", "3.12"]))?;
        answer(program("pyenv").args(["prefix", &version]))
    });
    let of_pyenv = of_pyenv.map(|folder| Path::new(&folder).join("bin/python3"));
    let check = "import sys, venv; sys.exit(sys.version_info < (3, 12))";
    let fits = |python: &PathBuf| answer(Command::new(python).args(["-c", check])).is_some();
    let mut all = named.into_iter().chain(on_path).chain(of_pyenv);
    match all.find(fits) {
        Some(python) => Ok(python),
        None => bail!("there is no Python {OLDEST} or newer: install it, or name it in PYTHON"),
    }
}

/// Copies the sources of a server to where it is installed, which is returned.
fn copy(name: &str) -> Result<PathBuf> {
    let (from, to) = (root().join(SOURCES).join(name), root().join(INSTALLED).join(name));
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(&from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::{NODE, PYTHON, RUST, SOURCES, only};
    use crate::command::root;

    #[test]
    fn names_are_read_in_either_form() {
        assert_eq!(
            only(&["--rounds", "1", "--only", "ws,parlor", "--seconds", "2"]),
            ["ws", "parlor"]
        );
        assert_eq!(only(&["--only=ws"]), ["ws"]);
        assert!(only(&["--rounds", "1", "--only"]).is_empty());
    }

    #[test]
    fn the_sources_are_there() {
        let folder = root().join(SOURCES);
        assert!(NODE.iter().all(|name| folder.join(name).join("package-lock.json").is_file()));
        let manifest = std::fs::read_to_string(folder.join("rust/Cargo.toml")).unwrap();
        assert!(RUST.iter().all(|name| manifest.contains(&format!("name = \"{name}\""))));
        assert!(folder.join(PYTHON[0]).join("requirements.txt").is_file());
    }
}
