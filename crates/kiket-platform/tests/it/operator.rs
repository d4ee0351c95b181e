//! What an operator may do, and what is refused with its reason.

use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

#[tokio::test]
async fn without_the_admin_token_nothing_is_answered() {
    let setup = Setup::new(&[]).await;
    let almost = format!("Bearer {}x", setup.platform.admin_token().expose());
    for headers in [&[][..], &[("authorization", "Bearer ")], &[("authorization", &almost)]] {
        for path in ["/api/v1/installations", "/api/v1/events"] {
            let (status, body) = setup.post(path, headers, "{}").await;
            assert_eq!((status, &body["code"]), (401, &json!("not_the_operator")));
        }
        assert_eq!(setup.get("/api/v1/deliveries/x", headers).await.0, 401);
    }
    assert_eq!(setup.get("/healthz", &[]).await, (200, json!({"ok": true})));
    assert_eq!(setup.get("/nowhere", &[]).await.0, 404);
    assert_eq!(setup.get("/api/v1/events", &[]).await.1["code"], "no_method");
}

#[tokio::test]
async fn the_scheme_of_the_credential_is_written_in_any_case() {
    let setup = Setup::new(&[]).await;
    for (scheme, status) in [("bearer", 200), ("BEARER", 200), ("Basic", 401)] {
        let value = format!("{scheme} {}", setup.platform.admin_token().expose());
        let got = setup.get("/api/v1/installations", &[("authorization", &value)]).await.0;
        assert_eq!(got, status, "{scheme}");
    }
}

#[tokio::test]
async fn a_key_that_nobody_heeds_is_refused_in_words() {
    let setup = Setup::new(&[]).await;
    let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "once")];
    let delivery = "/api/v1/deliveries/0198c0de-0000-7000-8000-000000000000/redeliver";
    for path in [
        "/api/v1/installations",
        "/api/v1/guards",
        "/api/v1/extensions/com.example.crm/actions/x",
        delivery,
    ] {
        let (status, body) = setup.post(path, &headers, "{}").await;
        assert_eq!((status, &body["code"]), (400, &json!("idempotency_not_supported")), "{path}");
    }
    assert_eq!(setup.get("/api/v1/installations", &headers).await.0, 200);
    let event = json!({"event": "issue.created", "project_id": 27, "payload": {}}).to_string();
    assert_eq!(setup.post("/api/v1/events", &headers, &event).await.0, 202);
}

#[tokio::test]
async fn an_installation_shows_its_secret_once_and_a_delivery_is_read_back() {
    let setup = Setup::new(&[]).await;
    let (status, body) = setup.install(json!({"delivery_secret": null})).await;
    assert_eq!(status, 201);
    assert!(body["delivery_secret"].as_str().unwrap().starts_with("sh_"));
    assert_eq!(body["extension_id"], "com.example.crm");
    assert_eq!(body["signing"], "timestamped");
    let id = setup.send().await;
    setup.settled(id).await;
    let bearer = format!("Bearer {}", setup.platform.admin_token().expose());
    let headers = [("authorization", bearer.as_str())];
    let (status, delivery) = setup.get(&format!("/api/v1/deliveries/{id}"), &headers).await;
    assert_eq!((status, &delivery["status"]), (200, &json!("delivered")));
    let (status, body) = setup.get("/api/v1/deliveries/nonsense", &headers).await;
    assert_eq!((status, &body["code"]), (404, &json!("no_delivery")));
}

#[tokio::test]
async fn bad_installations_are_refused_and_nothing_is_half_installed() {
    let setup = Setup::new(&[]).await;
    let reference = MANIFEST.replace("delivery: http", "callback: {secret: env.MY_SECRET}");
    let timeout = MANIFEST.replace("version: v1", "version: v1\n      timeout: 99");
    let endpoint =
        MANIFEST.replace("version: v1", "version: v1\n      endpoint: https://example.com/x");
    let permissions = MANIFEST.replace("[issues:read]", &format!("[{}]", "x".repeat(3_000)));
    for (members, status, code) in [
        (json!({"manifest": "{"}), 422, "invalid_manifest"),
        (json!({"manifest": "extension: {}"}), 422, "invalid_manifest"),
        (json!({"manifest": timeout}), 422, "invalid_manifest"),
        (json!({"manifest": endpoint}), 422, "invalid_manifest"),
        (json!({"manifest": permissions}), 422, "invalid_manifest"),
        (json!({"manifest": reference, "delivery_secret": null}), 422, "invalid_manifest"),
        (json!({"callback_url": "http://10.0.0.1/"}), 422, "invalid_callback_url"),
        (json!({"callback_url": "nonsense"}), 422, "invalid_callback_url"),
        (json!({"delivery_secret": ""}), 422, "empty_delivery_secret"),
        (json!({"secrets": {"a/b": "x"}}), 422, "invalid_secret_key"),
        (json!({"secrets": {"A": "x".repeat(25_000)}}), 413, "too_many_secrets"),
        (json!({"organization_id": 4}), 409, "project_elsewhere"),
        (json!({"organization_id": 0}), 422, "body_shape"),
        (json!({"project_id": 2_147_483_648_u32}), 422, "body_shape"),
    ] {
        let (got, body) = setup.install(members.clone()).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{members} → {body}");
    }
    let (_, body) = setup.install(json!({"callback_url": null})).await;
    assert_eq!(body["error"], "the manifest's callback.url is missing: send `callback_url`");
    assert_eq!(setup.delivered().await.header("x-kiket-event"), "issue.created");
}

#[tokio::test]
async fn bad_events_are_refused() {
    let setup = Setup::new(&[]).await;
    let event = |members: Value| {
        let mut event = json!({"event": "issue.created", "project_id": 27, "payload": {}});
        event.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        event.to_string()
    };
    for (members, status, code) in [
        (json!({"event": "../x"}), 422, "body_shape"),
        (json!({"event": ""}), 422, "body_shape"),
        (json!({"version": "v/1"}), 422, "body_shape"),
        (json!({"payload": []}), 422, "body_shape"),
        (json!({"payload": {"authentication": {}}}), 422, "reserved_member"),
        (json!({"payload": {"action_key": "x"}}), 422, "reserved_member"),
        (json!({"payload": {"context": {}}, "context": {}}), 422, "reserved_member"),
        (json!({"payload": {"text": "x".repeat(64 * 1024)}}), 413, "payload_too_large"),
        (json!({"context": {"text": "x".repeat(64 * 1024)}}), 413, "payload_too_large"),
        (json!({"project_id": 28}), 422, "unknown_project"),
        (json!({"organization_id": 4}), 409, "project_elsewhere"),
    ] {
        let (got, body) = setup.operator("/api/v1/events", &event(members.clone())).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{members} → {body}");
    }
    let elsewhere = event(json!({"project_id": 28, "organization_id": 3}));
    let (status, body) = setup.operator("/api/v1/events", &elsewhere).await;
    assert_eq!((status, &body["deliveries"]), (202, &json!([])));
    let unheard = event(json!({"event": "issue.closed"}));
    let (status, body) = setup.operator("/api/v1/events", &unheard).await;
    assert_eq!((status, &body["deliveries"]), (202, &json!([])));
}
