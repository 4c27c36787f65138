//! Finding the paths that code names, written out or inside of a `use` tree.

use super::source::in_name;

/// The lines on which `code` names `path` or something below it: `std::fs::read`, or `use std::{fs, io}`. The path
/// starts with a crate: `redis` is not named by `self::redis::Layer`, nor by a field of that name.
pub(super) fn lines_naming(code: &str, path: &str) -> Vec<usize> {
    let (rest, branches) = fell(code);
    let written_out = rest.lines().zip(1..).filter(|(line, _)| is_written_out(line, path));
    let branches = branches.iter().filter(|branch| is_below(&branch.path, path));
    let mut lines: Vec<usize> =
        written_out.map(|(_, line)| line).chain(branches.map(|branch| branch.line)).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Whether a line has this path, from its crate on.
fn is_written_out(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + path.len()..]);
        let inside = before.ends_with(in_name)
            || before.strip_suffix("::").is_some_and(|it| it.ends_with(in_name));
        let a_path = path.contains("::") || after.starts_with("::") || before.ends_with("use ");
        !inside && a_path && !after.starts_with(in_name)
    })
}

/// One path of a `use` tree.
#[derive(Debug, PartialEq, Eq)]
struct Branch {
    line: usize,
    path: String,
}

/// The code without its `use` trees that have braces, and every path of those.
fn fell(code: &str) -> (String, Vec<Branch>) {
    let mut rest = String::with_capacity(code.len());
    let mut branches = Vec::new();
    for (part, text) in code.split("use ").enumerate() {
        let end = text.find(';').unwrap_or(text.len());
        let is_use = part > 0 && !rest.ends_with(in_name);
        rest.push_str(if part > 0 { "use " } else { "" });
        if is_use && text[..end].contains('{') {
            let line = rest.matches('\n').count() + 1;
            grow("", &text[..end], &mut |path| branches.push(Branch { line, path }));
            rest.extend(text[..end].chars().filter(|&c| c == '\n'));
            rest.push_str(&text[end..]);
        } else {
            rest.push_str(text);
        }
    }
    (rest, branches)
}

/// Calls `leaf` with every full path of a tree under a prefix.
fn grow(prefix: &str, tree: &str, leaf: &mut impl FnMut(String)) {
    for branch in split(tree) {
        match branch.split_once('{') {
            Some((stem, inner)) => {
                let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
                grow(&format!("{prefix}{}", stem.trim()), inner, leaf);
            }
            None => leaf(format!("{prefix}{}", branch.split(" as ").next().unwrap_or(branch))),
        }
    }
}

/// The branches of a tree: its parts between the commas that are in no braces.
fn split(tree: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = tree.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Whether a path is the other one, or leads on from it.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::lines_naming;

    #[test]
    fn paths_written_out_are_found() {
        let code = "let x = std::fs::read(p);\nuse std::fs;\nmystd::fs();\nuse std::fsx;\n";
        assert_eq!(lines_naming(code, "std::fs"), [1, 2]);
    }

    #[test]
    fn a_crate_is_not_a_module_or_a_field_of_its_name() {
        let code = "mod redis;\nredis: None,\nself::redis::Layer;\nuse super::{redis::Layer};\nredis::Client;\nuse redis;\n::redis::Client;\n";
        assert_eq!(lines_naming(code, "redis"), [5, 6, 7]);
    }

    #[test]
    fn paths_in_use_trees_are_found() {
        let code =
            "pub use a;\nuse std::{\n    cell::Cell,\n    time::{Duration, Instant as I},\n};\n";
        assert_eq!(lines_naming(code, "std::time::Instant"), [2]);
        assert_eq!(lines_naming(code, "std::time"), [2]);
        assert_eq!(lines_naming(code, "std::tim"), [0; 0]);
        assert_eq!(lines_naming(code, "std::time::SystemTime"), [0; 0]);
        assert_eq!(
            lines_naming("use axum::extract::{State, ws::Message};", "axum::extract::ws"),
            [1]
        );
        assert_eq!(lines_naming("use {a::b, c::{d, e::{self, f}}};", "c::e"), [1]);
    }
}
