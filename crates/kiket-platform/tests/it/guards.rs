//! Guards: what is asked, what the answers decide, and how a pending decision ends.

use std::time::Duration;

use kiket_contract::api::deliveries::Status;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::harness::{Script, Setup};

const GUARDS: &str = "/api/v1/guards";

/// A manifest of another extension with a guard, and with what else a test wants of its hook.
fn manifest(name: &str, hook: &str) -> String {
    format!(
        "id: com.example.{name}\nversion: 1.0.0\nsdk: rust\nconfiguration:\n  \
         TOKEN: {{type: string, secret: true}}\nhooks:\n  \
         - {{event: workflow.before_transition, {hook}}}\n"
    )
}

fn question() -> String {
    json!({
        "event": "workflow.before_transition",
        "project_id": 27,
        "payload": {"issue": {"id": 7, "project_id": 27, "title": "t"}, "transition": {"to": "done"}},
    })
    .to_string()
}

/// An extension of this name with a required guard that gives this answer.
async fn guard(setup: &Setup, name: &str, answer: (u16, &str)) -> Script {
    let script = Script::answering(&[answer]);
    let (address, _) = script.serve("127.0.0.1:0".parse().unwrap()).await;
    install(setup, &manifest(name, "required: true"), &format!("http://{address}")).await;
    script
}

async fn install(setup: &Setup, manifest: &str, url: &str) -> Value {
    let (status, body) = setup
        .install(json!({
            "manifest": manifest, "callback_url": url, "secrets": {"TOKEN": "marked-secret"},
        }))
        .await;
    assert_eq!(status, 201, "{body}");
    body
}

async fn ask(setup: &Setup) -> Value {
    let (status, body) = setup.operator(GUARDS, &question()).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn operator_get(setup: &Setup, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
    setup.get(path, &[("authorization", &bearer)]).await
}

#[tokio::test]
async fn what_nobody_guards_is_allowed() {
    let setup = Setup::new(&[]).await;
    let answer = ask(&setup).await;
    assert_eq!(answer["decision"], "allow");
    assert_eq!(answer["results"], json!([]));
}

#[tokio::test]
async fn deny_beats_pending_beats_allow_and_every_guard_is_asked() {
    let setup = Setup::new(&[]).await;
    let allow = guard(&setup, "a", (200, r#"{"status":"allow","message":"fine"}"#)).await;
    assert_eq!(ask(&setup).await["decision"], "allow");
    guard(&setup, "b", (200, r#"{"status":"pending","message":"wait for Ada"}"#)).await;
    let pending = ask(&setup).await;
    assert_eq!(
        (&pending["decision"], &pending["message"]),
        (&json!("pending"), &json!("wait for Ada"))
    );
    let body = r#"{"status":"deny","message":"frozen","metadata":{"until":"Monday"}}"#;
    guard(&setup, "c", (200, body)).await;
    let denied = ask(&setup).await;
    assert_eq!((&denied["decision"], &denied["message"]), (&json!("deny"), &json!("frozen")));
    assert_eq!(denied["results"].as_array().unwrap().len(), 3);
    assert_eq!(denied["results"][2]["metadata"]["until"], "Monday");
    assert_eq!(allow.received().len(), 3);
}

#[tokio::test]
async fn a_question_is_a_delivery_with_everything_that_deliveries_have() {
    let setup = Setup::new(&[]).await;
    let script = guard(&setup, "a", (200, r#"{"status":"allow","message":"marked-secret"}"#)).await;
    let answer = ask(&setup).await;
    let received = &script.received()[0];
    assert_eq!(received.path, "/v/v1/webhooks/workflow.before_transition");
    assert_eq!(received.json()["secrets"]["TOKEN"], "marked-secret");
    assert_eq!(received.json()["transition"]["to"], "done");
    assert!(received.headers.contains_key("x-kiket-signature"));
    let id = answer["results"][0]["delivery_id"].as_str().unwrap();
    assert_eq!(received.header("x-kiket-invocation"), id);
    let delivery = setup.settled(id.parse().unwrap()).await;
    assert_eq!(delivery.status, Status::Delivered);
    assert_eq!(delivery.attempts.len(), 1);
    assert!(!answer.to_string().contains("marked-secret"), "{answer}");
}

#[tokio::test]
async fn an_empty_answer_is_an_allow_that_says_it_was_assumed() {
    let setup = Setup::new(&[]).await;
    guard(&setup, "a", (200, "")).await;
    let answer = ask(&setup).await;
    assert_eq!(answer["decision"], "allow");
    assert_eq!(answer["results"][0]["assumed"], "the answer is empty");
}

#[tokio::test]
async fn failures_deny_and_name_the_cause() {
    for status in [301, 404, 410, 429, 500] {
        let setup = Setup::new(&[]).await;
        guard(&setup, "a", (status, r#"{"status":"allow"}"#)).await;
        let answer = ask(&setup).await;
        assert_eq!(answer["decision"], "deny", "{status}");
        assert!(answer["message"].as_str().unwrap().contains(&status.to_string()), "{answer}");
        // A guard that is gone still guards.
        assert_eq!(ask(&setup).await["decision"], "deny");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_denies() {
    let setup = Setup::new(&[]).await;
    let body = format!(r#"{{"status":"allow","message":"{}"}}"#, "x".repeat(70_000));
    guard(&setup, "a", (200, &body)).await;
    assert_eq!(ask(&setup).await["decision"], "deny");
}

#[tokio::test]
async fn a_guard_that_does_not_answer_in_its_time_denies() {
    let setup = Setup::new(&[]).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    install(&setup, &manifest("a", "required: true, timeout: 150"), &url).await;
    let answer = ask(&setup).await;
    assert_eq!(answer["decision"], "deny");
    assert_eq!(answer["message"], "no answer within 150 ms");
}

#[tokio::test]
async fn a_connection_that_is_lost_in_the_middle_denies_without_a_second_try() {
    let setup = Setup::new(&[]).await;
    let rude = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", rude.local_addr().unwrap());
    let calls = tokio::spawn(async move {
        let (mut stream, _) = rude.accept().await.unwrap();
        let mut buffer = [0; 1024];
        let _ = stream.read(&mut buffer).await.unwrap();
        let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status\":\"allow\"";
        stream.write_all(half).await.unwrap();
        drop(stream);
        tokio::time::timeout(Duration::from_millis(300), rude.accept()).await.is_ok()
    });
    install(&setup, &manifest("a", "required: true"), &url).await;
    let answer = ask(&setup).await;
    assert_eq!(answer["decision"], "deny");
    assert!(!calls.await.unwrap(), "it was asked again");
}

#[tokio::test]
async fn a_connection_that_can_not_be_made_is_tried_once_more_under_the_same_id() {
    let setup = Setup::new(&[]).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    install(&setup, &manifest("a", "required: true"), &url).await;
    let answer = ask(&setup).await;
    assert_eq!(answer["decision"], "deny");
    let id = answer["results"][0]["delivery_id"].as_str().unwrap();
    let delivery = setup.settled(id.parse().unwrap()).await;
    assert_eq!(delivery.status, Status::Failed);
    let numbers: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn a_hook_that_is_not_required_goes_its_usual_way() {
    let setup = Setup::new(&[]).await;
    let script = Script::answering(&[(200, r#"{"status":"deny"}"#)]);
    let (address, _) = script.serve("127.0.0.1:0".parse().unwrap()).await;
    install(&setup, &manifest("a", "version: v1"), &format!("http://{address}")).await;
    let answer = ask(&setup).await;
    assert_eq!(answer["decision"], "allow");
    assert_eq!(answer["results"], json!([]));
    let id = answer["deliveries"][0]["id"].as_str().unwrap();
    assert_eq!(setup.settled(id.parse().unwrap()).await.status, Status::Delivered);
    assert_eq!(script.received().len(), 1);
}

#[tokio::test]
async fn a_pending_decision_waits_until_it_is_resolved_and_then_tells() {
    let setup = Setup::new(&[]).await;
    guard(&setup, "a", (200, r#"{"status":"pending","message":"wait"}"#)).await;
    let script = Script::answering(&[]);
    let (address, _) = script.serve("127.0.0.1:0".parse().unwrap()).await;
    let watcher = "id: com.example.w\nsdk: rust\nhooks: [workflow.approval.resolved]\n";
    install(&setup, watcher, &format!("http://{address}")).await;

    let id = ask(&setup).await["id"].as_str().unwrap().to_owned();
    let (_, list) = operator_get(&setup, "/api/v1/guards?pending=true").await;
    assert_eq!(list["data"][0]["id"], *id);
    let (_, list) = operator_get(&setup, "/api/v1/guards?pending=true&project_id=27").await;
    assert_eq!(list["data"][0]["id"], *id);
    let (status, list) = operator_get(&setup, "/api/v1/guards?project_id=28").await;
    assert_eq!((status, &list["data"]), (200, &json!([])));
    assert_eq!(list["data"][0]["resolution"], Value::Null);

    let path = format!("{GUARDS}/{id}/resolve");
    let end = json!({"decision": "allow", "by": "ada", "reason": "reviewed"}).to_string();
    let (status, resolved) = setup.operator(&path, &end).await;
    assert_eq!(status, 200, "{resolved}");
    assert_eq!(resolved["resolution"]["decision"], "allow");
    assert_eq!(resolved["resolution"]["by"], "ada");
    let (_, list) = operator_get(&setup, "/api/v1/guards?pending=true").await;
    assert_eq!(list["data"], json!([]));
    let (status, again) = setup.operator(&path, &end).await;
    assert_eq!((status, &again["code"]), (409, &json!("not_pending")));

    let told = script.until(|_| true).await.json();
    assert_eq!(told["approval_id"], *id);
    assert_eq!((&told["resolution"], &told["approver"]), (&json!("granted"), &json!("ada")));
    assert_eq!(told["issue"]["id"], 7);
}

#[tokio::test]
async fn an_event_goes_to_the_address_that_fits_it() {
    let setup = Setup::new(&[]).await;
    let (status, body) = setup.operator("/api/v1/events", &question()).await;
    assert_eq!((status, &body["code"]), (422, &json!("asks_first")));
    let event = json!({"event": "issue.created", "project_id": 27}).to_string();
    let (status, body) = setup.operator(GUARDS, &event).await;
    assert_eq!((status, &body["code"]), (422, &json!("asks_nobody")));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_words() {
    let setup = Setup::new(&[]).await;
    let id = uuid::Uuid::now_v7();
    let end = json!({"decision": "allow", "by": "ada"}).to_string();
    let (status, _) = setup.operator(&format!("{GUARDS}/{id}/resolve"), &end).await;
    assert_eq!(status, 404);
    let (status, _) = setup.operator(&format!("{GUARDS}/no-id/resolve"), &end).await;
    assert_eq!(status, 404);
    let nobody = json!({"decision": "allow", "by": " "}).to_string();
    let (status, body) = setup.operator(&format!("{GUARDS}/{id}/resolve"), &nobody).await;
    assert_eq!((status, &body["code"]), (422, &json!("nobody_decides")));
    let (status, _) = setup.get(&format!("{GUARDS}/{id}"), &[]).await;
    assert_eq!(status, 401);
}
