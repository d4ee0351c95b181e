//! The guard.

use kiket_sdk::prelude::*;
use kiket_testkit::{Answer, Delivery, StubApi};

use super::{assert_nothing_written, delivered};

async fn ask(to: &str, approvals: Option<u32>) -> Answer {
    let api = StubApi::start();
    let asked = Delivery::new("workflow.before_transition", "v1")
        .set("/transition/to", to)
        .set("/issue/custom_fields", json!({ "approvals": approvals }));
    let answer = delivered(&api, &asked).await;
    assert_nothing_written(&api);
    answer
}

#[tokio::test]
async fn a_launch_needs_two_approvals() {
    for none in [None, Some(0)] {
        let denied = ask("launched", none).await.assert_denied();
        assert_eq!(denied.message.as_deref(), Some("Nobody has approved this launch."));
    }
    let pending = ask("launched", Some(1)).await.assert_pending();
    assert_eq!(pending.message.as_deref(), Some("1 of 2 approvals are there."));
    for enough in [2, 3] {
        ask("launched", Some(enough)).await.assert_allowed();
    }
}

#[tokio::test]
async fn nothing_else_needs_any() {
    ask("review", None).await.assert_allowed();
}
