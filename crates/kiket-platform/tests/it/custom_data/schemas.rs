//! Schemas and seeds as they come with an installation.

use serde_json::{Value, json};

use super::{Data, MODULE, TABLE, manifest};

/// The older form, with everything inside `module`.
const OLDER: &str = r#"
model_version: "1.0"
module:
  id: com.example.crm.contacts
  name: Contacts
  scope: project
  tables:
    - name: people
      soft_delete: true
      columns:
        - {name: id, type: bigint, primary_key: true, auto_increment: true}
        - {name: project_id, type: bigint, "null": false}
        - {name: email, type: string, "null": false}
        - {name: total, type: decimal, precision: 10, scale: 2, default: 0}
        - {name: seen_at, type: datetime}
        - {name: created_at, type: timestamp, default: now()}
      indexes:
        - {columns: [project_id, email], unique: true}
"#;

async fn refused(data: &Data, members: Value) -> Value {
    let mut all = json!({"manifest": manifest("[read, write]")});
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let (status, body) = data.setup.install(all).await;
    assert_eq!((status, &body["code"]), (422, &json!("invalid_module")), "{members}: {body}");
    body
}

#[tokio::test]
async fn the_older_form_makes_the_same_tables() {
    let data = Data::with(json!({"modules": {MODULE: OLDER}})).await;
    let made = data.made(json!({"email": "a@example.com"})).await;
    assert_eq!(
        (&made["id"], &made["total"], &made["seen_at"]),
        (&json!(1), &json!(0), &json!(null))
    );
    let (status, body) = data.create(json!({"email": "a@example.com"})).await;
    assert_eq!((status, super::broken(&body)), (422, vec![("email".into(), "unique".into())]));
    let owned = json!({"email": "b@example.com", "project_id": 27, "organization_id": "3"});
    data.made(owned).await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_schema_is_found_with_its_place() {
    let data = Data::new().await;
    let schema = "module: com.example.crm.contacts
tables:
  people:
    columns:
      - {name: email, type: strin}
      - {name: age, type: integer, default: old}
      - {name: age, type: integer}
    indexes: [{columns: [email, colour]}]
";
    let body = refused(&data, json!({"modules": {MODULE: schema}})).await;
    let findings = body["details"]["findings"].as_array().unwrap();
    let found: Vec<_> = findings
        .iter()
        .map(|finding| (finding["id"].as_str().unwrap(), finding["line"].as_i64().unwrap()))
        .collect();
    let expected = [
        ("unknown-type", 5),
        ("default-type", 6),
        ("duplicate-column", 7),
        ("unknown-column", 8),
        ("unknown-column", 8),
    ];
    assert_eq!(found, expected, "{findings:?}");
    assert_eq!(findings[0]["path"], "tables.people.columns[0]");
}

#[tokio::test]
async fn a_module_that_can_not_be_used_is_not_installed() {
    let data = Data::new().await;
    let fine = "module: a\ntables: {t: {columns: [{name: c, type: text}]}}";
    for (schema, reason) in [
        ("a: [1", "syntax"),
        ("just words", "syntax"),
        ("module: b\ntables: {t: {columns: [{name: c, type: text}]}}", "not of the module `a`"),
        ("tables: {t: {columns: [{name: c, type: text}]}}", "has no id"),
        ("module: a", "has no tables"),
        ("module: a\ntables: []", "has no tables"),
        ("module: a\ntables: [{columns: [{name: c, type: text}]}]", "has no `name`"),
        ("module: a\ntables: {t: {columns: []}}", "has no columns"),
        ("module: a\ntables: {t: {columns: one}}", "is no list"),
        ("module: a\ntables: {\"t; drop\": {columns: [{name: c, type: text}]}}", "a name is"),
        ("module: a\ntables: {t: {columns: [{name: \"c'\", type: text}]}}", "a name is"),
        ("module: a\ntables: {t: {columns: [{name: id, type: string}]}}", "Kiket numbers"),
        (
            "module: a\ntables: {t: {columns: [{name: c, type: text}], indexes: [{}]}}",
            "no `columns`",
        ),
        (
            "module: a\ntables: {t: {soft_delete: 1, columns: [{name: c, type: text}]}}",
            "write true or false",
        ),
    ] {
        let body = refused(&data, json!({"modules": {"a": schema}})).await;
        assert!(body["error"].as_str().unwrap().contains(reason), "{reason}: {body}");
    }
    for (seeds, reason) in [
        (json!({"a": ["records: []"]}), "without a `table`"),
        (json!({"a": ["table: u\nrecords: []"]}), "without a `table`"),
        (json!({"a": ["table: t\nrecords: [1]"]}), "no mapping"),
        (json!({"a": ["table: t\nrecords: [{c: x}, {c: 1}]"]}), "record 2 of `t`: `c` is a number"),
        (json!({"b": ["table: t\nrecords: []"]}), "no schema"),
    ] {
        let body = refused(&data, json!({"modules": {"a": fine}, "seeds": seeds})).await;
        assert!(body["error"].as_str().unwrap().contains(reason), "{reason}: {body}");
    }
    assert_eq!(data.listed("").await.len(), 0, "the tables are as before");
}

#[tokio::test]
async fn seeds_are_written_once() {
    let seeds =
        "table: people\nrecords:\n  - {email: a@example.com, age: 1}\n  - {email: b@example.com}\n";
    let members = json!({"seeds": {MODULE: [seeds]}});
    let mut data = Data::with(members.clone()).await;
    assert_eq!(data.listed("filters=%7B%22age%22:1%7D").await.len(), 1);
    data.call("DELETE", &format!("{TABLE}/1"), Value::Null).await;
    data.key = super::install(&data.setup, members).await;
    let left = data.listed("").await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["status"], "active", "with defaults");
}
