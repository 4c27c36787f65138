//! Rule: a link in the documentation leads to a file that is there.

use super::Problem;
use super::repository::{Repository, join};

/// Finds links that lead nowhere.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let pages = repository.texts_in("", ".md");
    pages.flat_map(|(path, text)| page(repository, path, text)).collect()
}

/// The broken links of one page.
fn page(repository: &Repository, path: &str, text: &str) -> Vec<Problem> {
    let broken = links(text).into_iter().filter(|(_, target)| !leads(repository, path, target));
    broken
        .map(|(line, target)| {
            Problem::on(path, line, format!("`{target}` leads nowhere: name a file that is there"))
        })
        .collect()
}

/// Every link to a file, with its line; blocks of code have none.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut in_code = false;
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            let targets = inline(line).into_iter().chain(definition(line));
            found.extend(targets.filter(|it| is_file(it)).map(|target| (number, target)));
        }
    }
    found
}

/// The targets of `[text](target)`; those within back quotes are examples.
fn inline(line: &str) -> Vec<&str> {
    let quoted = |at: usize| line[..at].matches('`').count() % 2 == 1;
    let starts = line.match_indices("](").filter(|(at, _)| !quoted(*at));
    starts.filter_map(|(at, mark)| line[at + mark.len()..].split(')').next()).map(target).collect()
}

/// The target of `[name]: target`.
fn definition(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once("]: ")?;
    (name.starts_with('[') && !name.starts_with("[^")).then(|| target(rest))
}

/// A target without its title and without the place on the page.
fn target(text: &str) -> &str {
    let text = text.trim().trim_start_matches('<').trim_end_matches('>');
    text.split([' ', '#']).next().unwrap_or(text)
}

/// Whether a target is a file: not an address, not the page itself, not a path of Rust, which rustdoc checks.
fn is_file(target: &str) -> bool {
    !target.is_empty() && !target.contains(':')
}

/// Whether a file or folder is there, seen from a page; a leading slash means the root.
fn leads(repository: &Repository, page: &str, target: &str) -> bool {
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = match target.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => join(folder, target),
    };
    resolve(&path).is_some_and(|path| path.is_empty() || repository.exists(&path))
}

/// A path without `.` and `..`; none if it leaves the repository.
fn resolve(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::assert_places;
    use super::check;

    #[test]
    fn broken_links_are_found() {
        let text = "\
[a](gone.md) and [b](../LICENSE)
[c](../../outside.md)

[d]: gone/too.md
![e](<picture.png>)
";
        let files = [("docs/page.md", text), ("LICENSE", "\n")];
        let places = ["docs/page.md:1", "docs/page.md:2", "docs/page.md:4", "docs/page.md:5"];
        assert_places(check, &files, &places);
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        let text = "\
[a](page.md#top) [b](#here) [c](../games/src/) [d](/README.md \"title\") [e](..)
[f](https://example.org/gone.md) [g](mailto:a@example.org) [h](crate::Game)
`[i](gone.md)`

```
[j](gone.md)
```
[^note]: a footnote
[k]: ../README.md
";
        let files = [("docs/page.md", text), ("README.md", "\n"), ("games/src/lib.rs", "\n")];
        assert_places(check, &files, &[]);
    }
}
