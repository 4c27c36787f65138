//! Rule: the repository speaks of itself only, and of no machine that it was written on.

use super::Problem;
use super::repository::Repository;
use super::source::in_name;

/// Folders of machines. Their slashes are added when the rule runs, since this file is checked too.
const FOLDERS: [&str; 2] = ["work", "root"];

/// Finds absolute paths into those folders.
pub(super) fn check(repository: &Repository) -> Vec<Problem> {
    let folders = FOLDERS.map(|folder| format!("/{folder}/"));
    let mut problems = Vec::new();
    for (path, text) in repository.texts() {
        for (line, number) in text.lines().zip(1..) {
            if let Some(folder) = folders.iter().find(|folder| names(line, folder)) {
                let message = format!(
                    "`{folder}…` is a path of one machine: write it from the root of the repository"
                );
                problems.push(Problem::on(path, number, message));
            }
        }
    }
    problems
}

/// Whether a line has this folder as the start of a path, and not as a part of a longer one.
fn names(line: &str, folder: &str) -> bool {
    let inside = |c: char| in_name(c) || ['.', '-', '*', '}', ')'].contains(&c);
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(inside))
}

#[cfg(test)]
mod tests {
    use super::super::assert_places;
    use super::{FOLDERS, check};

    #[test]
    fn paths_of_a_machine_are_found() {
        for folder in FOLDERS {
            let text = format!("fine\nsee `/{folder}/notes`\n");
            assert_places(check, &[(".ci/run", &text)], &[".ci/run:2"]);
        }
    }

    #[test]
    fn longer_paths_are_not_meant() {
        for folder in FOLDERS {
            let text =
                format!("a/{folder}/b ../{folder}/b ${{HOME}}/{folder}/b /{folder}er/ :{folder}\n");
            assert_places(check, &[("a.md", &text)], &[]);
        }
    }
}
