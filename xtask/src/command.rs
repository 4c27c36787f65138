//! Running other programs, always from the root of the repository, always saying what is run.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The root of the repository: the folder above this crate.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A program that will run from the root of the repository.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    command
}

/// The cargo that runs this program, so that `cargo +VERSION xtask` means that version throughout.
pub(crate) fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Prints the command, runs it, and fails with its own words if it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = spell(command);
    println!("$ {line}");
    let status = command.status().with_context(|| format!("`{line}` did not start"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// What a command prints on its standard output, or nothing if it does not start or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program lies, if it is on the `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|it| it.is_file())
}

/// The command as one would type it, its program without the folders.
fn spell(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words: Vec<_> =
        [name].into_iter().chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{answer, find, program, root, run, spell};

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("xtask/src/main.rs").is_file());
    }

    #[test]
    fn a_failure_names_the_command_as_typed() {
        let error = run(program("false").arg("--at-once")).unwrap_err().to_string();
        assert!(error.starts_with("`false --at-once` failed"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let error = run(program("no-such-program").arg("-v")).unwrap_err().to_string();
        assert_eq!(error, "`no-such-program -v` did not start");
        assert_eq!(find("no-such-program"), None);
        assert_eq!(answer(&mut program("no-such-program")), None);
    }

    #[test]
    fn folders_are_left_out_of_the_spelling() {
        assert_eq!(spell(program("some/where/cargo").arg("doc")), "cargo doc");
    }
}
