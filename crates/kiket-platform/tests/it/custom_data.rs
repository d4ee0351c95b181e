//! Custom data: tables of an extension's own, over HTTP.

mod filters;
mod lists;
mod operators;
mod permissions;
mod repeats;
mod rules;
mod schemas;
mod upgrades;

use std::time::Duration;

use kiket_contract::clock::Clock;
use serde_json::{Map, Value, json};

use crate::harness::{MANIFEST, Setup, call};

const MODULE: &str = "com.example.crm.contacts";
const TABLE: &str = "/api/v1/ext/custom_data/com.example.crm.contacts/people";
/// A module with a table that has a bit of everything.
const SCHEMA: &str = r#"
module: com.example.crm.contacts
tables:
  people:
    columns:
      - {name: email, type: string, length: 40, "null": false, unique: true}
      - {name: status, type: string, enum: [active, idle], default: active, indexed: true}
      - {name: age, type: integer}
      - {name: views, type: bigint, default: 0}
      - {name: score, type: decimal, precision: 5, scale: 2}
      - {name: vip, type: boolean}
      - {name: met_at, type: datetime, default: now()}
      - {name: born_on, type: date}
      - {name: notes, type: text}
      - {name: extra, type: jsonb}
    indexes:
      - {name: by_age, columns: [project_id, status, age]}
  visits:
    soft_delete: false
    columns: [{name: page, type: string}]
"#;

/// A platform with an extension that has these modules and may do everything with them.
struct Data {
    setup: Setup,
    clock: Clock,
    key: String,
}

/// The manifest with operations on the module.
fn manifest(operations: &str) -> String {
    let permissions = "permissions: [custom_data.read, custom_data.write]";
    let custom = format!(
        "  custom_data: {{permissions: [{{module: {MODULE}, operations: {operations}}}]}}\n  hooks:"
    );
    MANIFEST.replace("permissions: [issues:read]", permissions).replacen("  hooks:", &custom, 1)
}

impl Data {
    async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// The same, with other members of the installation.
    async fn with(members: Value) -> Self {
        let clock = Clock::manual(jiff::Timestamp::now());
        let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
        let key = install(&setup, members).await;
        Self { setup, clock, key }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}project_id=27");
        self.raw(method, &path, &[], body).await
    }

    async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> (u16, Value) {
        let headers = [headers, &[("x-kiket-api-key", self.key.as_str())]].concat();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        call(&self.setup.origin(), method, path, &headers, &body).await
    }

    async fn create(&self, record: Value) -> (u16, Value) {
        self.call("POST", TABLE, json!({"record": record})).await
    }

    /// A record that is made, as it is answered.
    async fn made(&self, record: Value) -> Map<String, Value> {
        let (status, body) = self.create(record).await;
        assert_eq!(status, 201, "{body}");
        body["data"].as_object().unwrap().clone()
    }

    async fn listed(&self, query: &str) -> Vec<Value> {
        let (status, body) = self.call("GET", &format!("{TABLE}?{query}"), Value::Null).await;
        assert_eq!(status, 200, "{query}: {body}");
        body["data"].as_array().unwrap().clone()
    }

    /// Begins another window of calls.
    fn next_window(&self) {
        self.clock.advance(Duration::from_secs(60));
    }
}

/// Installs with the module, and returns the API key.
async fn install(setup: &Setup, members: Value) -> String {
    let mut all = json!({
        "manifest": manifest("[read, write, admin]"), "modules": {MODULE: SCHEMA},
    });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let (status, body) = setup.install(all).await;
    assert_eq!(status, 201, "{body}");
    body["api_key"].as_str().unwrap().to_owned()
}

/// The fields and rules of a refusal.
fn broken(body: &Value) -> Vec<(String, String)> {
    let text = |violation: &Value, name: &str| violation[name].as_str().unwrap().to_owned();
    let violations = body["details"].as_array().unwrap_or_else(|| panic!("{body}")).iter();
    violations.map(|violation| (text(violation, "field"), text(violation, "rule"))).collect()
}

/// A text as it stands in a query.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_record_is_made_read_changed_and_removed() {
    let data = Data::new().await;
    let made = data.made(json!({"email": "ada@example.com", "extra": {"b": [1], "a": null}})).await;
    let now = data.clock.now().as_millisecond();
    let now = json!(jiff::Timestamp::from_millisecond(now).unwrap());
    let expected = json!({
        "id": 1, "organization_id": 3, "project_id": 27, "created_at": now, "updated_at": now,
        "email": "ada@example.com", "status": "active", "age": null, "views": 0, "score": null,
        "vip": null, "met_at": now, "born_on": null, "notes": null,
        "extra": {"b": [1], "a": null},
    });
    assert_eq!(Value::Object(made.clone()), expected);
    let one = format!("{TABLE}/1");
    assert_eq!(data.call("GET", &one, Value::Null).await, (200, json!({"data": made})));

    data.clock.advance(Duration::from_secs(1));
    let change = json!({"record": {"age": 36, "status": null}});
    let (status, changed) = data.call("PATCH", &one, change).await;
    assert_eq!((status, &changed["data"]["age"]), (200, &json!(36)), "{changed}");
    assert_eq!(changed["data"]["status"], Value::Null);
    assert_eq!(changed["data"]["email"], "ada@example.com", "what is not named stays");
    assert_eq!(changed["data"]["created_at"], now);
    assert_ne!(changed["data"]["updated_at"], now);
    let back = json!({"record": changed["data"]});
    assert_eq!(data.call("PATCH", &one, back).await.0, 200, "a whole record can be sent back");

    assert_eq!(data.call("DELETE", &one, Value::Null).await, (200, json!({"ok": true})));
    for (method, body) in
        [("GET", Value::Null), ("PATCH", json!({"record": {}})), ("DELETE", Value::Null)]
    {
        let (status, body) = data.call(method, &one, body).await;
        assert_eq!((status, &body["code"]), (404, &json!("no_record")), "{method}");
    }
    assert_eq!(data.listed("").await, Vec::<Value>::new());
    assert_eq!(data.made(json!({"email": "ada@example.com"})).await["id"], 2, "the value is free");
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let data = Data::new().await;
    for (path, code) in [
        ("/api/v1/ext/custom_data/com.example.other/people", "no_module"),
        ("/api/v1/ext/custom_data/com.example.crm.contacts/peple", "no_table"),
        ("/api/v1/ext/custom_data/com.example.crm.contacts/people/9", "no_record"),
        ("/api/v1/ext/custom_data/com.example.crm.contacts/people/..%2F1", "no_record"),
        ("/api/v1/ext/custom_data/com.example.crm.contacts/people/x", "no_record"),
    ] {
        let (status, body) = data.call("GET", path, Value::Null).await;
        assert_eq!((status, &body["code"]), (404, &json!(code)), "{path}");
    }
    let hint = async |path: &str| {
        let (_, body) = data.call("GET", path, Value::Null).await;
        body["error"].as_str().unwrap().to_owned()
    };
    let module = hint("/api/v1/ext/custom_data/com.example.other/people").await;
    assert!(module.contains("only `com.example.crm.contacts`: send its schema"), "{module}");
    let table = hint("/api/v1/ext/custom_data/com.example.crm.contacts/peple").await;
    assert!(table.contains("only `people`, `visits`: send a schema"), "{table}");
    for (method, path) in
        [("GET", TABLE.to_owned()), ("POST", TABLE.to_owned()), ("DELETE", format!("{TABLE}/1"))]
    {
        let (status, body) = data.raw(method, &path, &[], json!({"record": {}})).await;
        assert_eq!(status, 400, "{method} without a project: {body}");
        assert!(body["error"].as_str().unwrap().contains("project_id"), "{body}");
        let (status, body) =
            data.raw(method, &format!("{path}?project_id=28"), &[], json!({})).await;
        assert_eq!((status, &body["code"]), (403, &json!("other_project")));
    }
}

#[tokio::test]
async fn the_unprefixed_paths_and_every_credential_lead_to_the_same_records() {
    let data = Data::new().await;
    let token = data.setup.delivered().await.token();
    let wanted = json!({"name": "ci", "organization_id": 3, "scopes": ["custom_data:read"]});
    let wanted = json!({"workspace_api_token": wanted});
    let (_, made) = data.setup.admin("POST", "/api/v1/workspace_api_tokens", wanted).await;
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    data.made(json!({"email": "a@example.com"})).await;
    for header in [
        ("x-kiket-runtime-token", token.as_str()),
        ("x-kiket-api-key", &data.key),
        ("authorization", &bearer),
    ] {
        for path in [TABLE, TABLE.strip_prefix("/api/v1").unwrap()] {
            let (status, body) = data.setup.get(&format!("{path}?project_id=27"), &[header]).await;
            assert_eq!(status, 200, "{} {path}: {body}", header.0);
            assert_eq!(body["data"][0]["email"], "a@example.com");
        }
    }
    let path = format!("{TABLE}?project_id=27");
    let (status, body) = data.setup.post(&path, &[("authorization", &bearer)], "{}").await;
    assert_eq!((status, &body["missing_scopes"]), (403, &json!(["custom_data.write"])));
}

#[tokio::test]
async fn installations_know_nothing_of_each_others_records() {
    let data = Data::new().await;
    let place = json!({"organization_id": 4, "project_id": 40});
    let other = install(&data.setup, place).await;
    data.made(json!({"email": "mine@example.com"})).await;
    let header = [("x-kiket-api-key", other.as_str())];
    let path = format!("{TABLE}?project_id=40");
    let (_, theirs) = data.setup.get(&path, &header).await;
    assert_eq!(theirs["data"], json!([]));
    let record = json!({"record": {"email": "mine@example.com"}}).to_string();
    let (status, theirs) = data.setup.post(&path, &header, &record).await;
    assert_eq!((status, &theirs["data"]["id"]), (201, &json!(1)), "a namespace of its own");
    assert_eq!(theirs["data"]["organization_id"], 4);
    let gone = data.setup.admin("DELETE", "/api/v1/installations/1", Value::Null).await;
    assert_eq!(gone.0, 200);
    assert_eq!(data.setup.get(&path, &header).await.1["data"].as_array().unwrap().len(), 1);
    let url = format!("sqlite://{}", data.setup.dir.path().join("kiket.db").display());
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let left = "SELECT (SELECT COUNT(*) FROM records) * 10 + (SELECT COUNT(*) FROM data_tables)";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&mut connection).await.unwrap();
    assert_eq!(left, 12, "what the removed installation had is gone");
}
