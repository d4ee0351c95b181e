//! What an answer leads to.

use std::time::Duration;

use kiket_contract::api::deliveries::Status;

use crate::harness::{Script, Setup};

#[tokio::test]
async fn a_401_is_final() {
    let setup = Setup::new(&[(401, r#"{"error":"invalid signature"}"#)]).await;
    let id = setup.send().await;
    let delivery = setup.settled(id).await;
    assert_eq!(delivery.status, Status::Failed);
    assert_eq!(delivery.attempts.len(), 1);
    assert_eq!(delivery.next_attempt_at, None);
    assert_eq!(delivery.diagnostics.as_deref(), Some("the extension answered 401, which is final"));
}

#[tokio::test]
async fn a_500_schedules_a_retry() {
    let setup = Setup::with(&[(500, "")], |config| {
        config.schedule.base = Duration::from_secs(3_600);
    })
    .await;
    let id = setup.send().await;
    let delivery = setup.until(id, |delivery| delivery.status == Status::Retrying).await;
    assert_eq!(delivery.attempts.len(), 1);
    let wait = delivery.next_attempt_at.unwrap().duration_since(delivery.attempts[0].started_at);
    assert!((3_200..4_000).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn a_retry_keeps_the_delivery_id_and_gets_a_new_token() {
    let setup = Setup::new(&[(503, ""), (429, ""), (200, "{}")]).await;
    let id = setup.send().await;
    let delivery = setup.settled(id).await;
    assert_eq!(delivery.status, Status::Delivered);
    let statuses: Vec<_> = delivery.attempts.iter().map(|attempt| attempt.status_code).collect();
    assert_eq!(statuses, [Some(503), Some(429), Some(200)]);
    let received = setup.script.received();
    for (at, request) in received.iter().enumerate() {
        assert_eq!(request.header("x-kiket-invocation"), id.to_string());
        assert_eq!(request.json()["delivery"]["attempt"], at + 1);
    }
    assert_ne!(received[0].token(), received[1].token());
}

#[tokio::test]
async fn after_five_retries_it_has_failed() {
    let setup = Setup::with(&[(500, "")], |config| {
        config.schedule.base = Duration::from_millis(1);
    })
    .await;
    let id = setup.send().await;
    let delivery = setup.settled(id).await;
    assert_eq!(delivery.status, Status::Failed);
    assert_eq!(delivery.attempts.len(), 6);
}

#[tokio::test]
async fn an_extension_that_is_down_gets_its_delivery_when_it_is_back() {
    let setup = Setup::with(&[], |config| config.schedule.base = Duration::from_millis(50)).await;
    let gone = {
        let (address, server) = Script::default().serve("127.0.0.1:0".parse().unwrap()).await;
        server.abort();
        let _ = server.await;
        address
    };
    let url = serde_json::json!({"callback_url": format!("http://{gone}")});
    assert_eq!(setup.install(url).await.0, 201);
    let id = setup.send().await;
    let waiting = setup.until(id, |delivery| delivery.status == Status::Retrying).await;
    assert!(waiting.attempts[0].error.as_deref().unwrap().starts_with("no connection:"));
    let back = Script::default();
    back.serve(gone).await;
    assert_eq!(setup.settled(id).await.status, Status::Delivered);
    assert_eq!(back.received()[0].header("x-kiket-invocation"), id.to_string());
}

#[tokio::test]
async fn an_extension_that_does_not_answer_in_time_is_tried_again() {
    let setup = Setup::with(&[], |config| config.schedule.base = Duration::from_secs(3_600)).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let manifest =
        crate::harness::MANIFEST.replace("version: v1", "version: v1\n      timeout: 100");
    let install = serde_json::json!({
        "manifest": manifest,
        "callback_url": format!("http://{}", silent.local_addr().unwrap()),
    });
    assert_eq!(setup.install(install).await.0, 201);
    let id = setup.send().await;
    let delivery = setup.until(id, |delivery| delivery.status == Status::Retrying).await;
    assert_eq!(delivery.attempts[0].error.as_deref(), Some("no answer within 100 ms"));
}

#[tokio::test]
async fn a_hook_on_halts_that_fails_halts_nothing_again() {
    let setup = Setup::new(&[(404, "")]).await;
    let hooks = serde_json::json!({
        "manifest": "{id: com.example.crm, sdk: rust, hooks: [issue.created, workflow.halted]}",
    });
    assert_eq!(setup.install(hooks).await.0, 201);
    let id = setup.send().await;
    assert_eq!(setup.settled(id).await.status, Status::Failed);
    let halts = "/api/v1/deliveries?event=workflow.halted";
    let mut poll = tokio::time::interval(Duration::from_millis(10));
    let all_failed = loop {
        poll.tick().await;
        let (_, list) = setup.look(halts).await;
        let list = list["data"].as_array().unwrap().clone();
        if !list.is_empty() && list.iter().all(|it| it["status"] == "failed") {
            break list.len();
        }
    };
    assert_eq!(all_failed, 1);
    // What would follow is written with the failure that it follows from.
    assert_eq!(setup.look(halts).await.1["data"].as_array().map(Vec::len), Some(1));
}
