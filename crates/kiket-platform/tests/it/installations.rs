//! Setting extensions up and looking after them.

use kiket_contract::api::deliveries::Status;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const ONE: &str = "/api/v1/installations/1";
const SETTINGS: &str = r#"
  configuration:
    CRM_TOKEN: {type: string, secret: true}
    OTHER_TOKEN: {type: string, secret: true}
    limit: {type: integer, default: 3}
    greeting: {type: string}
"#;

/// The manifest with other settings.
fn with_settings() -> String {
    let (head, _) = MANIFEST.split_once("  configuration:").unwrap();
    format!("{}{}", head.trim_end(), SETTINGS)
}

/// The manifest with other members of its extension.
fn with(members: &str) -> String {
    MANIFEST.replace("  delivery: http", &format!("  delivery: http\n{members}"))
}

#[tokio::test]
async fn an_installation_is_shown_whole_and_its_credentials_once() {
    let setup = Setup::new(&[]).await;
    let given = json!({
        "manifest": with_settings(),
        "configuration": {"limit": "7", "greeting": "hi", "CRM_TOKEN": "crm-hush"},
        "secrets": {"EXTRA": "extra-hush"},
    });
    let (status, installed) = setup.install(given).await;
    assert_eq!(status, 201, "{installed}");
    let api_key = installed["api_key"].as_str().unwrap();
    assert!(api_key.starts_with("kk_") && api_key.len() > 40);
    assert_eq!(installed["findings"], json!([]));

    let (status, shown) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["extension_version"], "1.2.3");
    assert_eq!(shown["configuration"], json!({"limit": 7, "greeting": "hi"}));
    assert_eq!(shown["hooks"][0]["event"], "issue.created");
    assert_eq!(shown["hooks"][0]["disabled_reason"], Value::Null);
    assert_eq!(shown["delivery_secret_rotation"], Value::Null);
    let secret =
        |key, requested, is_set| json!({"key": key, "requested": requested, "is_set": is_set});
    let secrets = [
        secret("CRM_TOKEN", true, true),
        secret("OTHER_TOKEN", true, false),
        secret("EXTRA", false, true),
    ];
    assert_eq!(shown["secrets"], json!(secrets));
    let (_, list) = setup.admin("GET", "/api/v1/installations", Value::Null).await;
    assert_eq!(list, json!({"data": [shown], "next_cursor": null}));
    let delivery_secret = installed["delivery_secret"].as_str().unwrap();
    for secret in [api_key, delivery_secret, "crm-hush", "extra-hush"] {
        assert!(!list.to_string().contains(secret), "{secret}");
    }
    assert_eq!(setup.delivered().await.json()["secrets"], json!({"CRM_TOKEN": "crm-hush"}));
}

#[tokio::test]
async fn a_configuration_that_does_not_fit_is_refused_by_its_keys() {
    let setup = Setup::new(&[]).await;
    let configuration = json!({"limit": "many-hush", "unknown": 1, "CRM_TOKEN": {"a": "b-hush"}});
    let manifest = with_settings();
    let bad = json!({"manifest": manifest, "project_id": 28, "configuration": configuration});
    for (method, path) in [("POST", "/api/v1/installations"), ("PATCH", ONE)] {
        let (status, body) = match method {
            "POST" => setup.install(bad.clone()).await,
            _ => {
                setup.install(json!({"manifest": manifest})).await;
                setup.admin(method, path, json!({"configuration": configuration})).await
            }
        };
        assert_eq!((status, &body["code"]), (422, &json!("invalid_configuration")));
        let problems =
            ["`CRM_TOKEN` is no string", "`limit` is no integer", "it has no setting `unknown`"];
        assert_eq!(body["details"]["problems"], json!(problems), "{path}");
        assert!(!body.to_string().contains("hush"));
    }
    let (_, list) = setup.admin("GET", "/api/v1/installations?project_id=28", Value::Null).await;
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn a_refusal_shows_the_linters_errors_and_installs_nothing() {
    let setup = Setup::new(&[]).await;
    let headers = |header: &str| with(&format!("  callback: {{headers: {{{header}}}}}"));
    let unreadable = MANIFEST.replace("- event: issue.created", "- evnt: issue.created");
    for (manifest, finding) in [
        (unreadable, "missing-member"),
        (headers("X-Kiket-Event: mine"), "reserved-header"),
        (headers("Host: mine"), "reserved-header"),
        (headers("Content-Length: '5'"), "reserved-header"),
        (headers("Transfer-Encoding: chunked"), "reserved-header"),
        (headers("'X Tenant': mine"), "header-name"),
        (MANIFEST.replace("version: v1", "version: v1\n      retries: 11"), "retries-range"),
    ] {
        let (status, body) = setup.install(json!({"manifest": manifest, "project_id": 28})).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_manifest")), "{body}");
        let found = body["details"]["findings"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{body}");
        assert_eq!(found[0]["id"], finding);
        assert!(found[0]["line"].as_u64().unwrap() > 1);
    }
    for header in ["traceparent: x", "X-Tenant: env.TENANT", "X-Tenant: \"a\\nb\""] {
        let (status, body) =
            setup.install(json!({"manifest": headers(header), "project_id": 28})).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_manifest")), "{header}");
    }
    let (_, list) = setup.admin("GET", "/api/v1/installations?project_id=28", Value::Null).await;
    assert_eq!(list["data"], json!([]));
}

#[tokio::test]
async fn errors_that_deliver_well_are_shown_and_refuse_nothing() {
    let setup = Setup::new(&[]).await;
    let manifest = MANIFEST.replace("sdk: rust", "sdk: cobol");
    let (status, body) = setup.install(json!({"manifest": manifest})).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(body["findings"][0]["id"], "unknown-sdk");
    assert_eq!(body["findings"][0]["path"], "extension.sdk");
}

#[tokio::test]
async fn unknown_members_and_queries_are_refused() {
    let setup = Setup::new(&[]).await;
    let (status, body) = setup.install(json!({"signng": "body"})).await;
    assert_eq!((status, &body["code"]), (422, &json!("body_shape")));
    for (method, path, body) in [
        ("PATCH", ONE, json!({"callbackurl": "x"})),
        ("POST", &*format!("{ONE}/upgrade"), json!({"manifest": MANIFEST, "accept": true})),
        ("POST", &*format!("{ONE}/delivery_secret/rotate"), json!({"secret": "x"})),
        ("POST", "/api/v1/events", json!({"event": "a", "project_id": 27, "paylod": {}})),
    ] {
        let (status, answer) = setup.admin(method, path, body).await;
        assert_eq!((status, &answer["code"]), (422, &json!("body_shape")), "{path}");
    }
    for query in ["state=gone", "project=27", "cursor=x"] {
        let path = format!("/api/v1/installations?{query}");
        let (status, body) = setup.admin("GET", &path, Value::Null).await;
        assert_eq!((status, &body["code"]), (400, &json!("invalid_parameter")), "{query}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let setup = Setup::new(&[]).await;
    for id in ["2", "0", "nonsense"] {
        for (method, below) in [
            ("GET", ""),
            ("PATCH", ""),
            ("DELETE", ""),
            ("POST", "/upgrade"),
            ("POST", "/rollback"),
            ("POST", "/pause"),
            ("POST", "/resume"),
            ("POST", "/disable"),
            ("POST", "/enable"),
            ("POST", "/delivery_secret/rotate"),
            ("POST", "/delivery_secret/rotate/commit"),
            ("POST", "/api_key/rotate"),
        ] {
            let path = format!("/api/v1/installations/{id}{below}");
            let body = if below == "/upgrade" { json!({"manifest": MANIFEST}) } else { json!({}) };
            let (status, body) = setup.admin(method, &path, body).await;
            assert_eq!(
                (status, &body["code"]),
                (404, &json!("no_installation")),
                "{method} {path}"
            );
            assert_eq!(setup.post(&path, &[], "{}").await.0 / 100, 4);
        }
    }
    let (status, _) = setup.get(ONE, &[]).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn lists_are_filtered_and_come_in_pages() {
    let setup = Setup::new(&[]).await;
    let other = MANIFEST.replace("com.example.crm", "com.example.other");
    setup.install(json!({"project_id": 28})).await;
    setup.install(json!({"project_id": 29, "organization_id": 4})).await;
    setup.install(json!({"manifest": other})).await;
    assert_eq!(setup.admin("POST", &format!("{ONE}/pause"), Value::Null).await.0, 200);
    assert_eq!(setup.admin("DELETE", "/api/v1/installations/2", Value::Null).await.0, 200);
    for (query, expected) in [
        ("", vec![1, 3, 4]),
        ("?organization_id=4", vec![3]),
        ("?project_id=27", vec![1, 4]),
        ("?extension_id=com.example.crm", vec![1, 3]),
        ("?extension_id=com.example.crm&project_id=27", vec![1]),
        ("?state=paused", vec![1]),
        ("?state=removed", vec![2]),
        ("?project_id=30", vec![]),
    ] {
        let path = format!("/api/v1/installations{query}");
        let (status, list) = setup.admin("GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{list}");
        let ids: Vec<_> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_i64().unwrap())
            .collect();
        assert_eq!((ids, &list["next_cursor"]), (expected, &Value::Null), "{query}");
    }
    let (_, first) = setup.admin("GET", "/api/v1/installations?limit=2", Value::Null).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/installations?limit=2&cursor={cursor}");
    let (_, rest) = setup.admin("GET", &path, Value::Null).await;
    assert_eq!((&rest["data"][0]["id"], &rest["next_cursor"]), (&json!(4), &Value::Null));
}

#[tokio::test]
async fn settings_change_as_the_request_names_them() {
    let setup = Setup::new(&[]).await;
    let given = json!({
        "manifest": with_settings(), "configuration": {"limit": 1, "greeting": "hi"},
        "secrets": {"CRM_TOKEN": "first", "OTHER_TOKEN": "second"},
    });
    assert_eq!(setup.install(given).await.0, 201);
    let change = json!({
        "callback_url": format!("http://{}/changed", setup.extension),
        "signing": "body",
        "configuration": {"limit": 2, "greeting": null, "CRM_TOKEN": "third"},
        "secrets": {"OTHER_TOKEN": null},
    });
    let (status, shown) = setup.admin("PATCH", ONE, change).await;
    assert_eq!((status, &shown["signing"]), (200, &json!("body")), "{shown}");
    assert_eq!(shown["configuration"], json!({"limit": 2}));
    let received = setup.delivered().await;
    assert_eq!(received.path, "/changed");
    assert!(!received.headers.contains_key("x-kiket-timestamp"));
    assert_eq!(received.json()["secrets"], json!({"CRM_TOKEN": "third"}));

    for (change, status, code) in [
        (json!({"callback_url": "http://10.0.0.1/"}), 422, "invalid_callback_url"),
        (json!({"signing": "none"}), 422, "body_shape"),
        (json!({"secrets": {"a/b": "x"}}), 422, "invalid_secret_key"),
        (
            json!({"signing": "timestamped", "secrets": {"A": "x".repeat(25_000)}}),
            413,
            "too_many_secrets",
        ),
    ] {
        let (got, body) = setup.admin("PATCH", ONE, change).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{body}");
    }
    let (_, still) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(still, shown, "a refused change changes nothing");
}

#[tokio::test]
async fn headers_and_the_callbacks_endpoint_travel_with_every_delivery() {
    let setup = Setup::new(&[]).await;
    let callback = "  callback: {endpoint: /kiket/in, headers: {X-Tenant: seven, Authorization: env.CRM_AUTH}}";
    let given =
        json!({"manifest": with(callback), "headers": {"authorization": "Bearer head-hush"}});
    let (status, body) = setup.install(given).await;
    assert_eq!(status, 201, "{body}");
    let received = setup.delivered().await;
    assert_eq!(received.path, "/kiket/in");
    assert_eq!(received.header("x-tenant"), "seven");
    assert_eq!(received.header("authorization"), "Bearer head-hush");
    let undeclared = json!({"headers": {"X-Other": "x"}});
    assert_eq!(setup.install(undeclared).await.1["code"], "invalid_manifest");
}

#[tokio::test]
async fn every_list_of_the_manifest_decides_what_is_heard() {
    let setup = Setup::new(&[]).await;
    let lists = "  callback: {required: true}\n  activationEvents: [issue.created, issue.updated, workflow.before_transition, 'issue.*']\n  triggers: [issue.closed, {event: issue.moved}]\n  lifecycleEvents: [installed, extension.disabled]";
    let (status, body) = setup.install(json!({"manifest": with(lists)})).await;
    assert_eq!(status, 201, "{body}");
    let heard: Vec<_> = body["hooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hook| (hook["event"].as_str().unwrap(), hook["required"].as_bool().unwrap()))
        .collect();
    let expected = [
        ("issue.created", true),
        ("issue.updated", true),
        ("workflow.before_transition", false),
        ("issue.closed", true),
        ("issue.moved", true),
        ("extension.installed", false),
        ("extension.disabled", false),
    ];
    assert_eq!(heard, expected);
    for event in ["issue.created", "issue.updated", "issue.moved"] {
        let event = json!({"event": event, "project_id": 27, "payload": {}});
        let (_, accepted) = setup.admin("POST", "/api/v1/events", event).await;
        assert_eq!(accepted["deliveries"].as_array().unwrap().len(), 1, "{accepted}");
        let id = accepted["deliveries"][0]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(setup.settled(id).await.status, Status::Delivered);
    }
}
