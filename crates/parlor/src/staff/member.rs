//! Who is of the staff.

use crate::{
    accounts::{Signed, Visitor},
    problem::Problem,
    security::ClientAddress,
    site::Shared,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use std::{net::IpAddr, sync::Arc};

/// One of the staff who has made this request. The database is asked each time, whatever is known of the log-in: who is of the
/// staff no more, is not from the next request on.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) signed: Signed,
    pub(crate) address: IpAddr,
}

impl FromRequestParts<Arc<Shared>> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Problem> {
        let signed = Visitor::of(&parts.headers, shared).await?.signed()?;
        let asked = shared.store.is_staff(&signed.token.0, signed.player.id).await;
        if !asked.map_err(|_| Problem::internal())? {
            return Err(Problem::not_staff());
        }
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, shared).await;
        Ok(Self { signed, address })
    }
}
