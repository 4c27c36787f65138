//! Checking a value against a schema: as much of JSON Schema as the description uses, and not a word more, so that nothing in
//! it goes unchecked. Fields that are not described are faults here, though clients must bear them.

use serde_json::Value;

/// What is wrong with a value, each with its place; nothing where it fits.
pub(super) fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(document, schema, value, "$", &mut faults);
    faults
}

fn check(document: &Value, schema: &Value, value: &Value, place: &str, faults: &mut Vec<String>) {
    let told = |what: String| format!("{place}: {what}: {value}");
    let rules = schema.as_object().expect("a schema is an object");
    for (rule, wanted) in rules {
        match &**rule {
            "description" | "examples" => {}
            "$ref" => {
                let path = wanted.as_str().and_then(|path| path.strip_prefix('#'));
                let named = path.and_then(|path| document.pointer(path));
                let named = named.unwrap_or_else(|| panic!("{wanted} leads nowhere"));
                check(document, named, value, place, faults);
                return;
            }
            "allOf" => {
                // The first is the whole, the others narrow it.
                let (whole, narrower) =
                    wanted.as_array().and_then(|all| all.split_first()).expect("schemas");
                check(document, whole, value, place, faults);
                for schema in narrower {
                    for (name, schema) in schema["properties"].as_object().expect("properties") {
                        let place = format!("{place}.{name}");
                        check(document, schema, &value[name], &place, faults);
                    }
                }
                return;
            }
            "type" => {
                let kinds = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
                if !kinds.iter().any(|kind| is_a(value, kind.as_str().expect("a type"))) {
                    faults.push(told(format!("is no {wanted}")));
                }
            }
            "enum" => {
                if !wanted.as_array().expect("choices").contains(value) {
                    faults.push(told(format!("is none of {wanted}")));
                }
            }
            "minimum" | "maximum" => {
                let (limit, is_low) = (wanted.as_f64().expect("a number"), rule == "minimum");
                let out = |n: f64| if is_low { n < limit } else { n > limit };
                if value.as_f64().is_some_and(out) {
                    faults.push(told(format!("{rule} {limit}")));
                }
            }
            "format" => {
                assert_eq!(wanted, "uuid", "this check knows no other format");
                if value.as_str().is_some_and(|text| text.parse::<uuid::Uuid>().is_err()) {
                    faults.push(told("is no uuid".into()));
                }
            }
            "pattern" => {
                assert!(wanted.as_str().is_some_and(|it| it.ends_with("[0-9]{2}$")), "{wanted}");
                let chips = value.as_str().and_then(|text| text.split_once('.'));
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                let whole = |text: &str| text == "0" || (!text.starts_with('0') && digits(text));
                let fits = |(chips, rest): (&str, &str)| {
                    !chips.is_empty() && whole(chips) && rest.len() == 2 && digits(rest)
                };
                if !chips.is_some_and(fits) {
                    faults.push(told("is no amount of chips".into()));
                }
            }
            "required" => {
                for name in wanted.as_array().expect("names").iter().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        faults.push(told(format!("has no {name}")));
                    }
                }
            }
            "items" | "properties" | "additionalProperties" => {}
            other => panic!("this check does not know {other:?}"),
        }
    }
    if let (Some(items), Some(list)) = (rules.get("items"), value.as_array()) {
        for (n, item) in list.iter().enumerate() {
            check(document, items, item, &format!("{place}[{n}]"), faults);
        }
    }
    let (properties, others) = (&schema["properties"], &schema["additionalProperties"]);
    if properties.is_null() && others.is_null() {
        return;
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (properties.get(name), others) {
            (Some(schema), _) => check(document, schema, value, &place, faults),
            (None, Value::Object(_)) => check(document, others, value, &place, faults),
            (None, _) => faults.push(format!("{place} is not described")),
        }
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        other => panic!("there is no type {other:?}"),
    }
}

#[test]
fn what_does_not_fit_is_found() {
    use serde_json::json;
    let document = json!({"components": {"schemas": {"Chips": {
        "type": "string", "pattern": "^(0|[1-9][0-9]*)\\.[0-9]{2}$",
    }}}});
    let schema = json!({
        "type": "object",
        "required": ["id", "chips"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "chips": {"$ref": "#/components/schemas/Chips"},
            "list": {"type": ["array", "null"], "items": {"type": "integer", "minimum": 1}},
            "kind": {"enum": ["a", "b"]},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    });
    let good = json!({"id": uuid::Uuid::nil().to_string(), "chips": "10.00", "list": [1, 2],
        "kind": "a", "counts": {"x": 1}});
    assert_eq!(faults(&document, &schema, &good), [""; 0]);
    for (name, bad) in [
        ("id", json!("7")),
        ("id", Value::Null),
        ("chips", json!("01.00")),
        ("chips", json!("1.0")),
        ("chips", json!(1)),
        ("list", json!([0])),
        ("list", json!({})),
        ("kind", json!("c")),
        ("counts", json!({"x": "1"})),
        ("other", json!(1)),
    ] {
        let mut value = good.clone();
        value[name] = bad.clone();
        assert_eq!(
            faults(&document, &schema, &value).len(),
            1 + usize::from(bad == 1 && name == "chips"),
            "{name}: {bad}"
        );
    }
    assert_eq!(faults(&document, &schema, &json!({})).len(), 2);
}
