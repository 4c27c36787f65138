//! Origins: scheme, host and port, compared exactly.

use axum::http::{HeaderMap, HeaderValue, header};
use std::fmt;

/// A scheme, a host and a port, as browsers send them in `Origin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads `https://casino.example` or `http://127.0.0.1:8000`: no path, no user, no default port, in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
        let ipv6 = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let host_reads = match ipv6 {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => !host.is_empty() && host.chars().all(name),
        };
        let port_reads = port.is_none_or(|port| port.parse::<u16>().is_ok());
        (host_reads && port_reads).then(|| Self(text.to_owned()))
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The site's own origins, and the others it trusts.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    own: Vec<Origin>,
    allowed: Vec<Origin>,
}

impl Origins {
    /// The public address alone where it is known; else the loopback names at this port.
    pub(crate) fn new(public: Option<Origin>, allowed: Vec<Origin>, port: u16) -> Self {
        let own = match public {
            Some(origin) => vec![origin],
            None => ["127.0.0.1", "localhost", "[::1]"]
                .into_iter()
                .map(|host| {
                    let port = if port == 80 { String::new() } else { format!(":{port}") };
                    Origin(format!("http://{host}{port}"))
                })
                .collect(),
        };
        Self { own, allowed }
    }

    /// The address under which the site is known: for links that leave it.
    pub(crate) fn site(&self) -> &Origin {
        &self.own[0]
    }

    /// Whether cookies go over TLS alone.
    pub(crate) fn is_https(&self) -> bool {
        self.own[0].is_https()
    }

    /// Whether this value of `Origin` is the site's or an allowed one.
    pub(crate) fn admits(&self, origin: &HeaderValue) -> bool {
        self.own.iter().chain(&self.allowed).any(|o| o.0.as_bytes() == origin.as_bytes())
    }

    /// Whether this value of `Origin` is an allowed one that is not the site's.
    pub(crate) fn allows(&self, origin: &HeaderValue) -> bool {
        self.allowed.iter().any(|o| o.0.as_bytes() == origin.as_bytes())
    }

    /// Whether the one `Origin` of a request is admitted; nothing where the request has none.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Option<bool> {
        let mut sent = headers.get_all(header::ORIGIN).iter();
        let first = sent.next()?;
        Some(sent.next().is_none() && self.admits(first))
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Origins};
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for good in ["https://a.example", "http://127.0.0.1:8000", "http://[::1]:80", "http://x"] {
            assert!(Origin::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "a.example",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://A.example",
            "https://a:b",
            "https://a:99999",
            "https://[::g]",
            "null",
            "https://a b",
        ] {
            assert!(Origin::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn only_exact_origins_are_admitted() {
        let own = Origin::parse("https://casino.example").unwrap();
        let friend = Origin::parse("https://friend.example:8443").unwrap();
        let origins = Origins::new(Some(own), vec![friend], 8000);
        let admits = |origin: &str| origins.admits(&HeaderValue::from_str(origin).unwrap());
        assert!(admits("https://casino.example") && admits("https://friend.example:8443"));
        for other in [
            "null",
            "",
            "https://casino.example.",
            "https://casino.example:443",
            "http://casino.example",
            "https://Casino.example",
            "https://casino.example.evil.example",
            "https://evilcasino.example",
            "https://casino.example@evil.example",
            "https://casino.example/",
            "https://friend.example",
            "https://friend.example:8444",
            "https://xn--casino.example",
            "https://casino.example%00",
            "https://sub.casino.example",
            "https://casino.example\\@evil",
            "wss://casino.example",
            "http://127.0.0.1:8000",
            "http://localhost:8000",
            " https://casino.example",
            "https:casino.example",
            "https://casino.example, https://evil.example",
            "https://casino.example#",
            "https://casino.example?",
            "https://[casino.example]",
            "//casino.example",
            "casino.example",
            "file://",
            "https://casinoXexample",
            "data:",
            "about:blank",
            "chrome-extension://casino.example",
        ] {
            assert!(!admits(other), "{other}");
        }
        let mut twice = HeaderMap::new();
        assert_eq!(origins.admit(&twice), None);
        twice.append(header::ORIGIN, HeaderValue::from_static("https://casino.example"));
        assert_eq!(origins.admit(&twice), Some(true));
        twice.append(header::ORIGIN, HeaderValue::from_static("https://casino.example"));
        assert_eq!(origins.admit(&twice), Some(false), "a header sent twice is nobody's");
    }

    #[test]
    fn on_loopback_the_three_names_at_the_port_are_the_site() {
        let origins = Origins::new(None, Vec::new(), 4321);
        for own in ["http://127.0.0.1:4321", "http://localhost:4321", "http://[::1]:4321"] {
            assert!(origins.admits(&HeaderValue::from_str(own).unwrap()));
        }
        assert!(!origins.admits(&HeaderValue::from_static("http://127.0.0.1:4322")));
    }
}
