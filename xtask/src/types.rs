//! `cargo xtask types`: the TypeScript declarations of every message, written by the casino itself.
//!
//! They are kept in the repository, so that an editor knows them without a build; the check keeps them true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::casino;
use crate::command::{cargo, program, root, run};
use crate::install::{self, BROWSER_TESTS};

/// Where the declarations lie. Everything called `*.d.ts` there is generated.
const FOLDER: &str = "casino/static/types";

/// The contents of the declaration files, by name.
type Declarations = BTreeMap<String, String>;

/// Builds the casino, and writes the declarations anew; those of types that are gone go too.
pub(crate) fn regenerate() -> Result<()> {
    write(cargo().args(["run", "--quiet", "--package", "casino", "--", "types"]))
}

/// Lets this command write them.
fn write(command: &mut Command) -> Result<()> {
    let folder = root().join(FOLDER);
    let before = read(&folder)?;
    replace(&folder, &Declarations::new())?;
    let written = run(command);
    if written.is_err() {
        replace(&folder, &before)?;
    }
    written
}

/// Installs and builds what the check needs, then checks.
pub(crate) fn run_check() -> Result<()> {
    install::everything()?;
    check(regenerate)
}

/// Checks with the casino that is built with the tests.
pub(crate) fn check_built() -> Result<()> {
    let casino = casino::built()?;
    check(|| write(program(casino).arg("types")))
}

/// The declarations are what the program would write today, and the scripts of the pages agree with them.
fn check(regenerate: impl FnOnce() -> Result<()>) -> Result<()> {
    declarations_are_current(regenerate)?;
    let bin = root().join(BROWSER_TESTS).join("node_modules/.bin/tsc");
    run(program(bin).args(["--project", &format!("{BROWSER_TESTS}/tsconfig.json")]))
}

/// Generates, compares, and puts back what was there: a check changes nothing.
fn declarations_are_current(regenerate: impl FnOnce() -> Result<()>) -> Result<()> {
    let folder = root().join(FOLDER);
    let before = read(&folder)?;
    let generated = regenerate().and_then(|()| read(&folder));
    replace(&folder, &before)?;
    let stale = differing(&before, &generated?);
    ensure!(
        stale.is_empty(),
        "out of date in {FOLDER}: {}; type `cargo xtask types` and commit them",
        stale.join(", ")
    );
    Ok(())
}

/// The declaration files in a folder; none if there is no folder.
fn read(folder: &Path) -> Result<Declarations> {
    let mut declarations = Declarations::new();
    if !folder.is_dir() {
        return Ok(declarations);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".d.ts") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            declarations.insert(name, text);
        }
    }
    Ok(declarations)
}

/// Makes the declaration files in a folder exactly these.
fn replace(folder: &Path, declarations: &Declarations) -> Result<()> {
    for name in read(folder)?.keys() {
        fs::remove_file(folder.join(name))?;
    }
    fs::create_dir_all(folder)?;
    for (name, text) in declarations {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// The names of the files that are not the same in both.
fn differing(before: &Declarations, after: &Declarations) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|&name| before.get(name) != after.get(name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::{Declarations, differing, read, replace};

    fn declarations(files: &[(&str, &str)]) -> Declarations {
        files.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect()
    }

    #[test]
    fn changed_new_and_gone_files_differ() {
        let before = declarations(&[("a.d.ts", "1"), ("b.d.ts", "1"), ("gone.d.ts", "1")]);
        let after = declarations(&[("a.d.ts", "1"), ("b.d.ts", "2"), ("new.d.ts", "1")]);
        assert_eq!(differing(&before, &after), ["b.d.ts", "gone.d.ts", "new.d.ts"]);
    }

    #[test]
    fn a_folder_is_replaced_and_read_back_and_other_files_stay() {
        let folder = env::temp_dir().join(format!("parlor-types-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("readme.txt"), "stays").unwrap();
        for files in [&[("a.d.ts", "1"), ("b.d.ts", "1")][..], &[("b.d.ts", "2")]] {
            replace(&folder, &declarations(files)).unwrap();
            assert_eq!(read(&folder).unwrap(), declarations(files));
        }
        assert!(folder.join("readme.txt").is_file());
        fs::remove_dir_all(folder).unwrap();
    }
}
