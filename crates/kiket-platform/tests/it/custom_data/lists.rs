//! Lists: filters, order, limit, cursor.

use serde_json::{Value, json};

use super::{Data, MODULE, TABLE, broken, encoded};

async fn people(data: &Data, count: i64) {
    for number in 0..count {
        let status = if number % 3 == 0 { "idle" } else { "active" };
        let record = json!({
            "email": format!("{number}@example.com"), "status": status, "age": number % 4,
        });
        data.made(record).await;
    }
}

fn ids(records: &[Value]) -> Vec<i64> {
    records.iter().map(|record| record["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn filters_compare_for_equality() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com", "age": 3, "score": 1.5, "vip": true,
        "met_at": "2026-01-31T08:00:00Z", "extra": {"a": 1, "b": 2}}))
        .await;
    data.made(json!({"email": "b@example.com", "status": "idle", "notes": "x"})).await;
    for (filters, found) in [
        (json!({}), &[1, 2][..]),
        (json!({"email": "a@example.com"}), &[1]),
        (json!({"email": "A@example.com"}), &[]),
        (json!({"status": "idle"}), &[2]),
        (json!({"status": "active", "age": 3}), &[1]),
        (json!({"status": "active", "age": 4}), &[]),
        (json!({"age": null}), &[2]),
        (json!({"score": "1.50"}), &[1]),
        (json!({"vip": true}), &[1]),
        (json!({"vip": false}), &[]),
        (json!({"met_at": "2026-01-31T09:00:00+01:00"}), &[1]),
        (json!({"extra": {"b": 2, "a": 1}}), &[1]),
        (json!({"notes": "x", "status": "idle"}), &[2]),
        (json!({"id": 2}), &[2]),
        (json!({"project_id": 27}), &[1, 2]),
        (json!({"project_id": "27", "organization_id": 3}), &[1, 2]),
        (json!({"project_id": 28}), &[]),
        (json!({"status": "' OR 1=1 --"}), &[]),
    ] {
        let query = format!("filters={}", encoded(&filters.to_string()));
        assert_eq!(ids(&data.listed(&query).await), found, "{filters}");
    }
    let spaced = encoded("{\"status\": \"idle\"}");
    assert_eq!(ids(&data.listed(&format!("filters={spaced}")).await), [2]);
    let twice = encoded(&encoded("{\"status\":\"idle\"}"));
    assert_eq!(ids(&data.listed(&format!("filters={twice}")).await), [2], "encoded twice");
    assert_eq!(ids(&data.listed("filters=").await), [1, 2]);
}

#[tokio::test]
async fn what_a_list_can_not_be_asked_for_is_named() {
    let data = Data::new().await;
    for (query, field, rule) in [
        (format!("filters={}", encoded(r#"{"colour": 1}"#)), "colour", "unknown"),
        (format!("filters={}", encoded(r#"{"\" OR 1=1": 1}"#)), "\" OR 1=1", "unknown"),
        (format!("filters={}", encoded(r#"{"age": "old"}"#)), "age", "type"),
        (format!("filters={}", encoded(r#"{"age": {"gt": 1}}"#)), "age", "type"),
        (format!("filters={}", encoded(r#"{"status": ["idle"]}"#)), "status", "type"),
        ("filters=status".to_owned(), "filters", "type"),
        ("filters=[]".to_owned(), "filters", "type"),
        ("order=colour".to_owned(), "order", "unknown"),
        ("order=extra".to_owned(), "order", "unknown"),
        ("order=id;drop".to_owned(), "order", "unknown"),
        ("limit=0".to_owned(), "limit", "range"),
        ("limit=501".to_owned(), "limit", "range"),
    ] {
        let (status, body) = data.call("GET", &format!("{TABLE}?{query}"), Value::Null).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_query")), "{query}: {body}");
        assert_eq!(broken(&body), [(field.to_owned(), rule.to_owned())], "{query}");
    }
    for query in ["cursor=x", "limit=many", "filter=x"] {
        let (status, body) = data.call("GET", &format!("{TABLE}?{query}"), Value::Null).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{query}: {body}");
    }
}

#[tokio::test]
async fn a_page_has_50_records_and_its_cursor_leads_to_the_next() {
    let data = Data::new().await;
    people(&data, 53).await;
    let (_, page) = data.call("GET", TABLE, Value::Null).await;
    let first = page["data"].as_array().unwrap();
    assert_eq!(ids(first), (1..=50).collect::<Vec<_>>(), "the oldest first");
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("{TABLE}?cursor={cursor}");
    let (_, page) = data.call("GET", &path, Value::Null).await;
    assert_eq!(ids(page["data"].as_array().unwrap()), [51, 52, 53]);
    assert_eq!(page["next_cursor"], Value::Null);
    let (status, _) = data.call("GET", &format!("{path}&order=age"), Value::Null).await;
    assert_eq!(status, 400, "a cursor is of one order");
}

#[tokio::test]
async fn pages_of_every_order_follow_each_other_without_gap_or_repetition() {
    let data = Data::new().await;
    people(&data, 20).await;
    let filters = encoded(r#"{"status":"active"}"#);
    for order in ["id", "-id", "age", "-age", "email", "-email", "met_at", "notes", "-created_at"] {
        let whole = format!("filters={filters}&order={order}");
        let expected = ids(&data.listed(&whole).await);
        assert_eq!(expected.len(), 13, "{order}");
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("{TABLE}?{whole}&limit=3{cursor}");
            let (_, page) = data.call("GET", &path, Value::Null).await;
            found.extend(ids(page["data"].as_array().unwrap()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{order}");
    }
}

#[tokio::test]
async fn a_page_of_large_records_ends_before_some_sdks_would_refuse_it() {
    let data = Data::new().await;
    let notes = "x".repeat(60_000);
    for number in 0..7 {
        data.made(json!({"email": format!("{number}@example.com"), "notes": notes})).await;
    }
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let (_, page) = data.call("GET", &format!("{TABLE}?{cursor}"), Value::Null).await;
        assert!(page.to_string().len() < 256 * 1024);
        found.extend(ids(page["data"].as_array().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("cursor={next}");
    }
    assert_eq!(found, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn a_page_of_records_that_are_mostly_nulls_is_no_larger() {
    let columns: String = (0..99)
        .map(|number| {
            format!("      - {{name: a_column_with_a_long_name_{number}, type: string}}\n")
        })
        .collect();
    let schema = format!(
        "module: {MODULE}\ntables:\n  people:\n    columns:\n      - {{name: n, type: integer}}\n\
         {columns}"
    );
    let data = Data::with(json!({"modules": {MODULE: schema}})).await;
    for number in 0..80 {
        data.made(json!({"n": number % 7})).await;
    }
    for order in ["id", "-id", "n", "-n"] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        let mut pages = 0;
        loop {
            let path = format!("{TABLE}?order={order}&limit=500{cursor}");
            let (_, page) = data.call("GET", &path, Value::Null).await;
            assert!(page.to_string().len() < 256 * 1024, "{order}: {}", page.to_string().len());
            found.extend(ids(page["data"].as_array().unwrap()));
            pages += 1;
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(pages > 1, "{order}");
        found.sort_unstable();
        assert_eq!(found, (1..=80).collect::<Vec<_>>(), "{order}");
    }
}
