//! The dependencies that a `Cargo.toml` names.

/// One dependency of a crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dependency<'a> {
    /// The line it is named on.
    pub line: usize,
    /// The name it is used under.
    pub name: &'a str,
    /// Whether only tests and examples see it.
    pub dev: bool,
}

/// Every dependency in a manifest; those that a workspace only offers to its members are left out.
pub(super) fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut found = Vec::new();
    let mut section = "";
    for (text, line) in manifest.lines().zip(1..) {
        let text = text.trim();
        if let Some(header) = text.strip_prefix('[') {
            section = header.trim_end_matches(']');
            if let Some((table, name)) = section.rsplit_once('.').filter(|(table, _)| lists(table))
            {
                found.push(Dependency { line, name, dev: is_dev(table) });
            }
        } else if lists(section) && !text.is_empty() && !text.starts_with('#') {
            let name = text.split(['.', '=', ' ']).next().unwrap_or(text).trim_matches('"');
            found.push(Dependency { line, name, dev: is_dev(section) });
        }
    }
    found
}

/// The name of the crate itself.
pub(super) fn name(manifest: &str) -> Option<&str> {
    let line = manifest.lines().find(|line| line.starts_with("name"))?;
    line.split('"').nth(1)
}

/// Whether a table of a manifest lists dependencies: `dependencies`, `target.'…'.dev-dependencies`.
fn lists(table: &str) -> bool {
    let last = table.rsplit('.').next().unwrap_or(table);
    table != "workspace.dependencies"
        && ["dependencies", "dev-dependencies", "build-dependencies"].contains(&last)
}

/// Whether a table of dependencies is for tests and examples.
fn is_dev(table: &str) -> bool {
    table.ends_with("dev-dependencies")
}

#[cfg(test)]
mod tests {
    use super::{Dependency, dependencies, name};

    #[test]
    fn every_way_to_name_a_dependency_is_read() {
        let manifest = "\
[package]
name = \"x\"

[dependencies]
# a comment
a.workspace = true
b = \"1\"
\"c\" = { path = \"../c\" }

[dependencies.d]
version = \"1\"

[target.'cfg(unix)'.dependencies]
e = \"1\"

[dev-dependencies]
f = \"1\"

[workspace.dependencies]
g = \"1\"

[lints]
workspace = true
";
        let found: Vec<(usize, &str, bool)> =
            dependencies(manifest).iter().map(|it| (it.line, it.name, it.dev)).collect();
        assert_eq!(
            found,
            [
                (6, "a", false),
                (7, "b", false),
                (8, "c", false),
                (10, "d", false),
                (14, "e", false),
                (17, "f", true),
            ]
        );
        assert_eq!(name(manifest), Some("x"));
        assert_eq!(dependencies("[dependencies]\n"), [] as [Dependency<'_>; 0]);
    }
}
