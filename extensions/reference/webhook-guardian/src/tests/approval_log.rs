//! The record of an approval that was resolved.

use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi, assert_idempotent};

use super::{WEDNESDAY, service};

fn resolved() -> Delivery {
    Delivery::new("workflow.approval.resolved", "v1")
}

#[tokio::test]
async fn a_resolved_approval_is_logged() {
    let api = StubApi::start();
    api.deliver(&service(WEDNESDAY, &api.url()), &resolved()).await.assert_delivered();
    api.assert_logged(
        "guardian.approval_resolved",
        &json!({
            "approval": "apr_310",
            "issue": 4231,
            "resolution": "granted",
            "by": { "id": 64, "name": "Grace Hopper", "email": "grace@example.com" },
        }),
    );
}

#[tokio::test]
async fn it_is_logged_once_however_often_it_is_delivered() {
    let api = StubApi::start();
    let url = api.url();
    assert_idempotent(&api, move || service(WEDNESDAY, &url), &resolved()).await;
}

#[tokio::test]
async fn without_kiket_it_is_delivered_again() {
    let api = StubApi::start();
    api.on("POST", "/api/v1/extensions/{extension_id}/events").fail(503);
    api.deliver(&service(WEDNESDAY, &api.url()), &resolved()).await.assert_retryable();
}
