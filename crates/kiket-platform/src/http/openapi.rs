//! `GET /api/v1/openapi.json`: what the API takes and answers, from the types that read and write it.
//!
//! It is open: it holds nothing that this source does not.

mod operation;
mod operations;

use std::sync::LazyLock;

use axum::Json;
use kiket_contract::header;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use operation::{API_KEY, OPERATOR, Operation, RUNTIME_TOKEN, WORKSPACE_TOKEN};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| document(&operations::all()));

pub(super) async fn show() -> Json<&'static Value> {
    Json(&DOCUMENT)
}

/// The document of these operations.
fn document(operations: &[Operation]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
        settings.transforms.push(Box::new(RecursiveTransform(plain_description)));
    });
    let mut schemas = SchemaGenerator::new(settings);
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let described = operation.describe(&mut schemas);
        let path = paths.entry(&operation.path).or_insert_with(|| json!({}));
        path[operation.method.to_lowercase()] = described;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kiket",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Events in, signed deliveries out, and the calls that extensions make back.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "securitySchemes": {
                OPERATOR: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The admin token.",
                },
                RUNTIME_TOKEN: {
                    "type": "apiKey",
                    "in": "header",
                    "name": header::RUNTIME_TOKEN_DISPLAY,
                    "description": "The runtime token of a delivery.",
                },
                API_KEY: {
                    "type": "apiKey",
                    "in": "header",
                    "name": header::API_KEY,
                    "description": "The API key of an installation.",
                },
                WORKSPACE_TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A workspace token of an organisation.",
                },
            },
        },
    })
}

/// Where an example of the source begins.
const EXAMPLE: &str = "\n\n```";

/// Descriptions come from the types' documentation: a link to an item there becomes its name, and
/// what begins with an example is left out.
fn plain_description(schema: &mut Schema) {
    let Some(Value::String(text)) = schema.get_mut("description") else { return };
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.split(EXAMPLE).next().unwrap_or_default();
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((item, after)) = link.split_once("`]") else { break };
        plain.push_str(before);
        plain.push('`');
        plain.push_str(item.rsplit("::").next().unwrap_or(item));
        plain.push('`');
        rest = after;
    }
    plain.push_str(rest);
    *text = plain;
}

#[cfg(test)]
mod tests;
