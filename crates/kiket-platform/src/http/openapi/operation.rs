//! One operation of the API, as the document describes it.

use axum::http::StatusCode;
use kiket_contract::header::IDEMPOTENCY_KEY;
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
/// The id of a request, as examples of refusals have it.
const REQUEST: &str = "019b796d-d600-7000-8000-0000000000f1";

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
    takes: Option<(MakeSchema, Value)>,
    answers: Vec<Answer>,
}

/// One answer, with an example of its body.
struct Answer {
    status: u16,
    description: &'static str,
    media: &'static str,
    schema: MakeSchema,
    example: Value,
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
    /// An example of a variable segment of the path.
    pub(super) fn at(mut self, name: &str, example: &str) -> Self {
        let mut parameters = self.parameters.iter_mut();
        if let Some(named) = parameters.find(|it| it["name"] == name && it["in"] == "path") {
            named["example"] = example.into();
        }
        self
    }

    /// A key in a header makes a repeated request the same request.
    pub(super) fn keyed(mut self, description: &str, example: &str) -> Self {
        self.parameters.push(json!({
            "name": IDEMPOTENCY_KEY, "in": "header", "description": description,
            "schema": {"type": "string"}, "example": example,
        }));
        self
    }

    /// The query that it takes: a parameter for each member of the type. The example has the members
    /// that a usual call names.
    pub(super) fn queries<T: JsonSchema>(mut self, example: Value) -> Self {
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
            let mut parameter = json!({
                "name": name, "in": "query", "required": required, "description": description,
                "schema": member,
            });
            if let Some(example) = example.get(&name) {
                parameter["example"] = example.clone();
            }
            self.parameters.push(parameter);
        }
        self
    }

    /// The body that it takes, and an example of it.
    pub(super) fn takes<T: JsonSchema>(mut self, example: Value) -> Self {
        self.takes = Some((SchemaGenerator::subschema_for::<T>, example));
        self
    }

    /// An answer with a JSON body, and an example of it.
    pub(super) fn answers<T: JsonSchema>(self, status: u16, example: Value) -> Self {
        self.answers_in::<T>(status, JSON, example)
    }

    /// An answer with a body of another media type, and an example of it.
    pub(super) fn answers_in<T: JsonSchema>(
        mut self,
        status: u16,
        media: &'static str,
        example: Value,
    ) -> Self {
        let known = StatusCode::from_u16(status).ok();
        let description = known.and_then(|status| status.canonical_reason()).unwrap_or_default();
        let schema = SchemaGenerator::subschema_for::<T>;
        self.answers.push(Answer { status, description, media, schema, example });
        self
    }

    /// What this platform answers instead, always: it keeps nothing of the kind.
    pub(super) fn keeps_none(mut self, code: &str, error: &str) -> Self {
        self.answers.push(Answer {
            status: StatusCode::NOT_FOUND.as_u16(),
            description: "This platform keeps none",
            media: JSON,
            schema: SchemaGenerator::subschema_for::<ErrorBody>,
            example: json!({"error": error, "code": code, "request_id": REQUEST}),
        });
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
        for Answer { status, description, media, schema, example } in &self.answers {
            let content = json!({*media: {"schema": schema(schemas), "example": example}});
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
        if let Some((schema, example)) = &self.takes {
            let body = json!({"schema": schema(schemas), "example": example});
            described["requestBody"] = json!({"required": true, "content": {JSON: body}});
        }
        described
    }
}
