//! One route, described: who may ask, with what, and what is answered.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Anyone.
    Anyone,
    /// Anyone; one who is signed in may be answered more.
    Known,
    /// One who is signed in.
    Player,
    /// One of the staff.
    Staff,
}

/// A word of a query.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) schema: Value,
}

/// An answer to one who may ask, and has asked well.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: &'static str,
    /// Its media type and its shape; an answer may have no body.
    pub(super) body: Option<(&'static str, Value)>,
}

/// A route, by one method.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) text: &'static str,
    pub(super) who: Who,
    pub(super) query: Vec<Parameter>,
    /// The shape of the body, and one that could be sent.
    pub(super) body: Option<(&'static str, Value)>,
    pub(super) answers: Vec<Answer>,
    /// The codes of its problems, by status.
    pub(super) problems: BTreeMap<u16, Vec<&'static str>>,
}

pub(super) fn get(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("get", path, summary)
}

/// What any unsafe request may be answered is described with it.
pub(super) fn post(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("post", path, summary).refuses(403, &["cross_origin"])
}

/// The same, by other methods.
pub(super) fn put(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("put", path, summary).refuses(403, &["cross_origin"])
}

pub(super) fn delete(path: &'static str, summary: &'static str) -> Operation {
    Operation::new("delete", path, summary).refuses(403, &["cross_origin"])
}

impl Operation {
    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            text: "",
            who: Who::Anyone,
            query: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: BTreeMap::new(),
        }
    }

    /// What there is to say besides, as sentences.
    pub(super) fn text(mut self, text: &'static str) -> Self {
        self.text = text;
        self
    }

    /// Who may ask, and what others are answered.
    pub(super) fn by(mut self, who: Who) -> Self {
        self.who = who;
        match who {
            Who::Anyone | Who::Known => self,
            Who::Player => self.refuses(401, &["no_player"]),
            Who::Staff => self.refuses(401, &["no_player"]).refuses(403, &["not_staff"]),
        }
    }

    /// A word of the query, with the shape of its value.
    pub(super) fn query(mut self, name: &'static str, schema: Value, text: &'static str) -> Self {
        self.query.push(Parameter { name, text, schema });
        self
    }

    /// The shape of the body by its name, and one that could be sent.
    pub(super) fn takes(mut self, schema: &'static str, example: Value) -> Self {
        self.body = Some((schema, example));
        self.refuses(400, &["malformed"]).refuses(408, &["too_slow"]).refuses(413, &["too_large"])
    }

    /// An answer of JSON, of the shape that this names, or is.
    pub(super) fn answers(self, status: u16, text: &'static str, schema: impl Into<Shape>) -> Self {
        let Shape(schema) = schema.into();
        self.answers_as(status, text, "application/json", schema)
    }

    /// An answer of another type.
    pub(super) fn answers_as(
        mut self,
        status: u16,
        text: &'static str,
        kind: &'static str,
        schema: Value,
    ) -> Self {
        self.answers.push(Answer { status, text, body: Some((kind, schema)) });
        self
    }

    /// An answer without a body.
    pub(super) fn answers_nothing(mut self, status: u16, text: &'static str) -> Self {
        self.answers.push(Answer { status, text, body: None });
        self
    }

    /// Problems, by their codes.
    pub(super) fn refuses(mut self, status: u16, codes: &[&'static str]) -> Self {
        let of_status = self.problems.entry(status).or_default();
        of_status.extend(codes.iter().filter(|code| !of_status.contains(code)).collect::<Vec<_>>());
        self
    }

    /// The words of its path that stand for something.
    pub(super) fn places(&self) -> Vec<(&'static str, Value, &'static str)> {
        let words = self.path.split('/').filter_map(|part| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            let (schema, text) = match name {
                "id" if self.path.starts_with("/api/me/logins/") => (
                    json!({ "type": "string" }),
                    "A log-in's id, as `GET /api/me/logins` lists it.",
                ),
                "game" => {
                    (json!({ "type": "string" }), "A game's name, as `GET /api/games` lists it.")
                }
                "name" if self.path.contains("/bots/") => {
                    (json!({ "type": "string" }), "A bot's name, as the table lists it.")
                }
                "name" => (json!({ "type": "string" }), "A player's name, in any case."),
                _ => (json!({ "type": "string", "format": "uuid" }), "A table's id."),
            };
            Some((name, schema, text))
        });
        words.collect()
    }
}

/// A shape: a schema, or the name of one.
#[derive(Debug)]
pub(super) struct Shape(Value);

impl From<&str> for Shape {
    fn from(name: &str) -> Self {
        Self(named(name))
    }
}

impl From<Value> for Shape {
    fn from(schema: Value) -> Self {
        Self(schema)
    }
}

/// The schema of that name.
pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A list of that schema.
pub(super) fn list_of(name: &str) -> Value {
    json!({ "type": "array", "items": named(name) })
}
