//! The OpenAPI document.

use super::{
    all,
    operation::{Answer, Operation, Who, named},
    schemas,
};
use serde_json::{Map, Value, json};

const ABOUT: &str = "Bodies are JSON. Errors are problems (RFC 9457) with a stable `code`; any request may besides be answered \
    405 `method_not_allowed`, 500 `internal` or 503 `draining`. Programs send `Authorization: Bearer TOKEN`; the site's pages \
    have a cookie, and then an unsafe request of another origin's page is refused, 403 `cross_origin`.";

/// The description of a site at this address, with this title.
pub(super) fn document(site: &str, title: &str) -> Value {
    let groups = all();
    let mut paths = Map::new();
    for group in &groups {
        for operation in &group.operations {
            let of_path = paths.entry(operation.path).or_insert_with(|| json!({}));
            of_path[operation.method] = described(operation, group.name);
        }
    }
    let tags: Vec<Value> = groups
        .iter()
        .map(|group| json!({ "name": group.name, "description": group.text }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": "1", "description": ABOUT },
        "servers": [{ "url": site }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "browser": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": if site.starts_with("https:") { "__Host-sid" } else { "sid" },
                },
            },
        },
    })
}

fn described(operation: &Operation, tag: &str) -> Value {
    let Operation { method, path, summary, text, who, query, body, answers, problems } = operation;
    let mut described = json!({
        "operationId": operation_id(method, path),
        "tags": [tag],
        "summary": summary,
        "security": security(*who),
    });
    if !text.is_empty() {
        described["description"] = json!(text);
    }
    let places = operation.places().into_iter().map(|(name, schema, text)| {
        json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": text })
    });
    let words = query.iter().map(|word| {
        json!({ "name": word.name, "in": "query", "schema": word.schema, "description": word.text })
    });
    let parameters: Vec<Value> = places.chain(words).collect();
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    if let Some((schema, example)) = body {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": named(schema), "example": example } },
        });
    }
    let answered = answers.iter().map(|answer| (answer.status.to_string(), answered(answer)));
    let refused = problems.iter().map(|(status, codes)| (status.to_string(), refused(codes)));
    let mut responses: Map<String, Value> = answered.chain(refused).collect();
    responses.insert("default".into(), problem("Another problem.", &named("Problem")));
    described["responses"] = json!(responses);
    described
}

fn answered(answer: &Answer) -> Value {
    let mut answered = json!({ "description": answer.text });
    if let Some((kind, schema)) = &answer.body {
        answered["content"] = json!({ *kind: { "schema": schema } });
    }
    answered
}

fn refused(codes: &[&str]) -> Value {
    let told: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let one_of = json!({ "properties": { "code": { "enum": codes } } });
    problem(&told.join(", "), &json!({ "allOf": [named("Problem"), one_of] }))
}

fn problem(text: &str, schema: &Value) -> Value {
    json!({
        "description": text,
        "content": { "application/problem+json": { "schema": schema } },
    })
}

fn security(who: Who) -> Value {
    match who {
        Who::Anyone => json!([]),
        Who::Known => json!([{}, { "token": [] }, { "browser": [] }]),
        Who::Player | Who::Staff => json!([{ "token": [] }, { "browser": [] }]),
    }
}

/// A name for programs that are made from the document: `post_api_games_game_sessions`.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}
