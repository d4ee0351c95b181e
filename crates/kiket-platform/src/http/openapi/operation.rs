//! One operation of the API, as the document describes it.

use kiket_contract::response::ErrorBody;
use kiket_contract::scope;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::plain_description;

/// What operators prove themselves with.
pub(super) const OPERATOR: &str = "operator";
/// What extensions prove themselves with, one of these.
pub(super) const RUNTIME_TOKEN: &str = "runtime_token";
pub(super) const API_KEY: &str = "api_key";
pub(super) const WORKSPACE_TOKEN: &str = "workspace_token";
const JSON: &str = "application/json";

type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// Who may call an operation.
#[derive(Clone, Copy)]
enum Callers {
    Anyone,
    Operators,
    Extensions,
    /// Extensions, also without a credential.
    ExtensionsOrAnyone,
}

/// One operation of the API.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: String,
    summary: &'static str,
    callers: Callers,
    parameters: Vec<Value>,
    takes: Option<MakeSchema>,
    answers: Vec<(u16, &'static str, MakeSchema)>,
}

/// An operation that anyone may call.
pub(super) fn open(method: &'static str, path: &str, summary: &'static str) -> Operation {
    let named = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters = named.map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    Operation {
        method,
        path: path.to_owned(),
        summary,
        callers: Callers::Anyone,
        parameters: parameters.collect(),
        takes: None,
        answers: Vec::new(),
    }
}

/// An operation that wants the admin token.
pub(super) fn operator(method: &'static str, path: &str, summary: &'static str) -> Operation {
    Operation { callers: Callers::Operators, ..open(method, path, summary) }
}

/// An operation that wants a credential of an extension: a runtime token, an API key or a workspace
/// token, with the scopes that the contract names for its path.
pub(super) fn extension(method: &'static str, path: &str, summary: &'static str) -> Operation {
    Operation { callers: Callers::Extensions, ..open(method, path, summary) }
}

/// An operation as [`extension`], which may be called without a credential too.
pub(super) fn extension_or_anyone(
    method: &'static str,
    path: &str,
    summary: &'static str,
) -> Operation {
    Operation { callers: Callers::ExtensionsOrAnyone, ..open(method, path, summary) }
}

impl Operation {
    /// A parameter that may be left out; `place` is `query` or `header`.
    pub(super) fn with(mut self, place: &str, name: &str, description: &str) -> Self {
        self.parameters.push(json!({
            "name": name, "in": place, "description": description, "schema": {"type": "string"},
        }));
        self
    }

    /// The query that it takes: a parameter for each member of the type.
    pub(super) fn queries<T: JsonSchema>(mut self) -> Self {
        let schemas = SchemaGenerator::new(SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
            settings.transforms.push(Box::new(RecursiveTransform(plain_description)));
        }));
        let schema = schemas.into_root_schema_for::<T>();
        let required = schema.get("required").and_then(Value::as_array).cloned();
        let members = schema.get("properties").and_then(Value::as_object).cloned();
        for (name, mut member) in members.unwrap_or_default() {
            let description = member.as_object_mut().and_then(|it| it.remove("description"));
            let required = required.iter().flatten().any(|it| *it == *name);
            self.parameters.push(json!({
                "name": name, "in": "query", "required": required, "description": description,
                "schema": member,
            }));
        }
        self
    }

    /// The body that it takes.
    pub(super) fn takes<T: JsonSchema>(mut self) -> Self {
        self.takes = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// An answer with a JSON body.
    pub(super) fn answers<T: JsonSchema>(self, status: u16) -> Self {
        self.answers_in::<T>(status, JSON)
    }

    /// An answer with a body of another media type.
    pub(super) fn answers_in<T: JsonSchema>(mut self, status: u16, media: &'static str) -> Self {
        self.answers.push((status, media, SchemaGenerator::subschema_for::<T>));
        self
    }

    /// Who may call it, and with which scopes.
    fn security(&self) -> Value {
        let scopes = scope::required(self.method, &self.path);
        match self.callers {
            Callers::Anyone => json!([]),
            Callers::Operators => json!([{OPERATOR: []}]),
            Callers::Extensions => {
                json!([{RUNTIME_TOKEN: scopes}, {API_KEY: scopes}, {WORKSPACE_TOKEN: scopes}])
            }
            Callers::ExtensionsOrAnyone => {
                json!([{RUNTIME_TOKEN: scopes}, {API_KEY: scopes}, {WORKSPACE_TOKEN: scopes}, {}])
            }
        }
    }

    /// The operation as the document has it, with its schemas added to those of the others.
    pub(super) fn describe(&self, schemas: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        for (status, media, schema) in &self.answers {
            let description = axum::http::StatusCode::from_u16(*status)
                .ok()
                .and_then(|status| status.canonical_reason())
                .unwrap_or_default();
            let content = json!({*media: {"schema": schema(schemas)}});
            let response = json!({"description": description, "content": content});
            responses.insert(status.to_string(), response);
        }
        let error = json!({JSON: {"schema": schemas.subschema_for::<ErrorBody>()}});
        responses.insert(
            "default".to_owned(),
            json!({"description": "What went wrong, and what to do", "content": error}),
        );
        let mut described = json!({
            "summary": self.summary,
            "responses": responses,
            "security": self.security(),
        });
        if !self.parameters.is_empty() {
            described["parameters"] = Value::from(self.parameters.clone());
        }
        if let Some(schema) = self.takes {
            described["requestBody"] =
                json!({"required": true, "content": {JSON: {"schema": schema(schemas)}}});
        }
        described
    }
}
