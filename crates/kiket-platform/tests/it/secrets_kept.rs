//! Secrets that operators keep for extensions: whose counts, how they are rotated, and who read them.

use std::time::Duration;

use kiket_contract::api::deliveries::Delivery;
use kiket_contract::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const TOKEN: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";
const OWN: &str = "installation_id=1";
const ORGANIZATION: &str = "organization_id=3";
const EXTENSION: &str = "extension_id=com.example.crm";

async fn keep(setup: &Setup, owner: &str, key: &str, value: &str) -> Value {
    let path = format!("/api/v1/secrets/{key}?{owner}");
    let (status, kept) = setup.admin("PUT", &path, json!({"value": value})).await;
    assert_eq!(status, 200, "{kept}");
    assert!(!kept.to_string().contains(value), "{kept}");
    kept
}

async fn remove(setup: &Setup, owner: &str, key: &str) -> u16 {
    let path = format!("/api/v1/secrets/{key}?{owner}");
    setup.admin("DELETE", &path, Value::Null).await.0
}

async fn listed(setup: &Setup, owner: &str) -> Vec<Value> {
    let (status, page) = setup.look(&format!("/api/v1/secrets?{owner}&limit=100")).await;
    assert_eq!(status, 200, "{page}");
    page["data"].as_array().unwrap().clone()
}

async fn reads(setup: &Setup, query: &str) -> Vec<Value> {
    let (status, page) = setup.look(&format!("/api/v1/secret_reads?{query}")).await;
    assert_eq!(status, 200, "{page}");
    page["data"].as_array().unwrap().clone()
}

async fn call(setup: &Setup, method: &str, path: &str, token: &str, body: &str) -> (u16, Value) {
    let headers = [("x-kiket-runtime-token", token)];
    crate::harness::call(&setup.origin(), method, path, &headers, body).await
}

#[tokio::test]
async fn the_installations_value_comes_first_then_the_organisations_then_the_extensions() {
    let setup = Setup::new(&[]).await;
    let given = async || setup.delivered().await.json();
    let missing = given().await;
    assert_eq!(missing["secret_status"]["missing"], json!(["CRM_TOKEN", "OTHER_TOKEN"]));
    for (owner, value) in [(EXTENSION, "default"), (ORGANIZATION, "shared"), (OWN, "own")] {
        keep(&setup, owner, "CRM_TOKEN", value).await;
        let body = given().await;
        assert_eq!(body["secrets"], json!({"CRM_TOKEN": value}));
        assert_eq!(body["secret_status"]["missing"], json!(["OTHER_TOKEN"]));
        let token = setup.script.received().pop().unwrap().token();
        assert_eq!(call(&setup, "GET", TOKEN, &token, "").await.1["value"], value);
    }
    for (owner, value) in [(OWN, "shared"), (ORGANIZATION, "default")] {
        assert_eq!(remove(&setup, owner, "CRM_TOKEN").await, 200);
        assert_eq!(remove(&setup, owner, "CRM_TOKEN").await, 404);
        assert_eq!(given().await["secrets"], json!({"CRM_TOKEN": value}));
    }
}

#[tokio::test]
async fn an_extension_gets_of_others_only_what_its_manifest_asks_for() {
    let setup = Setup::new(&[]).await;
    for owner in [ORGANIZATION, EXTENSION] {
        keep(&setup, owner, "BILLING_KEY", "nobody's business").await;
    }
    keep(&setup, ORGANIZATION, "CRM_TOKEN", "shared").await;
    keep(&setup, OWN, "KEPT_BY_ITSELF", "own").await;
    let token = setup.delivered().await.token();
    let list = TOKEN.strip_suffix("/CRM_TOKEN").unwrap();
    let (_, keys) = call(&setup, "GET", list, &token, "").await;
    assert_eq!(keys, json!({"keys": ["CRM_TOKEN", "KEPT_BY_ITSELF"]}));
    let (status, body) = call(&setup, "GET", &format!("{list}/BILLING_KEY"), &token, "").await;
    assert_eq!((status, &body["code"]), (404, &json!("no_secret")), "{body}");
    // Its own value is beside the organisation's, not in its place.
    assert_eq!(call(&setup, "POST", TOKEN, &token, r#"{"value":"own"}"#).await.0, 200);
    assert_eq!(call(&setup, "DELETE", TOKEN, &token, "").await.0, 200);
    assert_eq!(call(&setup, "GET", TOKEN, &token, "").await.1["value"], "shared");
}

#[tokio::test]
async fn an_organisations_secret_is_for_its_own_installations() {
    let setup = Setup::new(&[]).await;
    keep(&setup, ORGANIZATION, "CRM_TOKEN", "shared").await;
    let place = json!({"organization_id": 4, "project_id": 40});
    let (status, abroad) = setup.install(place).await;
    assert_eq!(status, 201, "{abroad}");
    let key = abroad["api_key"].as_str().unwrap();
    let (status, _) = setup.get(TOKEN, &[("x-kiket-api-key", key)]).await;
    assert_eq!(status, 404);
    keep(&setup, EXTENSION, "CRM_TOKEN", "default").await;
    let (_, got) = setup.get(TOKEN, &[("x-kiket-api-key", key)]).await;
    assert_eq!(got["value"], "default");
}

#[tokio::test]
async fn a_rotation_is_one_step_and_is_counted() {
    let clock = Clock::manual("2026-01-01T00:00:00Z".parse().unwrap());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    let first = keep(&setup, OWN, "CRM_TOKEN", "one").await;
    assert_eq!((&first["rotation_count"], &first["rotated_at"]), (&json!(0), &Value::Null));
    assert_eq!((&first["scope"], &first["backend"]), (&json!("installation"), &json!("database")));
    clock.advance(Duration::from_secs(60));
    let token = setup.delivered().await.token();
    for (method, body) in [
        ("POST", r#"{"value":"two"}"#),
        ("PUT", r#"{"value":"three"}"#),
        ("PATCH", r#"{"secret":{"value":"four"}}"#),
    ] {
        assert_eq!(call(&setup, method, TOKEN, &token, body).await, (200, json!({"ok": true})));
    }
    // As the SDKs do it.
    assert_eq!(call(&setup, "DELETE", TOKEN, &token, "").await.0, 200);
    assert_eq!(call(&setup, "POST", TOKEN, &token, r#"{"value":"five"}"#).await.0, 200);
    let rotate = format!("/api/v1/secrets/CRM_TOKEN/rotate?{OWN}");
    let (status, rotated) = setup.admin("POST", &rotate, json!({"value": "six"})).await;
    assert_eq!((status, &rotated["rotation_count"]), (200, &json!(5)), "{rotated}");
    assert_eq!(rotated["rotated_at"], "2026-01-01T00:01:00Z");
    assert_eq!(rotated["created_at"], "2026-01-01T00:00:00Z");
    assert_eq!(listed(&setup, OWN).await, [rotated]);
    assert_eq!(setup.delivered().await.json()["secrets"]["CRM_TOKEN"], "six");
}

#[tokio::test]
async fn what_is_not_there_can_not_be_rotated() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let (status, body) = call(&setup, "PATCH", TOKEN, &token, r#"{"value":"x"}"#).await;
    assert_eq!((status, &body["code"]), (404, &json!("no_secret")), "{body}");
    let other = "extension_id=com.example.unknown";
    for owner in [OWN, ORGANIZATION, EXTENSION, other] {
        let path = format!("/api/v1/secrets/CRM_TOKEN/rotate?{owner}");
        let (status, body) = setup.admin("POST", &path, json!({"value": "x"})).await;
        assert_eq!((status, &body["code"]), (404, &json!("no_secret")), "{body}");
        assert_eq!(listed(&setup, owner).await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn a_removed_value_can_be_brought_back_for_an_hour() {
    let clock = Clock::manual(jiff::Timestamp::now());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    keep(&setup, OWN, "CRM_TOKEN", "one").await;
    let token = setup.delivered().await.token();
    let restore = format!("/api/v1/secrets/CRM_TOKEN/restore?{OWN}");
    assert_eq!(setup.admin("POST", &restore, Value::Null).await.0, 404, "it is there");
    assert_eq!(call(&setup, "DELETE", TOKEN, &token, "").await.0, 200);
    assert_eq!(call(&setup, "GET", TOKEN, &token, "").await.0, 404);
    let removed = listed(&setup, OWN).await.remove(0);
    assert!(removed["restorable_until"].is_string(), "{removed}");
    let (status, restored) = setup.admin("POST", &restore, Value::Null).await;
    assert_eq!((status, &restored["restorable_until"]), (200, &Value::Null), "{restored}");
    assert_eq!(setup.delivered().await.json()["secrets"]["CRM_TOKEN"], "one");
    assert_eq!(remove(&setup, OWN, "CRM_TOKEN").await, 200);
    clock.advance(Duration::from_secs(60 * 60 + 1));
    assert_eq!(setup.admin("POST", &restore, Value::Null).await.0, 404);
    assert_eq!(listed(&setup, OWN).await, [] as [Value; 0]);
}

#[tokio::test]
async fn it_has_to_be_said_whose_secret_is_meant() {
    let setup = Setup::new(&[]).await;
    for owner in ["", "installation_id=1&organization_id=3", "extension_id=a/b", "project_id=27"] {
        let (status, body) = setup.look(&format!("/api/v1/secrets?{owner}")).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{owner}: {body}");
    }
    let (status, body) = setup.look("/api/v1/secrets?installation_id=99").await;
    assert_eq!((status, &body["code"]), (404, &json!("no_installation")), "{body}");
}

#[tokio::test]
async fn no_write_takes_what_can_be_no_secret() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let list = TOKEN.strip_suffix("/CRM_TOKEN").unwrap();
    let long = "k".repeat(129);
    let odd = |key: &str| format!("{list}/{key}");
    for (method, path, body, status, code) in [
        ("POST", TOKEN.to_owned(), json!({"value": ""}), 422, "empty_secret"),
        ("POST", odd("a%20b"), json!({"value": "x"}), 422, "invalid_secret_key"),
        ("PUT", odd(&long), json!({"value": "x"}), 422, "invalid_secret_key"),
        ("GET", odd("a%2Fb"), Value::Null, 422, "invalid_secret_key"),
        ("POST", list.to_owned(), json!({"value": "x"}), 422, "body_shape"),
        ("POST", list.to_owned(), json!({"secret": {"key": "A"}}), 422, "body_shape"),
        (
            "POST",
            TOKEN.to_owned(),
            json!({"value": "x".repeat(24 * 1024)}),
            413,
            "too_many_secrets",
        ),
    ] {
        let (answered, body) = call(&setup, method, &path, &token, &body.to_string()).await;
        assert_eq!((answered, &body["code"]), (status, &json!(code)), "{method} {path}: {body}");
    }
    assert_eq!(listed(&setup, OWN).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let setup = Setup::new(&[]).await;
    for key in ["C", "A", "B"] {
        keep(&setup, ORGANIZATION, key, "value").await;
    }
    let path = format!("/api/v1/secrets?{ORGANIZATION}&limit=2");
    let (_, first) = setup.look(&path).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = setup.look(&format!("{path}&cursor={cursor}")).await;
    let keys = |page: &Value| -> Vec<String> {
        let data = page["data"].as_array().unwrap();
        data.iter().map(|it| it["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((keys(&first), keys(&second)), (vec!["A".into(), "B".into()], vec!["C".into()]));
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn each_value_that_is_given_out_is_on_record_with_who_got_it_and_for_which_delivery() {
    let setup = Setup::new(&[]).await;
    keep(&setup, OWN, "CRM_TOKEN", "own").await;
    keep(&setup, ORGANIZATION, "OTHER_TOKEN", "shared").await;
    let (_, installed) = setup.install(json!({})).await;
    let key = installed["api_key"].as_str().unwrap();
    let received = setup.delivered().await;
    let delivery = received.header("x-kiket-invocation").to_owned();
    let wanted = json!({"name": "ci", "organization_id": 3, "scopes": ["*"]});
    let wanted = json!({"workspace_api_token": wanted});
    let (_, made) = setup.admin("POST", "/api/v1/workspace_api_tokens", wanted).await;
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    for header in [
        ("x-kiket-runtime-token", received.token().as_str()),
        ("x-kiket-api-key", key),
        ("authorization", &bearer),
    ] {
        assert_eq!(setup.get(TOKEN, &[header]).await.1["value"], "own", "{}", header.0);
    }
    // What lists and what comes to nothing gives no value out.
    let list = TOKEN.strip_suffix("/CRM_TOKEN").unwrap();
    setup.get(list, &[("x-kiket-api-key", key)]).await;
    setup.get(&format!("{list}/NONE"), &[("x-kiket-api-key", key)]).await;

    let all = reads(&setup, "").await;
    let told: Vec<_> = all
        .iter()
        .map(|read| {
            assert_eq!(read["installation_id"], 1);
            assert_eq!(read["extension_id"], "com.example.crm");
            json!([
                read["key"],
                read["scope"],
                read["by"],
                read["delivery_id"] == delivery.as_str(),
                read["attempt"],
                read["workspace_token_id"],
            ])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["CRM_TOKEN", "installation", "workspace_token", false, null, made["id"]]),
            json!(["CRM_TOKEN", "installation", "api_key", false, null, null]),
            json!(["CRM_TOKEN", "installation", "runtime_token", true, null, null]),
            json!(["OTHER_TOKEN", "organization", "delivery", true, 1, null]),
            json!(["CRM_TOKEN", "installation", "delivery", true, 1, null]),
        ]
    );
    for (query, count) in [
        (format!("delivery_id={delivery}"), 3),
        ("key=OTHER_TOKEN".to_owned(), 1),
        ("installation_id=1&limit=100".to_owned(), 5),
        ("installation_id=2".to_owned(), 0),
    ] {
        assert_eq!(reads(&setup, &query).await.len(), count, "{query}");
    }
    let (_, first) = setup.look("/api/v1/secret_reads?limit=3").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(reads(&setup, &format!("limit=3&cursor={cursor}")).await, all[3..]);
}

#[tokio::test]
async fn each_attempt_that_carries_a_secret_is_on_record() {
    let setup = Setup::new(&[(500, "{}"), (200, "{}")]).await;
    keep(&setup, OWN, "CRM_TOKEN", "own").await;
    setup.delivered().await;
    let attempts: Vec<_> =
        reads(&setup, "").await.iter().map(|read| read["attempt"].clone()).collect();
    assert_eq!(attempts, [json!(2), json!(1)]);
}

#[tokio::test]
async fn no_value_is_given_out_that_can_not_be_put_on_record() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    keep(&setup, OWN, "CRM_TOKEN", "unrecorded").await;
    setup.alter("DROP TABLE secret_reads").await;
    let (status, body) = call(&setup, "GET", TOKEN, &token, "").await;
    assert_eq!(status, 500, "{body}");
    assert!(!body.to_string().contains("unrecorded"), "{body}");
    let id = setup.send().await;
    // It is given back, to be tried again after a while.
    setup.until(id, |delivery| delivery.next_attempt_at > Some(later(delivery))).await;
    assert_eq!(setup.script.received().len(), 1, "it was not sent");
}

fn later(delivery: &Delivery) -> jiff::Timestamp {
    delivery.created_at + Duration::from_secs(5)
}

#[tokio::test]
async fn an_installations_secrets_go_with_it_and_the_others_stay() {
    let setup = Setup::new(&[]).await;
    for owner in [OWN, ORGANIZATION, EXTENSION] {
        keep(&setup, owner, "CRM_TOKEN", "value").await;
    }
    assert_eq!(setup.admin("DELETE", "/api/v1/installations/1", Value::Null).await.0, 200);
    assert_eq!(setup.look(&format!("/api/v1/secrets?{OWN}")).await.0, 404);
    assert_eq!(listed(&setup, ORGANIZATION).await.len(), 1);
    assert_eq!(listed(&setup, EXTENSION).await.len(), 1);
    let manifest = MANIFEST.replace("com.example.crm", "com.example.other");
    let (status, other) = setup.install(json!({"manifest": manifest})).await;
    assert_eq!(status, 201, "{other}");
    let key = other["api_key"].as_str().unwrap();
    let path = "/api/v1/extensions/com.example.other/secrets";
    let (_, keys) = setup.get(path, &[("x-kiket-api-key", key)]).await;
    assert_eq!(keys, json!({"keys": ["CRM_TOKEN"]}), "the organisation's");
}
