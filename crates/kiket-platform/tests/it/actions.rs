//! Actions: how one is called, and what its caller gets.

use kiket_contract::api::deliveries::Status;
use serde_json::{Value, json};

use crate::harness::Setup;

const MANIFEST: &str = "
id: com.example.crm
version: 1.0.0
sdk: rust
configuration:
  CRM_TOKEN: {type: string, secret: true}
actions:
  - {key: sync_contacts, label: Sync, scopes: [project, issue]}
  - {key: report, label: Report, scopes: [project]}
";
const SYNC: &str = "/api/v1/extensions/com.example.crm/actions/sync_contacts";
const REPORT: &str = "/api/v1/extensions/com.example.crm/actions/report";

async fn setup(answers: &[(u16, &str)]) -> Setup {
    let setup = Setup::new(answers).await;
    let members = json!({"manifest": MANIFEST, "secrets": {"CRM_TOKEN": "marked-secret"}});
    let (status, body) = setup.install(members).await;
    assert_eq!(status, 201, "{body}");
    setup
}

fn call() -> String {
    json!({
        "project_id": 27,
        "issue": {"id": 7, "title": "t"},
        "user": {"id": 91},
        "input": {"full": true},
    })
    .to_string()
}

#[tokio::test]
async fn the_extension_gets_key_and_context_and_its_answer_comes_back() {
    let answer =
        r#"{"status":"success","message":"Synced 42","data":{"count":42,"t":"marked-secret"}}"#;
    let setup = setup(&[(200, answer)]).await;
    let (status, body) = setup.operator(SYNC, &call()).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["status"], "success");
    assert_eq!(body["message"], "Synced 42");
    assert_eq!(body["data"], json!({"count": 42, "t": "[redacted]"}));

    let received = &setup.script.received()[0];
    assert_eq!(received.path, "/v/v1/webhooks/action.sync_contacts");
    let sent = received.json();
    assert_eq!(sent["event"], "action.sync_contacts");
    assert_eq!(sent["event_version"], "v1");
    assert_eq!(sent["action_key"], "sync_contacts");
    assert_eq!(
        sent["context"],
        json!({"project": {"id": 27}, "issue": {"id": 7, "title": "t"}, "user": {"id": 91}})
    );
    assert_eq!(sent["input"]["full"], true);
    let delivery = setup.settled(body["delivery_id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(delivery.status, Status::Delivered);
    assert_eq!(delivery.event, "action.sync_contacts");
}

#[tokio::test]
async fn an_issue_goes_only_to_actions_that_are_declared_for_issues() {
    let setup = setup(&[(200, r#"{"status":"success"}"#)]).await;
    let (status, _) = setup.operator(REPORT, &call()).await;
    assert_eq!(status, 200);
    let context = setup.script.received()[0].json()["context"].clone();
    assert_eq!(context, json!({"project": {"id": 27}, "user": {"id": 91}}));
}

#[tokio::test]
async fn an_error_of_the_extension_stays_one() {
    let setup = setup(&[(200, r#"{"status":"error","message":"The CRM is away."}"#)]).await;
    let (status, body) = setup.operator(SYNC, &call()).await;
    assert_eq!(status, 200);
    assert_eq!((&body["status"], &body["message"]), (&json!("error"), &json!("The CRM is away.")));
}

#[tokio::test]
async fn an_answer_without_a_status_is_a_success_with_data() {
    let setup = setup(&[(200, r#"{"ok":true}"#), (200, "")]).await;
    let (_, body) = setup.operator(SYNC, &call()).await;
    assert_eq!((&body["status"], &body["data"]), (&json!("success"), &json!({"ok": true})));
    let (_, body) = setup.operator(SYNC, &call()).await;
    assert_eq!((&body["status"], body.get("data")), (&json!("success"), None));
}

#[tokio::test]
async fn a_failure_is_told_and_never_tried_again() {
    let setup = setup(&[(500, "{}"), (200, "{}")]).await;
    let (status, body) = setup.operator(SYNC, &call()).await;
    assert_eq!((status, &body["code"]), (502, &json!("action_failed")));
    assert_eq!(body["error"], "the action failed: the extension answered 500");
    let id = body["details"]["delivery_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(setup.settled(id).await.status, Status::Failed);
    assert_eq!(setup.script.received().len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_404_and_says_what_is() {
    let setup = setup(&[]).await;
    let path = "/api/v1/extensions/com.example.crm/actions/sink";
    let (status, body) = setup.operator(path, &call()).await;
    assert_eq!((status, &body["code"]), (404, &json!("no_action")));
    assert!(body["error"].as_str().unwrap().contains("sync_contacts, report"), "{body}");
    let path = "/api/v1/extensions/com.example.none/actions/sync_contacts";
    let (status, body) = setup.operator(path, &call()).await;
    assert_eq!((status, &body["code"]), (404, &json!("not_installed")));
    let elsewhere = json!({"project_id": 28}).to_string();
    assert_eq!(setup.operator(SYNC, &elsewhere).await.0, 404);
}

#[tokio::test]
async fn several_installations_have_to_be_told_apart() {
    let setup = setup(&[(200, r#"{"status":"success"}"#)]).await;
    let (status, other) = setup.install(json!({"manifest": MANIFEST, "project_id": 28})).await;
    assert_eq!(status, 201);
    let (status, body) = setup.operator(SYNC, "{}").await;
    assert_eq!((status, &body["code"]), (409, &json!("several_installations")));
    assert_eq!(body["details"]["installations"].as_array().map(Vec::len), Some(2));
    let chosen = json!({"installation_id": other["id"]}).to_string();
    let (status, _) = setup.operator(SYNC, &chosen).await;
    assert_eq!(status, 200);
    let context: Value = setup.script.received()[0].json()["context"].clone();
    assert_eq!(context["project"]["id"], 28);
}

#[tokio::test]
async fn an_answer_that_can_not_be_read_whole_is_no_success() {
    let large = format!(r#"{{"status":"error","message":"{}"}}"#, "x".repeat(70_000));
    let setup = setup(&[(200, &large)]).await;
    let (status, body) = setup.operator(SYNC, &call()).await;
    assert_eq!((status, &body["code"]), (502, &json!("action_failed")));
}

#[tokio::test]
async fn a_secret_in_the_place_of_the_status_changes_nothing() {
    let setup = setup(&[(200, r#"{"status":"error"}"#)]).await;
    let secrets = json!({"manifest": MANIFEST, "secrets": {"CRM_TOKEN": "error"}});
    assert_eq!(setup.install(secrets).await.0, 201);
    let (status, body) = setup.operator(SYNC, &call()).await;
    assert_eq!((status, &body["status"]), (200, &json!("error")));
}

#[tokio::test]
async fn a_call_whose_platform_dies_has_failed_though_its_installation_is_paused() {
    let setup = setup(&[]).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let (_, installed) = setup.install(json!({"manifest": MANIFEST, "callback_url": url})).await;
    let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
    let origin = setup.platform.url().to_owned();
    let calling = tokio::spawn(async move {
        let headers = [("authorization", &*bearer)];
        crate::harness::call(&origin, "POST", SYNC, &headers, &call()).await
    });
    let _open = silent.accept().await.unwrap();
    let id = installed["id"].as_i64().unwrap();
    let pause = format!("/api/v1/installations/{id}/pause");
    assert_eq!(setup.operator(&pause, "").await.0, 200);
    let Setup { dir, platform, .. } = setup;
    // As a crash: nothing is finished, nothing is given back.
    calling.abort();
    platform.shutdown().await;
    let again = kiket_platform::Platform::start(crate::harness::config(&dir)).await.unwrap();
    let bearer = format!("Bearer {}", again.admin_token().expose());
    let headers = [("authorization", &*bearer)];
    let path = "/api/v1/deliveries?event=action.sync_contacts";
    let (_, list) = crate::harness::call(again.url(), "GET", path, &headers, "").await;
    assert_eq!(list["data"][0]["status"], "failed", "{list}");
    let said = "the platform stopped before the answer came";
    assert_eq!(list["data"][0]["diagnostics"], said);
}
