//! Routes by name: `url('blackjack_sessions')` in a template, as Django's.

use std::collections::BTreeMap;

/// The paths of all named routes, with `{word}` where an argument goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// The framework's own pages, and those of these games.
    pub(crate) fn of<'a>(games: impl Iterator<Item = &'a str>) -> Self {
        let mut names = Self::default();
        for (name, path) in [
            ("index", "/"),
            ("login", "/login/"),
            ("guest", "/login/guest/"),
            ("signup", "/signup/"),
            ("logout", "/logout/"),
            ("account", "/account/"),
            ("sessions", "/sessions/"),
            ("tutorial", "/tutorials/{game}/"),
            ("fair", "/fair/{session}"),
            ("history", "/history/{session}"),
        ] {
            names.add(name, path);
        }
        for game in games {
            names.add(&format!("{game}_sessions"), &format!("/games/{game}/"));
            names.add(&format!("{game}_play"), &format!("/games/{game}/play"));
            names.add(&format!("{game}_game"), &format!("/games/{game}/session/{{session}}"));
        }
        names
    }

    pub(crate) fn add(&mut self, name: &str, path: &str) {
        self.0.insert(name.to_owned(), path.to_owned());
    }

    /// The path of that name, with its arguments put in.
    pub(crate) fn path(
        &self,
        name: &str,
        arguments: &[(String, String)],
    ) -> Result<String, String> {
        let mut path =
            self.0.get(name).ok_or_else(|| format!("there is no route named {name:?}"))?.clone();
        for (word, value) in arguments {
            let place = format!("{{{word}}}");
            if !path.contains(&place) {
                return Err(format!("the route {name:?} takes no argument {word:?}"));
            }
            path = path.replace(&place, value);
        }
        match path.contains('{') {
            true => Err(format!("the route {name:?}, {path}, wants more arguments")),
            false => Ok(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn routes_have_names() {
        let names = Names::of(["tic-tac-toe"].into_iter());
        let with = |word: &str, value: &str| vec![(word.to_owned(), value.to_owned())];
        assert_eq!(names.path("tic-tac-toe_sessions", &[]).unwrap(), "/games/tic-tac-toe/");
        assert_eq!(
            names.path("tic-tac-toe_game", &with("session", "7")).unwrap(),
            "/games/tic-tac-toe/session/7"
        );
        assert!(names.path("tic-tac-toe_game", &[]).is_err());
        assert!(names.path("index", &with("session", "7")).is_err());
        assert!(names.path("poker_sessions", &[]).is_err());
    }
}
