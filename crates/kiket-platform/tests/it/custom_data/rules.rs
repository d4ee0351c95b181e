//! Every rule that a record can break is a 422 that names field and rule.

use serde_json::{Value, json};

use super::{Data, MODULE, TABLE, broken};

#[tokio::test]
async fn every_rule_is_named_with_its_field() {
    let data = Data::new().await;
    data.made(json!({"email": "taken@example.com"})).await;
    let long = "x".repeat(41);
    let large = "x".repeat(70_000);
    for (record, field, rule) in [
        (json!({"colour": 1}), "colour", "unknown"),
        (json!({"id": 7}), "id", "read_only"),
        (json!({"project_id": 28}), "project_id", "read_only"),
        (json!({"created_at": "2026-01-01T00:00:00Z"}), "created_at", "read_only"),
        (json!({"deleted_at": "2026-01-01T00:00:00Z"}), "deleted_at", "read_only"),
        (json!({"email": null}), "email", "null"),
        (json!({"email": 7}), "email", "type"),
        (json!({"email": long}), "email", "length"),
        (json!({"email": "taken@example.com"}), "email", "unique"),
        (json!({"status": "lost"}), "status", "enum"),
        (json!({"age": "36"}), "age", "type"),
        (json!({"age": 1.5}), "age", "type"),
        (json!({"age": 2_147_483_648_i64}), "age", "range"),
        (json!({"views": 9_223_372_036_854_775_808_u64}), "views", "range"),
        (json!({"views": true}), "views", "type"),
        (json!({"score": "many"}), "score", "type"),
        (json!({"score": 1000}), "score", "precision"),
        (json!({"score": "1.005"}), "score", "precision"),
        (json!({"vip": "yes"}), "vip", "type"),
        (json!({"met_at": "yesterday"}), "met_at", "type"),
        (json!({"met_at": 7}), "met_at", "type"),
        (json!({"born_on": "2026-02-30"}), "born_on", "type"),
        (json!({"born_on": "2026-02-03T00:00:00Z"}), "born_on", "type"),
        (json!({"notes": ["a"]}), "notes", "type"),
        (json!({"notes": large}), "record", "size"),
    ] {
        let mut whole = json!({"email": "new@example.com"});
        whole.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
        let (status, body) = data.create(whole).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_record")), "{field}: {body}");
        assert_eq!(broken(&body), [(field.to_owned(), rule.to_owned())], "{body}");
        let message = body["details"][0]["message"].as_str().unwrap();
        assert!(message.contains(&format!("`{field}`")), "{message}");
        assert!(body["error"].as_str().unwrap().contains(message), "{body}");
        let other = data.listed("filters=%7B%22email%22:%22new@example.com%22%7D").await;
        assert!(other.is_empty(), "nothing is stored: {other:?}");
    }
    let (_, body) = data.create(json!({})).await;
    assert_eq!(broken(&body), [("email".to_owned(), "null".to_owned())], "a missing value");
}

#[tokio::test]
async fn all_violations_come_at_once_and_change_nothing() {
    let data = Data::new().await;
    let before = data.made(json!({"email": "a@example.com", "age": 1})).await;
    data.made(json!({"email": "b@example.com"})).await;
    let one = format!("{TABLE}/1");
    let change = json!({"record": {"age": "x", "vip": 1, "email": null}});
    let (status, body) = data.call("PATCH", &one, change).await;
    assert_eq!(status, 422);
    let named = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
    assert_eq!(broken(&body), [named("age", "type"), named("email", "null"), named("vip", "type")]);
    let (status, body) =
        data.call("PATCH", &one, json!({"record": {"email": "b@example.com", "age": 2}})).await;
    assert_eq!((status, broken(&body)), (422, vec![named("email", "unique")]));
    assert_eq!(data.call("GET", &one, Value::Null).await.1["data"], Value::Object(before));
    for body in [json!({}), json!({"record": 1}), json!([])] {
        let (status, body) = data.call("POST", TABLE, body).await;
        assert_eq!((status, &body["code"]), (422, &json!("body_shape")));
    }
}

#[tokio::test]
async fn values_that_fit_are_kept_as_they_are_meant() {
    let data = Data::new().await;
    let sent = json!({
        "email": "ünïcode@example.com", "age": -2_147_483_648_i64, "views": i64::MAX,
        "score": "-999.99", "vip": false, "met_at": "2026-01-31T09:00:00+01:00",
        "born_on": "2024-02-29", "notes": "", "extra": [1, {"a": "b"}], "status": "idle",
    });
    let made = data.made(sent.clone()).await;
    for (name, value) in sent.as_object().unwrap() {
        let expected = if name == "met_at" { &json!("2026-01-31T08:00:00Z") } else { value };
        assert_eq!(made.get(name), Some(expected), "{name}");
    }
}

#[tokio::test]
async fn two_that_write_the_same_at_once_make_one_record() {
    let data = Data::new().await;
    let writes = (0..8).map(|_| data.create(json!({"email": "same@example.com"})));
    let answers = futures_util::future::join_all(writes).await;
    let made = answers.iter().filter(|(status, _)| *status == 201).count();
    let refused = answers.iter().filter(|(status, _)| *status == 422).count();
    assert_eq!((made, refused), (1, 7), "{answers:?}");
    assert_eq!(data.listed("").await.len(), 1);
}

#[tokio::test]
async fn as_in_sql_records_without_a_value_are_not_the_same() {
    let schema = "module: com.example.crm.contacts
tables:
  people:
    columns: [{name: a, type: string}, {name: b, type: integer}]
    indexes: [{columns: [a, b], unique: true}]
";
    let data = Data::with(json!({"modules": {MODULE: schema}})).await;
    data.made(json!({"a": "x", "b": 1})).await;
    data.made(json!({"a": "x", "b": 2})).await;
    data.made(json!({"a": "x"})).await;
    data.made(json!({"a": "x"})).await;
    let (status, body) = data.create(json!({"a": "x", "b": 1})).await;
    assert_eq!((status, broken(&body)), (422, vec![("a,b".to_owned(), "unique".to_owned())]));
    let long = "x".repeat(1001);
    let (status, body) = data.create(json!({"a": long})).await;
    assert_eq!((status, broken(&body)), (422, vec![("a,b".to_owned(), "length".to_owned())]));
}

#[tokio::test]
async fn an_installation_stores_so_much_and_removing_makes_room() {
    let data = Data::new().await;
    let made = data.made(json!({"email": "a@example.com", "notes": "some text"})).await;
    let one = format!("{TABLE}/{}", made["id"]);
    for full in [
        "UPDATE data_tables SET records = 1000000 WHERE name = 'visits'",
        "UPDATE data_tables SET records = 0, bytes = 1073741824 WHERE name = 'visits'",
    ] {
        data.setup.alter(full).await;
        let (status, body) = data.create(json!({"email": "b@example.com"})).await;
        assert_eq!((status, &body["code"]), (413, &json!("too_many_records")), "{body}");
        assert!(body["error"].as_str().unwrap().contains("hard=true"), "{body}");
    }
    let change = |notes: &str| json!({"record": {"notes": notes}});
    let (status, body) = data.call("PATCH", &one, change("a longer text")).await;
    assert_eq!((status, &body["code"]), (413, &json!("too_many_records")), "{body}");
    assert_eq!(data.call("PATCH", &one, change("less")).await.0, 200);
    data.setup
        .alter("UPDATE data_tables SET bytes = 0, records = 999999 WHERE name = 'visits'")
        .await;
    assert_eq!(data.call("DELETE", &one, Value::Null).await.0, 200);
    let second = json!({"email": "b@example.com"});
    assert_eq!(data.create(second.clone()).await.0, 413, "what is kept counts");
    data.setup.alter("UPDATE data_tables SET records = 999998 WHERE name = 'visits'").await;
    let second = data.made(second).await;
    assert_eq!(data.create(json!({"email": "c@example.com"})).await.0, 413);
    let removal = format!("{TABLE}/{}?hard=true", second["id"]);
    assert_eq!(data.call("DELETE", &removal, Value::Null).await.0, 200);
    data.made(json!({"email": "c@example.com"})).await;
}

#[tokio::test]
async fn a_decimal_that_a_number_does_not_keep_is_to_be_sent_as_text() {
    let columns = "      - {name: amount, type: decimal}\n      - {name: extra, type: jsonb}\n";
    let schema = format!("module: {MODULE}\ntables:\n  people:\n    columns:\n{columns}");
    let data = Data::with(json!({"modules": {MODULE: schema}})).await;
    let path = format!("{TABLE}?project_id=27");
    let send = async |amount: &str| {
        let headers = [("x-kiket-api-key", data.key.as_str())];
        let body = format!(r#"{{"record":{{"amount":{amount}}}}}"#);
        data.setup.post(&path, &headers, &body).await
    };
    for amount in ["12345678901234567.89", "0.10000000000000000001", "1.00000000000000000000001"] {
        let (status, body) = send(amount).await;
        assert_eq!(status, 422, "{amount}: {body}");
        assert_eq!(broken(&body), [("amount".to_owned(), "precision".to_owned())], "{amount}");
        assert!(body["error"].as_str().unwrap().contains("as a text"), "{body}");
    }
    for amount in ["12345678901234567", "0.1", "1.50", "-2.5e-3", "0.30000000000000004"] {
        let (status, body) = send(amount).await;
        assert_eq!(status, 201, "{amount}: {body}");
    }
    let text = r#""12345678901234567.89""#;
    let (status, body) = send(text).await;
    assert_eq!((status, body["data"]["amount"].to_string().as_str()), (201, text));
}
