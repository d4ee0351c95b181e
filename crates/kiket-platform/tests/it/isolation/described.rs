//! The operations of the served description, ready to be called.

use std::fmt;

use serde_json::{Map, Value, json};

use super::world::{self, World};
use crate::harness::Setup;

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callers {
    Anyone,
    Operators,
    Extensions,
}

/// One operation.
pub(super) struct Operation {
    pub(super) method: String,
    /// With its variable segments.
    pub(super) path: String,
    pub(super) callers: Callers,
    /// What a credential of an extension has to grant.
    pub(super) scopes: Vec<String>,
    /// The schema of its body, and those that it refers to.
    body: Option<Value>,
    document: Value,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Every operation of the platform's description. One that does not say who may call it is refused.
pub(super) async fn operations(setup: &Setup) -> Vec<Operation> {
    let (status, document) = setup.get("/api/v1/openapi.json", &[]).await;
    assert_eq!(status, 200);
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let (callers, scopes) = callers(&format!("{method} {path}"), &described["security"]);
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                callers,
                scopes,
                body: described.pointer("/requestBody/content/application~1json/schema").cloned(),
                document: document.clone(),
            });
        }
    }
    operations
}

/// What an operation's `security` says.
fn callers(operation: &str, security: &Value) -> (Callers, Vec<String>) {
    let ways = security.as_array().unwrap_or_else(|| panic!("{operation} says not who may call"));
    let names: Vec<_> = ways.iter().flat_map(|way| way.as_object().unwrap().keys()).collect();
    // One empty way: a credential may be left out.
    if ways.is_empty() || ways.iter().any(|way| *way == json!({})) {
        return (Callers::Anyone, Vec::new());
    }
    if names == ["operator"] {
        return (Callers::Operators, Vec::new());
    }
    assert_eq!(names, ["runtime_token", "api_key", "workspace_token"], "{operation}");
    let scopes = ["/0/runtime_token", "/1/api_key", "/2/workspace_token"]
        .map(|way| serde_json::from_value::<Vec<String>>(security.pointer(way).unwrap().clone()));
    let [one, two, three] = scopes.map(Result::unwrap);
    assert!(one == two && two == three, "{operation}");
    (Callers::Extensions, one)
}

impl Operation {
    /// The path about what the first installation has, with a query.
    pub(super) fn filled(&self, world: &World, query: &str) -> String {
        let mut filled = String::new();
        let mut before = "";
        for segment in self.path.split('/').skip(1) {
            filled.push('/');
            let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            filled += &name.map_or(segment.to_owned(), |name| world.thing(before, name));
            before = segment;
        }
        filled + query
    }

    /// The least that the body's schema takes, about what the first installation has.
    pub(super) fn body(&self) -> String {
        let schema = self.body.as_ref();
        schema.map_or_else(String::new, |schema| self.value("", schema).to_string())
    }

    fn value(&self, name: &str, schema: &Value) -> Value {
        if let Some(named) = schema["$ref"].as_str() {
            let found = self.document.pointer(named.trim_start_matches('#'));
            return self.value(name, found.unwrap_or_else(|| panic!("{named} in {self}")));
        }
        if let Some(known) = world::member(name) {
            return known;
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(first) = schema[several].get(0) {
                return self.value(name, first);
            }
        }
        if let Some(only) = schema.get("const").or_else(|| schema["enum"].get(0)) {
            return only.clone();
        }
        let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
        match kind {
            Some("object") => {
                let wanted = schema["properties"].as_object().cloned().unwrap_or_default();
                let required: Vec<_> =
                    schema["required"].as_array().into_iter().flatten().collect();
                let is_wanted = |name: &String| {
                    required.iter().any(|it| **it == *name) || world::member(name).is_some()
                };
                let members = wanted.iter().filter(|(name, _)| is_wanted(name));
                let members: Map<_, _> = members
                    .map(|(name, schema)| (name.clone(), self.value(name, schema)))
                    .collect();
                Value::from(members)
            }
            Some("array") => json!([]),
            Some("integer" | "number") => json!(1),
            Some("boolean") => json!(false),
            Some("string") if schema["format"] == "date-time" => json!("2026-01-01T00:00:00Z"),
            _ => json!("x"),
        }
    }
}
