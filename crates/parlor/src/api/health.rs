//! The site itself.

use super::operation::{Operation, get};
use serde_json::json;

pub(super) const TEXT: &str =
    "For those who run the site, and for programs that read this description.";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/healthz", "Whether the program runs").answers(200, "It does.", "Health"),
        get("/readyz", "Whether the site serves")
            .answers(200, "It does.", "Health")
            .refuses(503, &["draining"]),
        get("/metrics", "What is measured, in the form of OpenMetrics").answers_as(
            200,
            "All metrics.",
            "application/openmetrics-text",
            json!({ "type": "string" }),
        ),
        get("/api/openapi.json", "This description").answers(
            200,
            "An OpenAPI document.",
            json!({ "type": "object", "required": ["openapi", "info", "paths"] }),
        ),
    ]
}
