//! What has moved on one's account, as a table and as a curve.

use super::{
    own::signed_in,
    render::{encoded, log_in_first, render},
};
use crate::{
    accounts::{Oneself, Row, Statement, statement},
    problem::Problem,
    site::Shared,
};
use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many rows the table has.
const ROWS: usize = 50;

/// How many movements the curve shows.
const POINTS: usize = 300;

/// The curve's box, without what stands around it.
const WIDTH: i64 = 640;
const HEIGHT: i64 = 200;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/account/chips/", get(chips))
}

#[derive(Deserialize)]
struct Before {
    #[serde(default)]
    before: String,
}

async fn chips(
    State(shared): State<Arc<Shared>>,
    somebody: Result<Oneself, Problem>,
    Query(Before { before }): Query<Before>,
) -> Result<Response, Problem> {
    let path = "/account/chips/";
    let Some(one) = signed_in(somebody)? else { return Ok(log_in_first(path)) };
    let page = statement(&shared, &one.signed, (&before, ROWS)).await?;
    let long = statement(&shared, &one.signed, (&before, POINTS)).await?;
    let Statement { rows, next } = page;
    let rows: Vec<Value> = rows.iter().map(|row| shown(&shared, row)).collect();
    let older = next.map(|next| format!("{path}?before={}", encoded(&next)));
    let own = json!({
        "rows": rows,
        "older": older,
        "newest": if before.is_empty() { None } else { Some(path) },
        "curve": curve(&long.rows),
    });
    render(&shared, Some(&one.signed), path, "chips.html", own).await
}

/// A row, with where its table is to be seen.
fn shown(shared: &Shared, row: &Row) -> Value {
    let mut shown = json!(row);
    if let (Some(session), Some(game)) = (row.session, &row.game) {
        let open = !row.closed && shared.games.contains_key(&**game);
        let word = ("session".to_owned(), session.to_string());
        let route = if open { format!("{game}_game") } else { "history".to_owned() };
        let title = shared.games.get(&**game).map(|game| game.row().title);
        shown["title"] = json!(title.unwrap_or(game));
        shown["path"] = json!(shared.names.path(&route, &[word]).ok());
    }
    shown
}

/// The balance after each of these, which are the newest first, as a line with a step for each.
fn curve(rows: &[Row]) -> Option<Value> {
    let (newest, oldest) = (rows.first()?, rows.last()?);
    let balances: Vec<i64> = rows.iter().rev().map(Row::cents).collect();
    let (low, high) = (balances.iter().min()?, balances.iter().max()?);
    let steps = i64::try_from(balances.len()).unwrap_or(i64::MAX).max(2) - 1;
    let at = |step: i64| step * WIDTH / steps;
    let height = |cents: i64| HEIGHT - (cents - low) * HEIGHT / (high - low).max(1);
    let mut points = String::new();
    for (step, cents) in (0..).zip(&balances) {
        if !points.is_empty() {
            // Chips move at once, and not by and by.
            points.push_str(&format!("H{} ", at(step)));
        }
        let first = if points.is_empty() { format!("M{} ", at(step)) } else { "V".to_owned() };
        points.push_str(&format!("{first}{} ", height(*cents)));
    }
    let money = |cents: &i64| format!("{}.{:02}", cents / 100, cents % 100);
    Some(json!({
        "path": points.trim_end(),
        "low": money(low),
        "high": money(high),
        "from": oldest.at,
        "to": newest.at,
        "count": rows.len(),
        "now": money(&newest.cents()),
    }))
}
