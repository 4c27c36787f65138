//! What stands for an account: 256 random bits, of which the site keeps the hash alone.

use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use parlor_core::state::hex;
use sha2::{Digest, Sha256};
use std::{fmt, time::Duration};

/// How long a token lives that nobody uses.
pub(crate) const IDLE: Duration = Duration::from_secs(12 * 3600);

/// How long any token lives.
pub(crate) const ABSOLUTE: Duration = Duration::from_secs(14 * 24 * 3600);

/// A token, as its owner holds it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

/// A token, as the site knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash(pub(crate) String);

impl Token {
    /// A fresh one.
    ///
    /// # Panics
    /// Where the operating system has no randomness: nothing is safe then.
    pub(crate) fn new() -> Self {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).expect("the operating system's randomness");
        Self(hex(&bytes))
    }

    /// What somebody claims to be one.
    pub(crate) fn claimed(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash(hex(&Sha256::digest(self.0.as_bytes())))
    }

    /// The token, to hand to its owner.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// The token as a browser's cookie.
    pub(crate) fn into_cookie(self, https: bool) -> Cookie<'static> {
        cookie(self.0, https)
    }
}

/// A token must not get into a log.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

fn cookie(value: String, https: bool) -> Cookie<'static> {
    Cookie::build((cookie_name(https), value))
        .path("/")
        .http_only(true)
        .secure(https)
        .same_site(SameSite::Lax)
        .build()
}

/// A cookie that makes the browser forget.
pub(crate) fn forgotten(https: bool) -> Cookie<'static> {
    let mut cookie = cookie(String::new(), https);
    cookie.make_removal();
    cookie
}

/// Browsers refuse the prefix on plain http.
pub(crate) fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-sid" } else { "sid" }
}

/// Whether the request has a log-in cookie, of either name.
pub(crate) fn has_cookie(headers: &HeaderMap) -> bool {
    let jar = CookieJar::from_headers(headers);
    jar.get(cookie_name(false)).is_some() || jar.get(cookie_name(true)).is_some()
}

/// Whether the request has a bearer token. Of other schemes a browser may send one by itself.
pub(crate) fn has_bearer(headers: &HeaderMap) -> bool {
    bearer(headers).is_some()
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Token> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::claimed(token.trim()))
}

/// The cookie's token of a request.
pub(crate) fn from_cookie(headers: &HeaderMap, https: bool) -> Option<Token> {
    let jar = CookieJar::from_headers(headers);
    jar.get(cookie_name(https)).map(|cookie| Token::claimed(cookie.value()))
}
