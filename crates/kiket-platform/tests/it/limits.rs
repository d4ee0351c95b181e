//! What is too much, and what fits up to the limit.

use kiket_contract::api::deliveries::{MOST_CALLBACKS, Status};
use kiket_contract::api::extension_events::{LARGEST_DATA, LONGEST_NAME};
use kiket_contract::api::installations::{LARGEST_MODULE, MOST_MODULES};
use kiket_contract::api::secrets::LARGEST_TOTAL;
use kiket_contract::payload::LARGEST_PAYLOAD;
use kiket_contract::token::LONGEST_TOKEN;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const EVENTS: &str = "/api/v1/extensions/com.example.crm/events";
/// The body that every SDK can take.
const LARGEST_BODY: usize = 100_000;
/// The most bytes of JSON of a manifest's permissions, and of the keys of its secrets.
const MOST_NAMES: usize = 2048;

#[tokio::test]
async fn a_log_entry_fits_up_to_its_limits() {
    let setup = Setup::new(&[]).await;
    let token = setup.delivered().await.token();
    let name = |letters: usize| "é".repeat(letters);
    // With its quotes.
    let data = |bytes: usize| "x".repeat(bytes - 2);
    let entry = json!({
        "event": name(LONGEST_NAME), "version": name(LONGEST_NAME), "data": data(LARGEST_DATA),
    });
    assert_eq!(setup.call_back(EVENTS, &token, entry).await.0, 201);
    for (entry, status, code) in [
        (json!({"event": name(LONGEST_NAME + 1)}), 422, "invalid_log_event"),
        (json!({"event": "x", "version": name(LONGEST_NAME + 1)}), 422, "invalid_log_event"),
        (json!({"event": "x", "data": data(LARGEST_DATA + 1)}), 413, "log_too_large"),
    ] {
        let (got, body) = setup.call_back(EVENTS, &token, entry).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{body}");
    }
    let path = "/api/v1/extension_events?project_id=27&kind=log";
    assert_eq!(setup.look(path).await.1["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn calls_beyond_those_that_are_kept_are_answered_nevertheless() {
    let setup = Setup::new(&[]).await;
    let id = setup.send().await;
    setup.settled(id).await;
    let token = setup.script.received()[0].token();
    for _ in 0..MOST_CALLBACKS {
        assert_eq!(setup.call_back(EVENTS, &token, json!({})).await.0, 422);
    }
    assert_eq!(setup.call_back(EVENTS, &token, json!({"event": "x"})).await.0, 201);
    let callbacks = setup.settled(id).await.callbacks;
    assert_eq!(callbacks.len(), MOST_CALLBACKS);
    assert!(callbacks.iter().all(|call| call.status_code == 422), "the first ones are kept");
}

#[tokio::test]
async fn a_list_of_deliveries_leaves_the_answers_out() {
    let setup = Setup::new(&[(200, "much to say")]).await;
    let id = setup.send().await;
    assert_eq!(setup.settled(id).await.status, Status::Delivered);
    let (_, one) = setup.look(&format!("/api/v1/deliveries/{id}")).await;
    assert_eq!(one["attempts"][0]["response"], "much to say");
    assert_eq!(one["diagnostics"], "answered 200");
    let (_, list) = setup.look("/api/v1/deliveries").await;
    let mut expected = one.clone();
    expected["attempts"][0]["response"] = Value::Null;
    assert_eq!(list["data"], json!([expected]));
}

/// Different names of this length, as many as fit in a list of names.
fn names(length: usize) -> Vec<String> {
    let most = MOST_NAMES / (length + 3);
    (0..most).map(|number| format!("{number:0>3x}{}", "n".repeat(length - 3))).collect()
}

#[tokio::test]
async fn a_delivery_with_everything_at_its_limit_can_be_taken_by_every_sdk() {
    let setup = Setup::new(&[]).await;
    for length in [3, 20, 128] {
        let names = names(length);
        let settings: serde_json::Map<_, _> = names
            .iter()
            .map(|name| (name.clone(), json!({"type": "string", "secret": true})))
            .collect();
        let manifest = json!({"model_version": "1.0", "extension": {
            "id": "com.example.crm", "version": "1.2.3", "sdk": "rust", "delivery": "http",
            "permissions": names, "configuration": settings,
            "hooks": [{"event": "issue.created", "version": "v1"}],
        }});
        let each = LARGEST_TOTAL / names.len() - length - 4;
        // The first is missing.
        let values: serde_json::Map<_, _> =
            names[1..].iter().map(|name| (name.clone(), json!("x".repeat(each - 2)))).collect();
        let given = json!({"manifest": manifest.to_string(), "secrets": values});
        let (status, body) = setup.install(given).await;
        assert_eq!(status, 201, "{body}");
        let text = "x".repeat(LARGEST_PAYLOAD - r#"{"text":""}"#.len());
        let event = json!({"event": "issue.created", "project_id": 27, "payload": {"text": text}});
        let (status, accepted) = setup.admin("POST", "/api/v1/events", event).await;
        assert_eq!(status, 202, "{accepted}");
        let id = accepted["deliveries"][0]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(setup.settled(id).await.status, Status::Delivered);
        let received = setup.script.received().pop().unwrap();
        let sent = received.json();
        assert_eq!(sent["secrets"].as_object().unwrap().len(), names.len() - 1);
        assert!(received.body.len() < LARGEST_BODY, "{length}: {}", received.body.len());
        assert!(received.token().len() <= LONGEST_TOKEN, "{length}: {}", received.token().len());
        assert_eq!(
            setup
                .admin("DELETE", &format!("/api/v1/installations/{}", body["id"]), Value::Null)
                .await
                .0,
            200
        );
    }
}

#[tokio::test]
async fn names_and_secrets_beyond_their_limits_are_refused() {
    let setup = Setup::new(&[]).await;
    let permissions =
        |names: &[String]| MANIFEST.replace("[issues:read]", &json!(names).to_string());
    let most = names(13);
    assert_eq!(setup.install(json!({"manifest": permissions(&most)})).await.0, 201);
    let more = [&most[..], &["one.more".to_owned()]].concat();
    let (status, body) = setup.install(json!({"manifest": permissions(&more)})).await;
    assert_eq!((status, &body["code"]), (422, &json!("invalid_manifest")), "{body}");
    // Many small secrets: their quotes, colons and commas count.
    let secrets: serde_json::Map<_, _> =
        (0..LARGEST_TOTAL / 8).map(|number| (format!("{number:04}"), json!(""))).collect();
    let (status, body) = setup.install(json!({"secrets": secrets})).await;
    assert_eq!((status, &body["code"]), (413, &json!("too_many_secrets")), "{body}");
}

#[tokio::test]
async fn no_manifest_asks_for_other_projects_or_for_everything() {
    let setup = Setup::new(&[]).await;
    for scope in ["project:28", "*"] {
        let manifest = MANIFEST.replace("[issues:read]", &json!([scope]).to_string());
        let install = setup.install(json!({"manifest": manifest})).await;
        let upgrade = json!({"manifest": manifest, "accept_permissions": true});
        let upgrade = setup.admin("POST", "/api/v1/installations/1/upgrade", upgrade).await;
        for (status, body) in [install, upgrade] {
            assert_eq!((status, &body["code"]), (422, &json!("invalid_manifest")), "{body}");
            assert!(body["error"].as_str().unwrap().contains(&format!("`{scope}`")), "{body}");
        }
    }
}

#[tokio::test]
async fn a_token_lives_as_long_as_hook_or_installation_say() {
    let setup = Setup::new(&[]).await;
    for minutes in [0, 61, -1] {
        let (status, body) = setup.install(json!({"token_minutes": minutes})).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_token_minutes")), "{body}");
    }
    let (_, shown) = setup.install(json!({"token_minutes": 60})).await;
    assert_eq!(shown["token_minutes"], 60);
    assert_eq!(minutes(&setup).await, 60);
    let newer = MANIFEST.replace("1.2.3", "1.3.0");
    let upgrade = |manifest: String| {
        setup.admin("POST", "/api/v1/installations/1/upgrade", json!({"manifest": manifest}))
    };
    assert_eq!(upgrade(newer.clone()).await.0, 200);
    assert_eq!(minutes(&setup).await, 60, "an upgrade keeps it");
    let hook = newer.replace("version: v1", "version: v1\n      token_minutes: 5");
    assert_eq!(upgrade(hook).await.0, 200);
    assert_eq!(minutes(&setup).await, 5, "the hook's wins");
    assert_eq!(setup.install(json!({})).await.0, 201);
    assert_eq!(minutes(&setup).await, 15);
}

/// How long the token of a new delivery lives, in minutes.
async fn minutes(setup: &Setup) -> i64 {
    let before = jiff::Timestamp::now();
    let received = setup.delivered().await;
    let end = &received.json()["authentication"]["expires_at"];
    let end: jiff::Timestamp = end.as_str().unwrap().parse().unwrap();
    // Rounded: the token is made a moment later, and its end is a whole second.
    (end.as_second() - before.as_second() + 30) / 60
}

#[tokio::test]
async fn schemas_of_modules_are_kept_when_they_can_be_read() {
    let setup = Setup::new(&[]).await;
    let schema =
        |id: &str| format!("module: {id}\ntables: {{t: {{columns: [{{name: c, type: text}}]}}}}\n");
    let padding = LARGEST_MODULE - schema("full").len() - 3;
    let full = format!("# {}\n{}", "x".repeat(padding), schema("full"));
    assert_eq!(full.len(), LARGEST_MODULE);
    let json = json!({"module": "json", "tables": [{"name": "t", "columns": [{"name": "c", "type": "text"}]}]});
    let id = "com.example.crm.contacts";
    let given = json!({id: schema(id), "full": full, "json": json.to_string()});
    let (status, body) = setup.install(json!({"modules": given})).await;
    assert_eq!(status, 201, "{body}");
    let path = format!("/api/v1/installations/{}", body["id"]);
    let names = json!([id, "full", "json"]);
    assert_eq!(setup.look(&path).await.1["modules"], names);
    let many: serde_json::Map<_, _> = (0..=MOST_MODULES)
        .map(|number| (format!("m{number}"), json!(schema(&format!("m{number}")))))
        .collect();
    for modules in [
        json!({"a/b": schema("a/b")}),
        json!({"": schema("")}),
        json!({"unread": "a: [1"}),
        json!({"text": "just words"}),
        json!({"full": format!("{full} ")}),
        json!(many),
    ] {
        let (status, body) = setup.install(json!({"modules": modules})).await;
        assert_eq!((status, &body["code"]), (422, &json!("invalid_module")), "{body}");
    }
    let upgrade = json!({"manifest": MANIFEST.replace("1.2.3", "1.3.0")});
    let (_, upgraded) = setup.admin("POST", &format!("{path}/upgrade"), upgrade).await;
    assert_eq!(upgraded["installation"]["modules"], names, "an upgrade keeps them");
    assert_eq!(setup.install(json!({})).await.1["modules"], json!([]), "a new one has its own");
}
