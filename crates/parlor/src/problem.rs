//! Errors of the HTTP side, as `application/problem+json` (RFC 9457) with a stable `code`.

use crate::date::date;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use parlor_core::Refusal;
use serde::Serialize;
use std::{borrow::Cow, collections::BTreeMap};

/// What a program or a browser is told of a request that is not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Problem {
    #[serde(serialize_with = "as_number")]
    status: StatusCode,
    title: &'static str,
    code: Cow<'static, str>,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<&'static str, String>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with a status, a stable code and a sentence for people.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        let (code, detail) = (code.into(), detail.into());
        Self { status, title, code, detail, fields: BTreeMap::new(), retry_after: None }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// What is wrong with each field of a form.
    pub(crate) fn fields(&self) -> &BTreeMap<&'static str, String> {
        &self.fields
    }

    pub(crate) fn set_fields(&mut self, fields: BTreeMap<&'static str, String>) {
        self.fields = fields;
    }

    pub(crate) fn no_player() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "no_player", "sign in, or play as a guest")
    }

    pub(crate) fn not_staff() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_staff", "this is for the site's staff")
    }

    /// For one who is shut out, and has proved to be the one; until that time of the wall clock, or for good.
    pub(crate) fn banned(reason: &str, until: Option<i64>) -> Self {
        let long = until.map_or_else(String::new, |until| format!(" until {}", date(until)));
        let detail = format!("this account is shut out{long}: {reason}");
        Self::new(StatusCode::FORBIDDEN, "banned", detail)
    }

    pub(crate) fn cross_origin() -> Self {
        let detail = "this came from a page of another site; use a page of this one";
        Self::new(StatusCode::FORBIDDEN, "cross_origin", detail)
    }

    pub(crate) fn invite_required() -> Self {
        let detail = "this table is private; ask for its invitation link";
        Self::new(StatusCode::FORBIDDEN, "invite_required", detail)
    }

    pub(crate) fn no_such_game() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no_such_game", "there is no game of this name")
    }

    pub(crate) fn no_such_session() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_session",
            "there is no such table, or it has closed",
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
    }

    pub(crate) fn rate_limited(detail: &'static str, retry_after: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        problem.retry_after = Some(retry_after.max(1));
        problem
    }

    pub(crate) fn draining() -> Self {
        let detail = "the site is being restarted; try again in a moment";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "draining", detail);
        problem.retry_after = Some(2);
        problem
    }

    pub(crate) fn busy(detail: &'static str) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail);
        problem.retry_after = Some(2);
        problem
    }

    pub(crate) fn full(detail: &'static str) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail);
        problem.retry_after = Some(10);
        problem
    }

    pub(crate) fn invalid_fields(fields: BTreeMap<&'static str, String>) -> Self {
        let detail = "some fields can't be used as they are";
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", detail);
        problem.fields = fields;
        problem
    }

    pub(crate) fn malformed(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    pub(crate) fn too_large() -> Self {
        let detail = "the body is larger than this site reads";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }

    pub(crate) fn too_slow() -> Self {
        let detail = "the body took too long to arrive; send it again";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let detail = "this address does not answer that method";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    pub(crate) fn internal() -> Self {
        let detail = "that failed on our side";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

/// What a session refuses, as an answer to a request or a handshake.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code() {
            "session_full" | "no_bots" => StatusCode::CONFLICT,
            "invalid_data" => StatusCode::UNPROCESSABLE_ENTITY,
            "no_such_session" | "no_such_bot" => StatusCode::NOT_FOUND,
            "rate_limited" => StatusCode::TOO_MANY_REQUESTS,
            "internal" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::FORBIDDEN,
        };
        Self::new(status, refusal.code(), refusal.message().to_owned())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

fn as_number<S: serde::Serializer>(status: &StatusCode, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_u16(status.as_u16())
}
