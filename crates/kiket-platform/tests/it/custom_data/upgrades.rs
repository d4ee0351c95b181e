//! Other schemas for tables that hold records.

use serde_json::{Value, json};

use super::{Data, MODULE, SCHEMA, TABLE, manifest};

const UPGRADE: &str = "/api/v1/installations/1/upgrade";

async fn upgrade(data: &Data, schema: &str, members: Value) -> (u16, Value) {
    let mut all =
        json!({"manifest": manifest("[read, write, admin]"), "modules": {MODULE: schema}});
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    data.setup.admin("POST", UPGRADE, all).await
}

/// A module with these columns of its table, and indexes.
fn people(columns: &str, indexes: &str) -> String {
    format!(
        "module: {MODULE}\ntables:\n  people:\n    columns:\n      - {{name: email, type: string}}\n{columns}    indexes: {indexes}\n"
    )
}

fn column(rules: &str) -> String {
    format!("      - {{{rules}}}\n")
}

/// The only change that concerns the records, as the preview tells it.
fn told(body: &Value) -> Vec<Value> {
    body["changes"]["custom_data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_preview_says_what_changes_and_what_is_lost_and_changes_nothing() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com", "notes": "kept", "age": 1})).await;
    data.made(json!({"email": "b@example.com", "age": 2})).await;
    data.call("DELETE", &format!("{TABLE}/2"), Value::Null).await;
    let before = data.listed("").await;
    let next = SCHEMA
        .replace("      - {name: notes, type: text}\n", "      - {name: phone, type: string}\n")
        .replace("{columns: [{name: page, type: string}]}", "")
        .replace("    indexes:\n      - {name: by_age, columns: [project_id, status, age]}\n", "");
    let next = next.split("  visits:").next().unwrap().to_owned();
    let (status, shown) = upgrade(&data, &next, json!({"preview": true})).await;
    assert_eq!((status, &shown["applied"]), (200, &json!(false)), "{shown}");
    let people = |change: &str, columns: Value, lost: u64| {
        json!({"module": MODULE, "table": "people", "change": change, "columns": columns,
            "lost": lost})
    };
    let expected = [
        json!({"module": MODULE, "table": "visits", "change": "table_removed", "lost": 0}),
        people("column_added", json!(["phone"]), 0),
        people("column_removed", json!(["notes"]), 1),
        people("index_removed", json!(["status", "age"]), 0),
    ];
    assert_eq!(told(&shown), expected);
    assert_eq!(data.listed("").await, before);

    let (status, body) = upgrade(&data, &next, json!({})).await;
    assert_eq!((status, &body["code"]), (409, &json!("data_loss_not_accepted")), "{body}");
    assert_eq!(
        body["details"]["custom_data"],
        json!([people("column_removed", json!(["notes"]), 1)])
    );
    assert!(body["error"].as_str().unwrap().contains("accept_data_loss"), "{body}");
    assert_eq!(data.listed("").await, before);

    let (status, done) = upgrade(&data, &next, json!({"accept_data_loss": true})).await;
    assert_eq!((status, &done["applied"]), (200, &json!(true)), "{done}");
    assert_eq!(told(&done), expected);
    let after = data.listed("order=age").await;
    assert_eq!(after.len(), 1);
    assert_eq!((after[0].get("notes"), &after[0]["phone"]), (None, &Value::Null));
}

#[tokio::test]
async fn what_loses_nothing_needs_no_consent() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com", "age": 1})).await;
    let next = SCHEMA
        .replace("length: 40", "length: 400")
        .replace("{name: age, type: integer}", "{name: age, type: bigint, indexed: true}")
        .replace(
            "{name: vip, type: boolean}",
            "{name: vip, type: boolean, \"null\": false, default: true}",
        )
        .replace("  visits:", "  more:\n    columns: [{name: page, type: string}]\n  visits:");
    let (status, done) = upgrade(&data, &next, json!({})).await;
    assert_eq!(status, 200, "{done}");
    assert!(told(&done).iter().all(|change| change["lost"] == 0), "{done}");
    let found = data.listed("filters=%7B%22age%22:1%7D").await;
    assert_eq!((found.len(), &found[0]["vip"]), (1, &json!(true)), "the default is filled in");
    let (status, body) = data.create(json!({"email": "a@example.com"})).await;
    assert_eq!(status, 422, "still unique: {body}");
    let (status, again) = upgrade(&data, &next, json!({})).await;
    assert_eq!((status, told(&again)), (200, vec![]), "the same schema changes nothing");
    let (status, _) =
        data.setup.admin("POST", UPGRADE, json!({"manifest": manifest("[read]")})).await;
    assert_eq!(status, 200);
    assert_eq!(data.listed("").await.len(), 1, "without modules they stay");
    let gone = json!({"modules": {}});
    let (status, body) = upgrade(&data, &next, gone).await;
    assert_eq!((status, &body["code"]), (409, &json!("data_loss_not_accepted")), "{body}");
}

#[tokio::test]
async fn values_are_taken_over_where_they_say_the_same_in_another_type() {
    let start = people(&column("name: value, type: string"), "[]");
    let data = Data::with(json!({"modules": {MODULE: start}})).await;
    for value in [json!("12"), json!("x"), json!(null), json!("2026-01-31")] {
        data.made(json!({"value": value})).await;
    }
    for (rules, values) in [
        ("name: value, type: text", json!(["12", "x", null, "2026-01-31"])),
        ("name: value, type: string, length: 2", json!(["12", "x", null, null])),
        ("name: value, type: bigint", json!([12, null, null, null])),
        ("name: value, type: string", json!(["12", null, null, null])),
        ("name: value, type: decimal", json!(["12", null, null, null])),
        ("name: value, type: integer, default: 7, \"null\": false", json!([12, 7, 7, 7])),
    ] {
        let next = people(&column(rules), "[{columns: [value]}]");
        let (status, body) = upgrade(&data, &next, json!({"accept_data_loss": true})).await;
        assert_eq!(status, 200, "{rules}: {body}");
        let found: Vec<_> =
            data.listed("").await.iter().map(|record| record["value"].clone()).collect();
        assert_eq!(json!(found), values, "{rules}");
        let by_index = data.listed("order=-value").await;
        assert_eq!(by_index.len(), 4, "{rules}: the index has them all");
    }
}

#[tokio::test]
async fn what_the_records_do_not_allow_is_refused_whoever_consents() {
    let start = people(&column("name: value, type: string"), "[]");
    let data = Data::with(json!({"modules": {MODULE: start}})).await;
    for value in [json!("same"), json!("same"), json!(null)] {
        data.made(json!({"value": value})).await;
    }
    for (columns, indexes, column, reason) in [
        (
            column("name: value, type: string"),
            "[{columns: [value], unique: true}]",
            "value",
            "1 records have the same",
        ),
        (
            column("name: value, type: string, \"null\": false"),
            "[]",
            "value",
            "1 records would have no value",
        ),
        (
            column("name: value, type: bigint, \"null\": false"),
            "[]",
            "value",
            "3 records would have no value",
        ),
        (
            column("name: value, type: string")
                + &column("name: more, type: text, \"null\": false"),
            "[]",
            "more",
            "3 records would have no value",
        ),
    ] {
        let next = people(&columns, indexes);
        let consent = json!({"accept_data_loss": true});
        let (status, body) = upgrade(&data, &next, consent).await;
        assert_eq!((status, &body["code"]), (409, &json!("schema_blocked")), "{columns}: {body}");
        let blocked = &body["details"]["custom_data"][0];
        assert_eq!(blocked["columns"], json!([column]), "{body}");
        assert!(blocked["blocked"].as_str().unwrap().starts_with(reason), "{body}");
        let (status, shown) = upgrade(&data, &next, json!({"preview": true})).await;
        assert_eq!(status, 200);
        assert!(told(&shown).iter().any(|change| change == blocked), "{shown}");
        let found: Vec<_> =
            data.listed("").await.iter().map(|record| record["value"].clone()).collect();
        assert_eq!(found, [json!("same"), json!("same"), json!(null)]);
    }
}

#[tokio::test]
async fn an_installation_in_the_place_of_another_loses_nothing_without_consent() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com"})).await;
    let without = json!({"manifest": manifest("[read]")});
    let (status, body) = data.setup.install(without.clone()).await;
    assert_eq!((status, &body["code"]), (409, &json!("data_loss_not_accepted")), "{body}");
    assert_eq!(data.listed("").await.len(), 1, "its key opens still");
    let mut with = without;
    with["accept_data_loss"] = json!(true);
    assert_eq!(data.setup.install(with).await.0, 201);
}
