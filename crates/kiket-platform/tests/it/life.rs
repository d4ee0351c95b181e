//! Pausing, disabling and removing, and what tells of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use kiket_contract::api::deliveries::Status;
use kiket_contract::id::DeliveryId;
use kiket_contract::signature::Signer;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::harness::{DELIVERY_SECRET, MANIFEST, Received, Script, Setup, secret};

const ONE: &str = "/api/v1/installations/1";
const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";

async fn act(setup: &Setup, action: &str) -> Value {
    let (status, body) = setup.admin("POST", &format!("{ONE}/{action}"), Value::Null).await;
    assert_eq!(status, 200, "{action}: {body}");
    body
}

fn listening(events: &str) -> String {
    let list = format!("delivery: http\n  lifecycleEvents: [{events}]");
    MANIFEST.replace("delivery: http", &list)
}

/// The first request with this event that an extension got.
async fn heard(script: &Script, event: &str) -> Received {
    script.until(|one| one.header("x-kiket-event") == event).await
}

/// An extension that says when it is called and answers when it is let.
async fn holding(setup: &Setup) -> (Arc<Semaphore>, Arc<Semaphore>) {
    let (called, may_answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let state = (called.clone(), may_answer.clone());
    let hold = |State((called, may_answer)): State<(Arc<Semaphore>, Arc<Semaphore>)>| async move {
        called.add_permits(1);
        may_answer.acquire().await.unwrap().forget();
        "{}"
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(hold).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    assert_eq!(setup.install(json!({"callback_url": url})).await.0, 201);
    (called, may_answer)
}

#[tokio::test]
async fn a_paused_installations_deliveries_wait_and_go_on() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    assert_eq!(act(&setup, "pause").await["state"], "paused");
    assert_eq!(act(&setup, "pause").await["state"], "paused", "once more is as good");
    let waiting = setup.send().await;
    let other = MANIFEST.replace("com.example.crm", "com.example.other");
    let url = format!("http://{}/other", setup.extension);
    assert_eq!(setup.install(json!({"manifest": other, "callback_url": url})).await.0, 201);
    let event = json!({"event": "issue.created", "project_id": 27, "payload": {}});
    let (_, accepted) = setup.admin("POST", "/api/v1/events", event).await;
    let id = |at: usize| -> DeliveryId {
        accepted["deliveries"][at]["id"].as_str().unwrap().parse().unwrap()
    };
    assert_eq!(setup.settled(id(1)).await.status, Status::Delivered, "the other's goes out");
    for waiting in [waiting, id(0)] {
        let delivery = setup.platform.delivery(waiting).await.unwrap().unwrap();
        assert_eq!((delivery.status, delivery.attempts.len()), (Status::Queued, 0));
        let said = "waits because the installation is paused";
        assert_eq!(delivery.diagnostics.as_deref(), Some(said));
        assert_eq!(delivery.next_attempt_at, None);
    }
    assert_eq!(setup.call_back(EVENTS, &token, json!({"event": "x"})).await.0, 201);
    assert_eq!(act(&setup, "resume").await["state"], "active");
    assert_eq!(setup.settled(waiting).await.status, Status::Delivered);
    assert_eq!(setup.settled(id(0)).await.status, Status::Delivered);
}

#[tokio::test]
async fn a_disabled_installation_gets_nothing_new_and_its_tokens_open_nothing() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    act(&setup, "pause").await;
    let waiting = setup.send().await;
    assert_eq!(act(&setup, "disable").await["state"], "disabled");
    let event = json!({"event": "issue.created", "project_id": 27, "payload": {}});
    let (_, accepted) = setup.admin("POST", "/api/v1/events", event).await;
    assert_eq!(accepted["deliveries"], json!([]));
    let refused = setup.call_back(EVENTS, &token, json!({"event": "x"})).await;
    assert_eq!((refused.0, &refused.1["code"]), (401, &json!("installation_disabled")));
    for action in ["pause", "resume"] {
        let (status, body) = setup.admin("POST", &format!("{ONE}/{action}"), Value::Null).await;
        assert_eq!((status, &body["code"]), (409, &json!("wrong_state")), "{action}");
        assert_eq!(body["error"], "installation 1 is disabled: enable it first");
    }
    assert_eq!(act(&setup, "enable").await["state"], "active");
    assert_eq!(setup.settled(waiting).await.status, Status::Delivered, "what waited goes on");
    assert_eq!(
        setup.call_back(EVENTS, &token, json!({"event": "x"})).await.1["code"],
        "revoked_credential"
    );
    let token = setup.delivered().await.token();
    assert_eq!(setup.call_back(EVENTS, &token, json!({"event": "x"})).await.0, 201);
}

#[tokio::test]
async fn enabling_gives_back_the_hooks_that_410_ended() {
    let setup = Setup::new(&[(410, ""), (200, "{}")]).await;
    let id = setup.send().await;
    setup.settled(id).await;
    let (_, shown) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(shown["hooks"][0]["disabled_reason"], "the extension answered 410, which is final");
    assert_eq!(act(&setup, "enable").await["hooks"][0]["disabled_reason"], Value::Null);
    setup.delivered().await;
}

#[tokio::test]
async fn a_removed_installation_is_gone_with_its_secrets_and_tokens() {
    let setup = Setup::new(&[]).await;
    assert_eq!(setup.install(json!({"secrets": {"CRM_TOKEN": "crm-hush"}})).await.0, 201);
    let token = setup.delivered().await.token();
    act(&setup, "pause").await;
    let waiting = setup.send().await;
    let (status, gone) = setup.admin("DELETE", ONE, Value::Null).await;
    assert_eq!((status, &gone["state"]), (200, &json!("removed")), "{gone}");
    assert_eq!(gone["hooks"], json!([]));
    assert!(gone["secrets"].as_array().unwrap().iter().all(|secret| secret["is_set"] == false));
    let refused = setup.call_back(EVENTS, &token, json!({"event": "x"})).await;
    assert_eq!((refused.0, &refused.1["code"]), (401, &json!("revoked_credential")));
    let cancelled = setup.platform.delivery(waiting).await.unwrap().unwrap();
    assert_eq!((cancelled.status, cancelled.attempts.len()), (Status::Cancelled, 0));
    assert_eq!(cancelled.diagnostics.as_deref(), Some("the installation was removed"));
    assert_eq!(setup.admin("DELETE", ONE, Value::Null).await.0, 404);

    let (_, again) = setup.install(json!({})).await;
    assert_eq!((&again["id"], &again["revision"]), (&json!(2), &json!(1)));
    assert_eq!(setup.delivered().await.json()["secrets"], json!({}));
    assert_eq!(rows(&setup, "SELECT COUNT(*) FROM secrets").await, 0);
    let sealed =
        "SELECT COUNT(*) FROM installations WHERE id = 1 AND sealed_delivery_secret IS NOT NULL";
    assert_eq!(rows(&setup, sealed).await, 0);
}

/// A number that the database answers.
async fn rows(setup: &Setup, query: &'static str) -> i64 {
    let database = format!("sqlite://{}", setup.dir.path().join("kiket.db").display());
    let pool = sqlx::AnyPool::connect(&database).await.unwrap();
    let count = sqlx::query_scalar(query).fetch_one(&pool).await.unwrap();
    pool.close().await;
    count
}

#[tokio::test]
async fn what_is_under_way_when_it_is_removed_is_cancelled_with_its_attempt() {
    let setup = Setup::new(&[]).await;
    let (called, may_answer) = holding(&setup).await;
    let id = setup.send().await;
    called.acquire().await.unwrap().forget();
    assert_eq!(setup.admin("DELETE", ONE, Value::Null).await.0, 200);
    let cancelled = setup.platform.delivery(id).await.unwrap().unwrap();
    assert_eq!((cancelled.status, cancelled.attempts.len()), (Status::Cancelled, 0));
    may_answer.add_permits(1);
    let recorded = setup.until(id, |delivery| !delivery.attempts.is_empty()).await;
    assert_eq!(recorded.status, Status::Cancelled);
    assert_eq!(recorded.attempts[0].status_code, Some(200));
    assert_eq!(recorded.diagnostics.as_deref(), Some("the installation was removed"));
}

#[tokio::test]
async fn an_extension_hears_of_its_own_life() {
    let setup = Setup::new(&[]).await;
    let manifest = listening("installed, upgraded, disabled");
    setup.admin("DELETE", ONE, Value::Null).await;
    assert_eq!(setup.install(json!({"manifest": manifest})).await.0, 201);
    let installed = heard(&setup.script, "extension.installed").await.json();
    assert_eq!(installed["installation_id"], 2);
    assert_eq!(installed["extension_version"], "1.2.3");
    assert_eq!(installed["project_id"], 27);

    let newer = manifest.replace("1.2.3", "1.3.0");
    let upgrade = json!({"manifest": newer});
    let two = "/api/v1/installations/2";
    assert_eq!(setup.admin("POST", &format!("{two}/upgrade"), upgrade).await.0, 200);
    let upgraded = heard(&setup.script, "extension.upgraded").await.json();
    assert_eq!(
        (&upgraded["extension_version"], &upgraded["previous_version"]),
        (&json!("1.3.0"), &json!("1.2.3"))
    );

    setup.admin("POST", &format!("{two}/pause"), Value::Null).await;
    assert_eq!(setup.admin("POST", &format!("{two}/disable"), Value::Null).await.0, 200);
    let disabled = heard(&setup.script, "extension.disabled").await;
    let refused = setup.call_back(EVENTS, &disabled.token(), json!({"event": "x"})).await;
    assert_eq!(refused.0, 401);
}

#[tokio::test]
async fn a_removed_extension_hears_of_it_once_more_and_then_its_secrets_go() {
    let setup = Setup::new(&[(500, ""), (200, "")]).await;
    let manifest = listening("uninstalled")
        .replace("delivery: http", "delivery: http\n  callback: {headers: {X-Tenant: seven}}");
    let given = json!({"manifest": manifest, "secrets": {"CRM_TOKEN": "crm-hush"}});
    assert_eq!(setup.install(given).await.0, 201);
    let other = listening("uninstalled").replace("com.example.crm", "com.example.other");
    let neighbour = Script::default();
    let (address, _) = neighbour.serve("127.0.0.1:0".parse().unwrap()).await;
    let url = format!("http://{address}");
    assert_eq!(setup.install(json!({"manifest": other, "callback_url": url})).await.0, 201);
    setup.platform.stop_delivering().await;
    assert_eq!(setup.admin("DELETE", ONE, Value::Null).await.0, 200);
    let kept =
        "SELECT COUNT(*) FROM installations WHERE id = 1 AND sealed_delivery_secret IS NOT NULL";
    assert_eq!(rows(&setup, kept).await, 1);
    assert_eq!(rows(&setup, "SELECT COUNT(*) FROM secrets").await, 0);

    let dir = setup.dir;
    setup.platform.shutdown().await;
    let again = kiket_platform::Platform::start(crate::harness::config(&dir)).await.unwrap();
    again.deliver();
    let setup = Setup { dir, platform: again, ..setup };
    let mut poll = tokio::time::interval(std::time::Duration::from_millis(5));
    for _ in 0..2_000 {
        poll.tick().await;
        if rows(&setup, kept).await == 0 {
            break;
        }
    }
    assert_eq!(rows(&setup, kept).await, 0);
    let received = setup.script.received();
    assert_eq!(received.len(), 2, "the first was answered 500");
    let last = &received[1];
    assert_eq!(last.header("x-kiket-event"), "extension.uninstalled");
    assert_eq!(last.header("x-tenant"), "seven");
    assert_eq!(last.json()["secrets"], json!({}));
    let timestamp = Some(last.header("x-kiket-timestamp"));
    let signer = Signer::new(&secret(DELIVERY_SECRET));
    signer.verify(last.header("x-kiket-signature"), timestamp, &last.body).unwrap();
    assert_eq!(setup.call_back(EVENTS, &last.token(), json!({"event": "x"})).await.0, 401);
    heard(&neighbour, "extension.uninstalled").await;
}
