//! Delivering again and cancelling.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiket_contract::api::deliveries::Status;
use kiket_contract::id::DeliveryId;
use serde_json::{Value, json};

use crate::harness::{Held, Setup};

async fn act(setup: &Setup, id: impl std::fmt::Display, verb: &str, body: &str) -> (u16, Value) {
    setup.operator(&format!("/api/v1/deliveries/{id}/{verb}"), body).await
}

fn id(value: &Value) -> DeliveryId {
    value.as_str().unwrap().parse().unwrap()
}

/// A platform whose retries are far off.
async fn patient(answers: &[(u16, &str)]) -> Setup {
    Setup::with(answers, |config| config.schedule.base = Duration::from_secs(3_600)).await
}

#[tokio::test]
async fn a_redelivery_is_a_new_delivery_of_the_same_payload() {
    let setup = Setup::new(&[(401, ""), (200, "")]).await;
    let first = setup.send().await;
    assert_eq!(setup.settled(first).await.status, Status::Failed);
    let (status, body) = act(&setup, first, "redeliver", "").await;
    assert_eq!((status, &body["redelivery_of"]), (202, &json!(first)), "{body}");
    let second = setup.settled(id(&body["id"])).await;
    assert_eq!(second.status, Status::Delivered);
    assert_ne!(second.id, first);
    let [before, after] = &setup.script.received()[..] else { panic!("not two requests") };
    assert_eq!(after.header("x-kiket-invocation"), second.id.to_string());
    assert_eq!(before.path, after.path);
    for member in ["issue", "context", "event", "event_version"] {
        assert_eq!(before.json()[member], after.json()[member]);
    }
    assert_eq!(setup.settled(first).await.status, Status::Failed, "the first stays as it was");
}

#[tokio::test]
async fn what_can_not_be_delivered_again_is_refused_with_its_reason() {
    let setup = patient(&[(500, "")]).await;
    let waiting = setup.send().await;
    let delivery = setup.until(waiting, |delivery| delivery.status == Status::Retrying).await;
    let (status, body) = act(&setup, delivery.id, "redeliver", "").await;
    assert_eq!((status, &body["code"]), (409, &json!("not_settled")));
    assert_eq!(body["error"], "the delivery is retrying: wait for its end, or cancel it first");
    assert_eq!(act(&setup, waiting, "cancel", "").await.0, 200);
    for unknown in [DeliveryId::new().to_string(), "nonsense".to_owned()] {
        for verb in ["redeliver", "cancel"] {
            let (status, body) = act(&setup, &unknown, verb, "").await;
            assert_eq!((status, &body["code"]), (404, &json!("no_delivery")));
        }
    }
    for (alter, code) in [
        ("UPDATE deliveries SET kind = 'guard'", "answered_at_once"),
        ("UPDATE deliveries SET kind = 'action'", "answered_at_once"),
        (
            "UPDATE deliveries SET kind = 'hook'; UPDATE installations SET state = 'removed', \
             sealed_delivery_secret = NULL",
            "nowhere_to_deliver",
        ),
    ] {
        setup.alter(alter).await;
        let (status, body) = act(&setup, waiting, "redeliver", "").await;
        assert_eq!((status, &body["code"]), (409, &json!(code)), "{body}");
    }
    let window = json!({"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z",
                        "status": "cancelled"});
    let (status, body) = setup.operator("/api/v1/deliveries/recover", &window.to_string()).await;
    assert_eq!((status, &body["count"]), (200, &json!(0)), "removed: {body}");
}

#[tokio::test]
async fn a_cancelled_delivery_is_attempted_no_more() {
    let setup = patient(&[(500, "")]).await;
    let waiting = setup.send().await;
    setup.until(waiting, |delivery| delivery.status == Status::Retrying).await;
    for reason in [String::new(), "x".repeat(501)] {
        let body = json!({ "reason": reason }).to_string();
        let (status, body) = act(&setup, waiting, "cancel", &body).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_reason")));
    }
    setup.alter("UPDATE deliveries SET kind = 'guard'").await;
    let (status, body) = act(&setup, waiting, "cancel", "").await;
    assert_eq!((status, &body["code"]), (409, &json!("answered_at_once")));
    setup.alter("UPDATE deliveries SET kind = 'hook'").await;
    let (status, body) = act(&setup, waiting, "cancel", r#"{"reason":"wrong address"}"#).await;
    assert_eq!((status, &body["status"]), (200, &json!("cancelled")));
    assert_eq!(body["diagnostics"], "wrong address");
    assert_eq!(body["next_attempt_at"], Value::Null);
    assert_eq!(body["attempts"].as_array().unwrap().len(), 1);
    let (status, body) = act(&setup, waiting, "cancel", "").await;
    assert_eq!((status, &body["code"]), (409, &json!("already_settled")));
}

#[tokio::test]
async fn an_attempt_under_way_is_recorded_although_its_delivery_was_cancelled() {
    let setup = Setup::new(&[]).await;
    let held = Held::serve().await;
    assert_eq!(setup.install(json!({"callback_url": held.url()})).await.0, 201);
    let sent = setup.send().await;
    held.arrived(1).await;
    assert_eq!(setup.until(sent, |_| true).await.status, Status::Delivering);
    let (status, body) = act(&setup, sent, "cancel", "").await;
    assert_eq!((status, &body["status"]), (200, &json!("cancelled")));
    assert_eq!(body["attempts"], json!([]));
    held.go.add_permits(1);
    let delivery = setup.until(sent, |delivery| !delivery.attempts.is_empty()).await;
    assert_eq!(delivery.attempts[0].status_code, Some(200));
    assert_eq!(delivery.status, Status::Cancelled);
    assert_eq!(delivery.diagnostics.as_deref(), Some("cancelled by an operator"));
}

async fn recover(setup: &Setup, members: Value) -> (u16, Value) {
    let now = Timestamp::now();
    let hour = SignedDuration::from_hours(1);
    let mut request = json!({"since": now - hour, "until": now + hour});
    request.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    setup.operator("/api/v1/deliveries/recover", &request.to_string()).await
}

#[tokio::test]
async fn each_failed_delivery_of_a_window_is_recovered_once() {
    let setup = Setup::new(&[(401, ""), (401, ""), (200, "")]).await;
    let mut failed = Vec::new();
    for _ in 0..2 {
        failed.push(setup.send().await);
        setup.settled(failed[failed.len() - 1]).await;
    }
    setup.delivered().await;
    let counted = recover(&setup, json!({"dry_run": true})).await;
    assert_eq!(counted, (200, json!({"count": 2, "dry_run": true, "deliveries": failed})));
    for other in [
        json!({"event": "issue.closed"}),
        json!({"installation_id": 2}),
        json!({"project_id": 28}),
        json!({"status": ["cancelled"]}),
        json!({"status": []}),
        json!({"until": Timestamp::now() - SignedDuration::from_mins(30)}),
        json!({"since": Timestamp::now() + SignedDuration::from_mins(30)}),
    ] {
        let (status, body) = recover(&setup, other.clone()).await;
        assert_eq!((status, &body["count"]), (200, &json!(0)), "{other}");
    }
    let wanted = json!({"event": "issue.created", "installation_id": 1, "project_id": 27,
                        "status": ["failed", "cancelled"]});
    let (status, body) = recover(&setup, wanted.clone()).await;
    assert_eq!((status, &body["count"]), (200, &json!(2)), "{body}");
    for (at, new) in body["deliveries"].as_array().unwrap().iter().enumerate() {
        let delivery = setup.settled(id(new)).await;
        assert_eq!(delivery.status, Status::Delivered);
        assert_eq!(delivery.redelivery_of, Some(failed[at]));
    }
    assert_eq!(recover(&setup, wanted).await.1["count"], 0);
}

#[tokio::test]
async fn a_recovery_that_fails_again_is_not_recovered_in_the_same_breath() {
    let setup = Setup::new(&[(401, "")]).await;
    let first = setup.send().await;
    setup.settled(first).await;
    let (_, body) = recover(&setup, json!({})).await;
    assert_eq!(body["count"], 1);
    let again = id(&body["deliveries"][0]);
    assert_eq!(setup.settled(again).await.status, Status::Failed);
    let (_, body) = recover(&setup, json!({"dry_run": true})).await;
    assert_eq!(body["deliveries"], json!([again]), "the failed repetition, not the first");
}

#[tokio::test]
async fn a_large_recovery_goes_step_by_step_and_leaves_none_out() {
    let setup = Setup::new(&[(401, "")]).await;
    let first = setup.send().await;
    setup.settled(first).await;
    setup.platform.stop_delivering().await;
    // Each with an event of its own, whose id it shares.
    setup
        .alter(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2300) \
             INSERT INTO events SELECT randomblob(16), project_id, name, version, payload, \
             context, halted, created_at FROM events, n; \
             INSERT INTO deliveries (id, event_id, installation_id, kind, event_version, \
             timeout_ms, retries, required, state, claims, created_at, updated_at) \
             SELECT v.id, v.id, d.installation_id, 'hook', 'v1', 10000, 0, 1, 'failed', 1, \
             d.created_at, d.updated_at FROM events v, deliveries d WHERE v.id <> d.event_id",
        )
        .await;
    let (status, body) = recover(&setup, json!({"dry_run": true})).await;
    assert_eq!((status, &body["count"]), (200, &json!(2_301)));
    let (status, body) = recover(&setup, json!({})).await;
    assert_eq!((status, &body["count"]), (200, &json!(2_301)));
    assert_eq!(body["deliveries"].as_array().unwrap().len(), 100);
    assert_eq!(recover(&setup, json!({})).await.1["count"], 0);
}

#[tokio::test]
async fn a_recovery_that_can_not_be_understood_is_refused() {
    let setup = Setup::new(&[]).await;
    let now = Timestamp::now();
    for (members, code) in [
        (json!({"since": now, "until": now}), "empty_window"),
        (json!({"since": null}), "body_shape"),
        (json!({"status": "delivered"}), "body_shape"),
        (json!({"colour": "red"}), "body_shape"),
    ] {
        let (status, body) = recover(&setup, members.clone()).await;
        assert_eq!((status, &body["code"]), (422, &json!(code)), "{members}: {body}");
    }
}

#[tokio::test]
async fn a_replay_of_a_delivery_is_a_redelivery() {
    let setup = Setup::new(&[]).await;
    let first = setup.send().await;
    setup.settled(first).await;
    let (status, body) = replay(&setup, json!({"delivery_id": first})).await;
    assert_eq!((status, &body["redelivery_of"]), (202, &json!(first)), "{body}");
    assert_eq!(setup.settled(id(&body["id"])).await.status, Status::Delivered);
    let [before, after] = &setup.script.received()[..] else { panic!("not two requests") };
    assert_eq!(before.json()["issue"].to_string(), after.json()["issue"].to_string());
    assert_ne!(before.token(), after.token(), "a token of its own");
}

#[tokio::test]
async fn a_payload_is_replayed_to_one_installation_alone_and_byte_by_byte() {
    let setup = Setup::new(&[]).await;
    // Another extension in the same project hears the same event.
    let other = crate::harness::MANIFEST.replace("com.example.crm", "com.example.other");
    let (status, other) = setup.install(json!({"manifest": other})).await;
    assert_eq!(status, 201, "{other}");
    let text = r#"{"installation_id": 1, "event": "issue.created", "version": "v1",
        "payload": {"issue": {"id": 1.50, "title": "\u00dcber"}}, "context": {"user_id": 91}}"#;
    let (status, body) = setup.operator("/api/v1/deliveries/replay", text).await;
    assert_eq!((status, &body["redelivery_of"]), (202, &Value::Null), "{body}");
    let delivery = setup.settled(id(&body["id"])).await;
    assert_eq!((delivery.status, i64::from(delivery.installation_id)), (Status::Delivered, 1));
    let [received] = &setup.script.received()[..] else { panic!("not one request") };
    let written = r#""issue":{"id":1.50,"title":"\u00dcber"}"#;
    let sent = std::str::from_utf8(&received.body).unwrap();
    assert!(sent.contains(written), "{sent}");
    assert_eq!(received.json()["context"], json!({"user_id": 91}));
}

#[tokio::test]
async fn what_can_not_be_replayed_is_refused_with_its_reason() {
    let setup = Setup::new(&[]).await;
    let of_issue = json!({"installation_id": 1, "event": "issue.created", "payload": {}});
    let with = |name: &str, value: Value| {
        let mut body = of_issue.clone();
        body[name] = value;
        body
    };
    for (body, status, code) in [
        (json!({}), 422, "replay_of_what"),
        (json!({"installation_id": 1, "event": "issue.created"}), 422, "replay_of_what"),
        (with("delivery_id", json!(DeliveryId::new())), 422, "replay_of_what"),
        (with("installation_id", json!(9)), 404, "no_installation"),
        (with("event", json!("issue.unheard")), 422, "not_heard"),
        (with("version", json!("v9")), 422, "not_heard"),
        (with("payload", json!({"secrets": {}})), 422, "reserved_member"),
        (json!({"delivery_id": DeliveryId::new()}), 404, "no_delivery"),
    ] {
        let (met, answer) = replay(&setup, body.clone()).await;
        assert_eq!((met, &answer["code"]), (status, &json!(code)), "{body}: {answer}");
    }
    assert!(setup.script.received().is_empty());
}

async fn replay(setup: &Setup, body: Value) -> (u16, Value) {
    setup.operator("/api/v1/deliveries/replay", &body.to_string()).await
}
