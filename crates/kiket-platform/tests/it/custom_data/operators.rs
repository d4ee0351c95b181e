//! The same records for operators, who name the project by its number or its key.

use serde_json::{Value, json};

use super::{Data, MODULE, SCHEMA, install, manifest};

const TABLE: &str = "/api/v1/custom_data/com.example.crm.contacts/people";

#[tokio::test]
async fn an_operator_does_with_records_what_their_extension_does() {
    let data = Data::new().await;
    let own = data.made(json!({"email": "a@example.com", "age": 7})).await;
    let admin = async |method: &str, below: &str, body: Value| {
        data.setup.admin(method, &format!("{TABLE}{below}"), body).await
    };
    assert_eq!(admin("GET", "/1?project_id=27", Value::Null).await, (200, json!({"data": own})));
    let record = json!({"record": {"email": "b@example.com", "status": "idle"}});
    let (status, made) = admin("POST", "?project_id=27", record).await;
    assert_eq!((status, &made["data"]["id"]), (201, &json!(2)), "{made}");
    let change = json!({"record": {"age": 8}});
    let (status, changed) = admin("PATCH", "/2?project_id=27", change).await;
    assert_eq!((status, &changed["data"]["age"]), (200, &json!(8)), "{changed}");
    for (query, found) in [
        ("", &[1, 2][..]),
        ("&limit=1", &[1]),
        ("&order=-age", &[2, 1]),
        ("&filters=%7B%22age%22%3A7%7D", &[1]),
        ("&filters[status]=idle", &[2]),
        ("&filters%5Bstatus%5D=idle&filters%5Bemail%5D=a%40example.com", &[]),
    ] {
        let (status, page) = admin("GET", &format!("?project_id=27{query}"), Value::Null).await;
        assert_eq!(status, 200, "{query}: {page}");
        let listed = page["data"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap());
        assert_eq!(listed.collect::<Vec<_>>(), found, "{query}");
    }
    assert_eq!(admin("DELETE", "/2?project_id=27&hard=true", Value::Null).await.0, 200);
    assert_eq!(admin("DELETE", "/2?project_id=27", Value::Null).await.0, 404);
    assert_eq!(data.listed("").await, [Value::from(own)]);
}

#[tokio::test]
async fn a_project_is_named_by_its_number_or_by_the_key_that_it_was_given() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com"})).await;
    let admin = async |method: &str, path: &str, body: Value| {
        let (status, body) = data.setup.admin(method, path, body).await;
        (status, body)
    };
    let list = async |query: &str| {
        let (status, body) = admin("GET", &format!("{TABLE}{query}"), Value::Null).await;
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    };
    let unsaid = (400, "invalid_parameter".to_owned());
    assert_eq!(list("").await, unsaid);
    assert_eq!(list("?project_key=27").await, unsaid);
    assert_eq!(list("?project_key=SHOP").await, (404, "no_project".to_owned()));
    let project = |key: Value| json!({"id": 27, "organization_id": 3, "key": key});
    assert_eq!(
        admin("GET", "/api/v1/projects/27", Value::Null).await,
        (200, project(Value::Null)),
        "a project has no key by itself"
    );
    for key in ["DESK", "SHOP"] {
        let given = admin("PUT", "/api/v1/projects/27/key", json!({"key": key})).await;
        assert_eq!(given, (200, project(json!(key))));
    }
    assert_eq!(list("?project_key=SHOP").await, (200, String::new()));
    assert_eq!(list("?project_key=DESK").await.0, 404, "it has one key");
    assert_eq!(list("?project_key=SHOP&project_id=27").await, unsaid);

    install(&data.setup, json!({"project_id": 28})).await;
    for (path, key, status, code) in [
        ("/api/v1/projects/28/key", "SHOP", 409, "project_key_taken"),
        ("/api/v1/projects/29/key", "OTHER", 404, "no_project"),
        ("/api/v1/projects/x/key", "OTHER", 404, "no_project"),
        ("/api/v1/projects/28/key", "28", 422, "body_shape"),
    ] {
        let (got, body) = admin("PUT", path, json!({"key": key})).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{path} {key}");
    }
    assert_eq!(list("?project_key=SHOP").await.0, 200, "a refused key changes nothing");
}

#[tokio::test]
async fn where_several_extensions_have_the_module_the_operator_says_which() {
    let data = Data::new().await;
    data.made(json!({"email": "a@example.com"})).await;
    let other = manifest("[read]").replace("id: com.example.crm\n", "id: com.example.other\n");
    let (status, body) =
        data.setup.install(json!({"manifest": other, "modules": {MODULE: SCHEMA}})).await;
    assert_eq!(status, 201, "{body}");
    let list = async |extension: &str| {
        let path = format!("{TABLE}?project_id=27{extension}");
        data.setup.admin("GET", &path, Value::Null).await
    };
    let (status, body) = list("").await;
    assert_eq!((status, &body["code"]), (409, &json!("several_modules")), "{body}");
    for (extension, status, records) in
        [("com.example.crm", 200, 1), ("com.example.other", 200, 0), ("com.example.none", 404, 0)]
    {
        let (got, body) = list(&format!("&extension_id={extension}")).await;
        assert_eq!(got, status, "{extension}: {body}");
        assert_eq!(body["data"].as_array().map_or(0, Vec::len), records, "{extension}");
    }
    let path = format!("{TABLE}?project_id=27&extension_id=com.example.other");
    let record = json!({"record": {"email": "b@example.com"}});
    let (status, body) = data.setup.admin("POST", &path, record).await;
    assert_eq!((status, &body["code"]), (403, &json!("operation_not_permitted")), "{body}");
}

#[tokio::test]
async fn an_operators_request_with_a_key_is_done_once() {
    let data = Data::new().await;
    let bearer = format!("Bearer {}", data.setup.platform.admin_token().expose());
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k1")];
    let record = json!({"record": {"email": "a@example.com"}}).to_string();
    let path = format!("{TABLE}?project_id=27");
    let first = data.setup.post(&path, &headers, &record).await;
    assert_eq!(first.0, 201);
    assert_eq!(data.setup.post(&path, &headers, &record).await, first);
    assert_eq!(data.listed("").await.len(), 1);
}
