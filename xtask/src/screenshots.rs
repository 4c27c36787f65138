//! `cargo xtask screenshots`: a picture of each page and state, in both themes and at two widths, to be looked at.

use anyhow::{Result, bail};

use crate::casino;
use crate::command::{program, root, run as run_program};
use crate::install::{self, BROWSER_TESTS};
use crate::step;

/// Where they go: nobody keeps them.
const FOLDER: &str = "target/screenshots";

/// Where those of the README are, which are kept.
const README: &str = "docs/images";

/// Installs, builds, and takes the pictures of the scenes whose name contains the filter.
pub(crate) fn run(words: &[&str]) -> Result<()> {
    let (filter, readme) = asked(words)?;
    step::run("install", install::everything)?;
    step::run("release build", casino::build)?;
    step::run("screenshots", || take(filter, readme))
}

/// The filter, and whether the README's are taken too.
fn asked<'a>(words: &[&'a str]) -> Result<(&'a str, bool)> {
    match words {
        [] => Ok(("", false)),
        ["--readme"] => Ok(("", true)),
        [filter] if !filter.starts_with('-') => Ok((filter, false)),
        [filter, "--readme"] | ["--readme", filter] if !filter.starts_with('-') => {
            Ok((filter, true))
        }
        _ => bail!("`{}`: write `screenshots [FILTER] [--readme]`", words.join(" ")),
    }
}

fn take(filter: &str, readme: bool) -> Result<()> {
    let mut node = program("node");
    node.arg("pictures/take.js").arg(root().join(FOLDER)).arg(filter);
    if readme {
        node.arg("--readme").arg(root().join(README));
    }
    run_program(
        node.current_dir(root().join(BROWSER_TESTS))
            .env("CASINO_BIN", casino::shipped()?)
            .env("CHROMIUM", install::chromium()),
    )
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn a_filter_and_the_flag_come_in_any_order() {
        assert_eq!(asked(&[]).unwrap(), ("", false));
        assert_eq!(asked(&["table"]).unwrap(), ("table", false));
        assert_eq!(asked(&["--readme"]).unwrap(), ("", true));
        assert_eq!(asked(&["--readme", "table"]).unwrap(), ("table", true));
        assert_eq!(asked(&["table", "--readme"]).unwrap(), ("table", true));
        assert!(asked(&["--all"]).unwrap_err().to_string().contains("[FILTER] [--readme]"));
        assert!(asked(&["a", "b"]).is_err());
    }
}
