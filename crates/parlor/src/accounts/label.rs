//! What opened a log-in, in a word or two, so that its owner knows it again: `Firefox on Linux`.

use crate::site::Shared;
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use std::{convert::Infallible, sync::Arc};

/// The longest label, in characters.
const LONGEST: usize = 40;

/// Browsers by what they call themselves. Each also names those after it, so the first that fits is it.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems, in the same way.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// What a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label(pub(crate) String);

impl Label {
    fn of(agent: &str) -> Self {
        let first = |of: &[(&str, &'static str)]| {
            of.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
        };
        Self(match (first(&BROWSERS), first(&SYSTEMS)) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(browser), None) => browser.to_owned(),
            // A program: the first word, without its version.
            (None, _) => {
                let name = agent.split(['/', ' ', '(']).next().unwrap_or_default();
                name.chars().filter(char::is_ascii_graphic).take(LONGEST).collect()
            }
        })
    }
}

impl FromRequestParts<Arc<Shared>> for Label {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Shared>) -> Result<Self, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(Self::of(agent.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn a_word_or_two_and_nothing_else() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (agent, label) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                &format!(
                    "Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 Safari/537.36 Edg/140.0"
                ),
                "Edge on Windows",
            ),
            (
                &format!(
                    "Mozilla/5.0 (Linux; Android 15) {webkit} Chrome/140.0 Mobile Safari/537.36"
                ),
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.14.1", "curl"),
            ("", ""),
            ("<script>alert(1)</script>", "<script>alert"),
            (&"x".repeat(500), &"x".repeat(40)),
        ] {
            assert_eq!(Label::of(agent).0, label, "{agent}");
        }
    }
}
