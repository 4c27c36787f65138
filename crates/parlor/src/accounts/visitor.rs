//! Who made this request.

use super::{logins, token};
use crate::{problem::Problem, site::Shared};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use parlor_core::Player;
use std::sync::Arc;

/// Somebody who is signed in, and with which token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) player: Player,
    pub(crate) guest: bool,
    pub(crate) token: token::TokenHash,
}

/// Who made the request, if it is somebody.
#[derive(Debug, Clone)]
pub(crate) struct Visitor(pub(crate) Option<Signed>);

impl Visitor {
    /// Reads the bearer token, or else the cookie; a bearer token that is nobody's is nobody, whatever the cookie says.
    /// Where the accounts can't be read, nobody knows who it is, and that is the site's fault.
    pub(crate) async fn of(headers: &HeaderMap, shared: &Shared) -> Result<Self, Problem> {
        let token = token::bearer(headers)
            .or_else(|| token::from_cookie(headers, shared.origins.is_https()));
        match token {
            Some(token) => logins::recognise(shared, &token).await.map(Self),
            None => Ok(Self(None)),
        }
    }

    /// The player, or 401 `no_player`.
    pub(crate) fn signed(self) -> Result<Signed, Problem> {
        self.0.ok_or_else(Problem::no_player)
    }
}

impl FromRequestParts<Arc<Shared>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        Self::of(&parts.headers, shared).await
    }
}

impl FromRequestParts<Arc<Shared>> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        Visitor::of(&parts.headers, shared).await?.signed()
    }
}
