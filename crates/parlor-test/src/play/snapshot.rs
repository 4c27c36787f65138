//! The text that was kept, and how it differs from what is told now.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

/// The variable that lets snapshots be written.
const UPDATE: &str = "UPDATE_PLAYS";

/// How many lines that are the same are shown around those that differ.
const AROUND: usize = 3;

/// The scripts of a folder, in the order of their names.
pub(super) fn scripts(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |why: &dyn std::fmt::Display| format!("{}: {why}", folder.display());
    let entries = fs::read_dir(folder).map_err(|why| wrong(&why))?;
    let paths: Result<Vec<PathBuf>, io::Error> =
        entries.map(|entry| entry.map(|e| e.path())).collect();
    let (mut scripts, others): (Vec<_>, Vec<_>) = paths
        .map_err(|why| wrong(&why))?
        .into_iter()
        .partition(|path| path.extension() == Some(OsStr::new("play")));
    scripts.sort();
    let stray =
        others.iter().find(|path| !scripts.iter().any(|script| kept_beside(script) == **path));
    match stray {
        Some(stray) => Err(format!("{} belongs to no script", stray.display())),
        None if scripts.is_empty() => Err(wrong(&"there are no scripts")),
        None => Ok(scripts),
    }
}

/// Compares what is told now with what was kept, or keeps it where that is wished.
pub(super) fn compare(script: &Path, told: &str) -> Result<(), String> {
    let path = kept_beside(script);
    let file = path.display();
    if std::env::var(UPDATE).is_ok_and(|update| update == "1") {
        return fs::write(&path, told).map_err(|why| format!("{file}: {why}"));
    }
    match fs::read_to_string(&path) {
        Ok(kept) if kept == told => Ok(()),
        Ok(kept) => Err(format!(
            "{file}: something else is received than is kept (- kept, + received)\n{}{}",
            difference(&kept, told),
            accept()
        )),
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            Err(format!("{file}: nothing is kept yet; this is received:\n{told}{}", accept()))
        }
        Err(why) => Err(format!("{file}: {why}")),
    }
}

fn kept_beside(script: &Path) -> PathBuf {
    let mut name = script.as_os_str().to_owned();
    name.push(".out");
    name.into()
}

/// The command that accepts what is received; cargo tells which package is tested, and the thread has the test's name.
fn accept() -> String {
    let package = std::env::var("CARGO_PKG_NAME");
    let package = package.map(|name| format!(" -p {name}")).unwrap_or_default();
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").map(|name| format!(" {name}"));
    let test = test.unwrap_or_default();
    format!(
        "where that is right, {UPDATE}=1 cargo test{package}{test} keeps it: read it before you do\n"
    )
}

/// The lines that differ, with some around them.
fn difference(kept: &str, told: &str) -> String {
    let lines = lines(&kept.lines().collect::<Vec<_>>(), &told.lines().collect::<Vec<_>>());
    let changed: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| line.0 != ' ').map(|(n, _)| n).collect();
    let mut text = String::new();
    let (mut number, mut shown_before) = (0, true);
    for (n, (mark, line)) in lines.iter().enumerate() {
        number += usize::from(*mark != '-');
        let shown = changed.iter().any(|c| c.abs_diff(n) <= AROUND);
        if shown && !shown_before {
            text += &format!("  … line {number}\n");
        }
        if shown {
            text += format!("{mark} {line}").trim_end();
            text.push('\n');
        }
        shown_before = shown;
    }
    text
}

/// Both texts line by line: `-` stands in the old one alone, `+` in the new one alone.
fn lines<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    // How long the longest common part of what is left of both is, for each pair of places in them.
    let width = new.len() + 1;
    let mut common = vec![0_usize; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let (down, right) = (common[(i + 1) * width + j], common[i * width + j + 1]);
            let same = (old[i] == new[j]).then(|| common[(i + 1) * width + j + 1] + 1);
            common[i * width + j] = same.unwrap_or_else(|| down.max(right));
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len()
            || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1])
        {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{difference, lines};

    #[test]
    fn lines_are_matched_where_they_can_be() {
        let told = lines(&["a", "b", "c", "d"], &["a", "x", "c", "d", "e"]);
        assert_eq!(told, [(' ', "a"), ('-', "b"), ('+', "x"), (' ', "c"), (' ', "d"), ('+', "e")]);
        assert_eq!(lines(&[], &["a"]), [('+', "a")]);
        assert_eq!(lines(&["a"], &[]), [('-', "a")]);
    }

    #[test]
    fn a_difference_is_shown_with_what_is_around() {
        let kept: String = (1..20).map(|n| format!("{n}\n")).collect();
        let told = kept.replace("10\n", "ten\n");
        assert_eq!(
            difference(&kept, &told),
            "  … line 7\n  7\n  8\n  9\n- 10\n+ ten\n  11\n  12\n  13\n"
        );
    }
}
