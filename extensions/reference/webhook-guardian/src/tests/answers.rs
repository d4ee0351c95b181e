//! What the guard answers.

use kiket_sdk::prelude::*;
use serde_json::Value;

use super::{SATURDAY, WEDNESDAY, answer, asked};

const APPROVAL: &str = "Before the issue goes to released, the release managers have to approve: 0 of 2 \
                        approvals are in approved_by. Your own does not count.";

#[tokio::test]
async fn a_status_without_a_rule_is_open_to_all() {
    for now in [WEDNESDAY, SATURDAY] {
        answer(now, &asked("open", "in_progress")).await.assert_allowed();
    }
}

#[tokio::test]
async fn required_fields_deny_until_they_are_filled_in() {
    let denied = answer(WEDNESDAY, &asked("open", "done")).await.assert_denied();
    let message = "Fill in assignee_id, resolution before the issue goes to done.";
    assert_eq!(denied.message.as_deref(), Some(message));
    let filled = asked("open", "done")
        .set("/issue/assignee_id", 64)
        .set("/issue/custom_fields", json!({ "resolution": "fixed" }));
    answer(WEDNESDAY, &filled).await.assert_allowed();
}

#[tokio::test]
async fn a_freeze_denies_what_is_not_urgent() {
    let ready = asked("review", "released")
        .set("/issue/assignee_id", 64)
        .set("/issue/custom_fields", json!({ "approved_by": ["grace@example.com", 91] }));
    answer(WEDNESDAY, &ready).await.assert_allowed();
    let denied = answer(SATURDAY, &ready).await.assert_denied();
    assert_eq!(
        denied.message.as_deref(),
        Some(
            "Freeze, weekend: nothing goes to released until Monday 06:00 (Europe/Berlin). \
             What can not wait needs the label hotfix or the priority critical."
        )
    );
    answer(SATURDAY, &ready.clone().set("/issue/labels", json!(["hotfix"]))).await.assert_allowed();
    answer(SATURDAY, &ready.set("/issue/priority", "critical")).await.assert_allowed();
}

#[tokio::test]
async fn approvals_are_waited_for() {
    let ready = asked("review", "released").set("/issue/assignee_id", 64);
    let pending = answer(WEDNESDAY, &ready).await.assert_pending();
    assert_eq!(pending.message.as_deref(), Some(APPROVAL));
    let approved = json!({ "approved_by": ["grace@example.com", "alan@example.com"] });
    answer(WEDNESDAY, &ready.set("/issue/custom_fields", approved)).await.assert_allowed();
}

#[tokio::test]
async fn the_allow_list_lets_in_who_is_on_it() {
    let archived = asked("done", "archived");
    answer(WEDNESDAY, &archived).await.assert_denied();
    for listed in [json!("grace@example.com"), json!(91), json!({ "id": 91 })] {
        let by = archived.clone().set("/transition/performed_by", listed);
        answer(WEDNESDAY, &by).await.assert_allowed();
    }
    answer(WEDNESDAY, &asked("open", "archived")).await.assert_allowed();
}

#[tokio::test]
async fn deny_beats_pending_and_tells_everything_that_denies() {
    let denied = answer(SATURDAY, &asked("review", "released")).await.assert_denied();
    let message = denied.message.unwrap();
    assert!(message.contains("Freeze, weekend"), "{message}");
    assert!(message.contains("Fill in assignee_id"), "{message}");
    assert!(!message.contains("approve"), "{message}");
    assert_eq!(Value::Object(denied.metadata), json!({ "rules": ["freeze", "required_fields"] }));
}

#[tokio::test]
async fn what_is_no_question_is_refused() {
    for wrong in [
        json!({}),
        json!({ "issue": { "id": 1 } }),
        json!({ "issue": { "id": 1 }, "transition": { "from": "open" } }),
        json!({ "issue": { "id": "one" }, "transition": { "from": "open", "to": "done" } }),
    ] {
        let asked = asked("open", "done").payload(wrong);
        answer(WEDNESDAY, &asked).await.assert_permanent();
    }
}
