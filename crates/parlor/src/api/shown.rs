//! The same, as the page shows it.

use super::{
    all,
    operation::{Answer, Operation, Who},
    schemas,
};
use serde_json::{Value, json};

/// All operations, by group.
pub(crate) fn groups() -> Vec<Value> {
    let groups = all().into_iter().map(|group| {
        let operations: Vec<Value> = group.operations.iter().map(operation).collect();
        json!({ "name": group.name, "text": group.text, "operations": operations })
    });
    groups.collect()
}

/// All shapes, with their fields.
pub(crate) fn shapes() -> Vec<Value> {
    let shown = schemas::all().into_iter().map(|(name, schema)| {
        json!({ "name": name, "text": schema["description"], "fields": fields(&schema), "pattern": schema["pattern"] })
    });
    shown.collect()
}

fn operation(operation: &Operation) -> Value {
    let who = match operation.who {
        Who::Anyone | Who::Known => "anyone",
        Who::Player => "a player",
        Who::Staff => "staff",
    };
    let places = operation.places();
    let words = operation.query.iter().map(|word| (word.name, word.schema.clone(), word.text));
    let parameters = places.iter().cloned().map(|place| (true, place));
    let parameters = parameters.chain(words.map(|word| (false, word)));
    let parameters: Vec<Value> = parameters
        .map(|(required, (name, schema, text))| {
            json!({ "name": name, "required": required, "type": kind(&schema), "text": text })
        })
        .collect();
    let body = operation.body.as_ref().map(|(schema, example)| {
        let example = serde_json::to_string_pretty(example).unwrap_or_default();
        json!({ "schema": schema, "example": example })
    });
    let problems: Vec<Value> = operation
        .problems
        .iter()
        .map(|(status, codes)| json!({ "status": status, "codes": codes }))
        .collect();
    // A socket is no request that a form could send.
    let can_be_tried = operation.method == "get" && !operation.path.starts_with("/ws/");
    json!({
        "method": operation.method.to_uppercase(),
        "path": operation.path,
        "anchor": format!("{}{}", operation.method, operation.path.replace(['/', '{', '}'], "-")),
        "summary": operation.summary,
        "text": operation.text,
        "who": who,
        "parameters": parameters,
        "body": body,
        "answers": operation.answers.iter().map(answer).collect::<Vec<_>>(),
        "problems": problems,
        "can_be_tried": can_be_tried,
    })
}

fn answer(answer: &Answer) -> Value {
    let schema = answer.body.as_ref().map(|(_, schema)| schema);
    json!({
        "status": answer.status,
        "text": answer.text,
        "type": schema.map(kind),
        "schema": schema.and_then(|schema| name(schema).or_else(|| name(&schema["items"]))),
    })
}

fn fields(schema: &Value) -> Vec<Value> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let shown = properties.into_iter().map(|(field, schema)| {
        json!({
            "name": field,
            "type": kind(&schema),
            "schema": name(&schema).or_else(|| name(&schema["items"])),
            "text": schema["description"],
            "required": required.contains(&json!(field)),
        })
    });
    shown.collect()
}

/// The name of the schema that is referred to.
fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())
}

/// What a value is, in words.
fn kind(schema: &Value) -> String {
    if let Some(name) = name(schema) {
        return name.to_owned();
    }
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        return choices.join(" or ");
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        kind if kind == "array" => match name(&schema["items"]) {
            Some(name) => format!("list of {name}"),
            None => "list".to_owned(),
        },
        kind => kind.as_str().unwrap_or("anything").to_owned(),
    }
}
