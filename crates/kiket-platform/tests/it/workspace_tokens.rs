//! Credentials of an organisation.

use std::time::Duration;

use kiket_contract::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};
use crate::sealed::{files, holds};

const PATH: &str = "/api/v1/workspace_api_tokens";
const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";
const LIMITS: &str = "/api/v1/ext/rate_limit";

async fn make(setup: &Setup, members: Value) -> (u16, Value) {
    let mut wanted = json!({"name": "ci", "organization_id": 3});
    wanted.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    setup.admin("POST", PATH, json!({"workspace_api_token": wanted})).await
}

async fn call(setup: &Setup, made: &Value, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    match path.contains("/events") {
        true => setup.post(path, &headers, &json!({"event": "x"}).to_string()).await,
        false => setup.get(path, &headers).await,
    }
}

#[tokio::test]
async fn a_token_is_shown_once_listed_without_its_text_and_deleted() {
    let setup = Setup::new(&[]).await;
    let (status, made) = make(&setup, json!({"name": " ci "})).await;
    assert_eq!(status, 201, "{made}");
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("wk_") && token.len() > 40);
    assert_eq!(made["token_prefix"], token[..11]);
    assert_eq!(call(&setup, &made, LIMITS).await.0, 200);

    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("token");
    assert_eq!(shown["name"], "ci");
    let base = ["ext.api.read", "ext.api.write", "ext.secrets.read", "ext.secrets.write"];
    assert_eq!(shown["scopes"], json!(base), "unsaid");
    assert_eq!(setup.look(PATH).await, (200, json!({"data": [shown], "next_cursor": null})));
    for (name, bytes) in files(setup.dir.path()) {
        assert!(!holds(&bytes, token), "{name}");
    }
    let one = format!("{PATH}/{}", made["id"]);
    assert_eq!(setup.admin("DELETE", &one, Value::Null).await, (200, json!({"ok": true})));
    let (status, body) = call(&setup, &made, LIMITS).await;
    assert_eq!((status, &body["code"]), (401, &json!("invalid_credential")), "{body}");
    for gone in [&one, "/api/v1/workspace_api_tokens/x"] {
        let (status, body) = setup.admin("DELETE", gone, Value::Null).await;
        assert_eq!((status, &body["code"]), (404, &json!("no_workspace_token")), "{body}");
    }
    let (_, again) = make(&setup, json!({})).await;
    assert_ne!(again["id"], made["id"], "a number is not used again");
}

#[tokio::test]
async fn the_list_comes_in_pages_and_by_organisation() {
    let setup = Setup::new(&[]).await;
    let mut made = Vec::new();
    for organization in [3, 4, 3, 4, 3] {
        let (_, one) = make(&setup, json!({"organization_id": organization})).await;
        made.push((organization, one["id"].clone()));
    }
    let ids = |page: &Value| -> Vec<Value> {
        page["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    let of = |organization: i32| -> Vec<Value> {
        made.iter().filter(|one| one.0 == organization).map(|one| one.1.clone()).collect()
    };
    for organization in [3, 4, 5] {
        let (_, page) = setup.look(&format!("{PATH}?organization_id={organization}")).await;
        assert_eq!(ids(&page), of(organization));
    }
    let (_, first) = setup.look(&format!("{PATH}?organization_id=3&limit=2")).await;
    assert_eq!(ids(&first), of(3)[..2]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, rest) = setup.look(&format!("{PATH}?organization_id=3&limit=2&cursor={cursor}")).await;
    assert_eq!((ids(&rest), &rest["next_cursor"]), (of(3)[2..].to_vec(), &Value::Null));
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let clock = Clock::manual(jiff::Timestamp::now());
    let setup = Setup::with(&[], |config| config.clock = clock.clone()).await;
    let end = clock.now() + Duration::from_secs(60);
    let (status, made) = make(&setup, json!({"expires_at": end})).await;
    assert_eq!(status, 201, "{made}");
    clock.advance(Duration::from_secs(59));
    assert_eq!(call(&setup, &made, LIMITS).await.0, 200);
    clock.advance(Duration::from_secs(1));
    let (status, body) = call(&setup, &made, LIMITS).await;
    assert_eq!((status, &body["code"]), (401, &json!("expired_credential")), "{body}");
}

#[tokio::test]
async fn what_makes_no_token_is_refused() {
    let setup = Setup::new(&[]).await;
    let many: Vec<_> = (0..51).map(|number| format!("a{number}.read")).collect();
    for (members, code) in [
        (json!({"name": " "}), "invalid_workspace_token"),
        (json!({"name": "n".repeat(101)}), "invalid_workspace_token"),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), "invalid_workspace_token"),
        (json!({"scopes": many}), "invalid_workspace_token"),
        (json!({"scopes": ["issues read"]}), "invalid_workspace_token"),
        (json!({"scopes": ["project:all"]}), "invalid_workspace_token"),
        (json!({"organization_id": 0}), "body_shape"),
        (json!({"colour": "red"}), "body_shape"),
    ] {
        let (status, body) = make(&setup, members.clone()).await;
        assert_eq!((status, &body["code"]), (422, &json!(code)), "{members}: {body}");
    }
    assert_eq!(setup.look(PATH).await.1["data"], json!([]));
    for (method, path) in [("GET", PATH), ("POST", PATH), ("DELETE", &format!("{PATH}/1"))] {
        let (_, made) = make(&setup, json!({"scopes": ["*"]})).await;
        let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str())];
        let origin = setup.origin();
        let (status, body) = crate::harness::call(&origin, method, path, &headers, "").await;
        assert_eq!((status, &body["code"]), (401, &json!("not_the_operator")), "{body}");
    }
}

#[tokio::test]
async fn a_token_finds_the_one_installation_that_is_meant() {
    let setup = Setup::new(&[]).await;
    let (_, all) = make(&setup, json!({"scopes": ["*"]})).await;
    let (_, one) = make(&setup, json!({"scopes": ["*", "project:28"]})).await;
    let (_, abroad) = make(&setup, json!({"scopes": ["*"], "organization_id": 4})).await;
    let events = |project: i64| format!("{EVENTS}?project_id={project}");
    assert_eq!(call(&setup, &all, EVENTS).await.0, 201, "there is only one");
    let (status, body) = call(&setup, &one, EVENTS).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_installed")), "{body}");
    assert_eq!(setup.install(json!({"project_id": 28})).await.0, 201);
    let (status, body) = call(&setup, &all, EVENTS).await;
    assert_eq!((status, &body["code"]), (409, &json!("several_projects")), "{body}");
    assert_eq!(body["details"], json!({"projects": [27, 28]}));
    assert_eq!(call(&setup, &all, &events(27)).await.0, 201);
    assert_eq!(call(&setup, &one, EVENTS).await.0, 201, "it reaches one of them");
    for (made, project) in [(&one, 27), (&all, 29), (&abroad, 27)] {
        let (status, body) = call(&setup, made, &events(project)).await;
        assert_eq!((status, &body["code"]), (403, &json!("other_project")), "{body}");
    }
    let (status, body) = call(&setup, &abroad, EVENTS).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_installed")), "{body}");
    let disable = "/api/v1/installations/2/disable";
    assert_eq!(setup.admin("POST", disable, Value::Null).await.0, 200);
    assert_eq!(call(&setup, &one, EVENTS).await.0, 404, "it is switched off");
}

#[tokio::test]
async fn what_is_logged_outside_of_a_delivery_is_redacted() {
    let setup = Setup::new(&[]).await;
    let manifest = MANIFEST.replace("delivery: http", "callback: {headers: {X-A: header-hush}}");
    let given = json!({"manifest": manifest, "secrets": {"CRM_TOKEN": "given-hush"}});
    assert_eq!(setup.install(given).await.0, 201);
    let (_, made) = make(&setup, json!({})).await;
    let token = made["token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let said = [token, "given-hush", "header-hush", crate::harness::DELIVERY_SECRET].join(" and ");
    let entry = json!({"event": "x", "data": {"said": said}}).to_string();
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(setup.post(EVENTS, &headers, &entry).await.0, 201);
    let path = "/api/v1/extension_events?project_id=27";
    let (_, logged) = setup.look(path).await;
    assert_eq!(logged["data"][0]["delivery_id"], Value::Null);
    let said = logged["data"][0]["data"]["said"].as_str().unwrap();
    assert_eq!(said, ["[redacted]"; 4].join(" and "));
}
