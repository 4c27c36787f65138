//! The landing page, the lists of tables, and the games' rules.

use super::render::{log_in_first, render, see_other};
use crate::{
    accounts::Visitor,
    any::{AnyGame, GameRow},
    lobby,
    problem::Problem,
    session::Summary,
    site::Shared,
};
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

/// How many tables the landing page shows.
const SHOWN: usize = 4;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(index))
        .route("/sessions/", get(sessions))
        .route("/games/{game}/", get(game).post(open))
        .route("/tutorials/{game}/", get(tutorial))
}

async fn index(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
) -> Result<Response, Problem> {
    let mut free: Vec<(GameRow, Summary)> = open_tables(&shared);
    free.retain(|(_, table)| table.players < table.max_players);
    // Nobody wants to sit alone: where most people are comes first.
    free.sort_by_key(|(_, table)| Reverse(table.players));
    free.truncate(SHOWN);
    let own = json!({ "tables": all_listed(&free) });
    render(&shared, visitor.as_ref(), "/", "index.html", own).await
}

async fn sessions(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
) -> Result<Response, Problem> {
    let own = json!({ "tables": all_listed(&open_tables(&shared)) });
    render(&shared, visitor.as_ref(), "/sessions/", "sessions.html", own).await
}

async fn game(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let game = shared.game(&name)?;
    let row = game.row();
    // A host finds the own private tables here too, first.
    let hosted = |table: &Summary| {
        let host = game.meta(table.id).and_then(|meta| meta.host);
        table.private && visitor.as_ref().is_some_and(|signed| host == Some(signed.player.id))
    };
    let mut tables: Vec<Summary> = game.list();
    tables.retain(|table| !table.private || hosted(table));
    tables.sort_by_key(|table| (!table.private, table.number));
    let tables: Vec<Value> =
        tables.iter().map(|table| listed(table, row.name, row.title)).collect();
    let own = json!({ "game": row, "tables": tables });
    render(&shared, visitor.as_ref(), &format!("/games/{name}/"), "game.html", own).await
}

/// The public tables of all games.
fn open_tables(shared: &Shared) -> Vec<(GameRow, Summary)> {
    let of = |game: &Arc<dyn AnyGame>| {
        let row = game.row();
        lobby::rows(&**game).into_iter().map(move |table| (row.clone(), table))
    };
    shared.games().flat_map(of).collect()
}

fn all_listed(tables: &[(GameRow, Summary)]) -> Vec<Value> {
    tables.iter().map(|(game, table)| listed(table, game.name, game.title)).collect()
}

fn listed(table: &Summary, game: &str, title: &str) -> Value {
    let mut row = json!(table);
    row["game"] = json!(game);
    row["title"] = json!(title);
    row
}

#[derive(Debug, Deserialize)]
struct Wanted {
    #[serde(default)]
    private: String,
    /// The form's other fields; those named `options.…` are the game's.
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

impl Wanted {
    /// The game's options, in which a number is a number and an empty field is none; nothing where the form has no such field.
    fn options(&self) -> Value {
        let given = self.rest.iter().filter(|(_, text)| !text.is_empty());
        let options: Map<String, Value> = given
            .filter_map(|(name, text)| {
                Some((name.strip_prefix("options.")?.to_owned(), typed(text)))
            })
            .collect();
        if options.is_empty() { Value::Null } else { options.into() }
    }
}

/// What was meant by a field of a form, in which everything is text.
fn typed(text: &str) -> Value {
    match text {
        "true" | "false" => json!(text == "true"),
        _ => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
    }
}

async fn open(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path(name): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Problem> {
    let game = shared.game(&name)?;
    let Some(signed) = visitor else {
        return Ok(log_in_first(&format!("/games/{name}/")));
    };
    let private = matches!(&*wanted.private, "true" | "on" | "1");
    let meta = lobby::create(&shared, &*game, &signed, private, wanted.options()).await?;
    Ok(see_other(&format!("/games/{name}/session/{}", meta.id)))
}

async fn tutorial(
    State(shared): State<Arc<Shared>>,
    Visitor(visitor): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let game = shared.game(&name)?.row();
    let own_page = format!("tutorials/{name}.html");
    let template = if shared.templates.has(&own_page) { &own_page } else { "tutorial.html" };
    let path = format!("/tutorials/{name}/");
    render(&shared, visitor.as_ref(), &path, template, json!({ "game": game })).await
}
