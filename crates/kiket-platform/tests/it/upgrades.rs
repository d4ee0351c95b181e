//! Another version of a manifest: previewed, put in place, taken back.

use std::net::SocketAddr;

use kiket_contract::api::deliveries::Status;
use kiket_platform::Platform;
use serde_json::{Value, json};

use crate::harness::{MANIFEST, Script, Setup, config, until};

const ONE: &str = "/api/v1/installations/1";
const UPGRADE: &str = "/api/v1/installations/1/upgrade";
const ROLLBACK: &str = "/api/v1/installations/1/rollback";

/// A next version that hears and may do something else.
fn next() -> String {
    MANIFEST
        .replace("1.2.3", "2.0.0")
        .replace("[issues:read]", "[issues:write]")
        .replace("- event: issue.created\n      version: v1", "- event: issue.updated")
        .replace("OTHER_TOKEN", "NEW_TOKEN")
}

#[tokio::test]
async fn a_preview_shows_what_changes_and_changes_nothing() {
    let setup = Setup::new(&[]).await;
    let (_, before) = setup.admin("GET", ONE, Value::Null).await;
    let preview = json!({"manifest": next(), "preview": true});
    let (status, shown) = setup.admin("POST", UPGRADE, preview).await;
    assert_eq!(status, 200, "{shown}");
    assert_eq!(shown["applied"], false);
    let expected = json!({
        "version": {"from": "1.2.3", "to": "2.0.0"},
        "hooks_added": ["issue.updated"], "hooks_removed": ["issue.created@v1"],
        "permissions": {"added": ["issues:write"], "removed": ["issues:read"]},
        "secrets_required": ["NEW_TOKEN"], "custom_data": [],
    });
    assert_eq!(shown["changes"], expected);
    assert_eq!(shown["installation"], before);
    let (_, after) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(after, before);
}

#[tokio::test]
async fn new_permissions_need_consent() {
    let setup = Setup::new(&[]).await;
    let (status, body) = setup.admin("POST", UPGRADE, json!({"manifest": next()})).await;
    assert_eq!((status, &body["code"]), (409, &json!("permissions_not_accepted")));
    assert_eq!(body["details"], json!({"permissions_added": ["issues:write"]}));
    assert!(body["error"].as_str().unwrap().contains("accept_permissions"));
    assert_eq!(setup.delivered().await.header("x-kiket-event"), "issue.created");

    let same_in_another_form = MANIFEST.replace("issues:read", "issues.read");
    let (status, _) = setup.admin("POST", UPGRADE, json!({"manifest": same_in_another_form})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_upgrade_keeps_what_it_does_not_name_and_a_rollback_takes_it_back() {
    let setup = Setup::new(&[]).await;
    let header =
        |value: &str| format!("delivery: http\n  callback: {{headers: {{X-Tenant: {value}}}}}");
    let first = MANIFEST.replace("delivery: http", &header("first-hush"));
    let second = next()
        .replace("issue.updated", "issue.created")
        .replace("delivery: http", &header("second-hush"));
    let secrets = json!({"CRM_TOKEN": "crm-hush"});
    assert_eq!(setup.install(json!({"manifest": first, "secrets": secrets})).await.0, 201);
    let old = setup.delivered().await;
    let upgrade = json!({
        "manifest": second, "accept_permissions": true, "secrets": {"NEW_TOKEN": "new-hush"},
    });
    let (status, done) = setup.admin("POST", UPGRADE, upgrade).await;
    assert_eq!((status, &done["applied"]), (200, &json!(true)), "{done}");
    assert_eq!(done["changes"]["secrets_required"], json!([]));
    assert_eq!(done["installation"]["extension_version"], "2.0.0");
    assert_eq!(done["installation"]["revision"], 2);
    let received = setup.delivered().await;
    assert_eq!(received.header("x-tenant"), "second-hush");
    let secrets = json!({"CRM_TOKEN": "crm-hush", "NEW_TOKEN": "new-hush"});
    assert_eq!(received.json()["secrets"], secrets);

    let (status, back) = setup.admin("POST", ROLLBACK, Value::Null).await;
    assert_eq!((status, &back["changes"]["version"]["to"]), (200, &json!("1.2.3")), "{back}");
    assert_eq!(back["installation"]["revision"], 1);
    assert_eq!(
        back["installation"]["scopes"].as_array().unwrap().last(),
        Some(&json!("issues:read"))
    );
    let received = setup.delivered().await;
    assert_eq!(received.header("x-tenant"), "first-hush");
    assert_eq!(received.json()["secrets"], old.json()["secrets"]);
    assert!(!back.to_string().contains("hush"));
}

#[tokio::test]
async fn a_rollback_goes_back_along_what_was_installed() {
    let setup = Setup::new(&[]).await;
    let version = |version: &str| json!({"manifest": MANIFEST.replace("1.2.3", version)});
    assert_eq!(setup.install(json!({})).await.1["revision"], 1, "the same is no other revision");
    assert_eq!(setup.admin("POST", UPGRADE, version("1.2.3")).await.0, 200);
    let (status, body) = setup.admin("POST", ROLLBACK, Value::Null).await;
    assert_eq!((status, &body["code"]), (409, &json!("nothing_to_roll_back_to")));
    setup.admin("POST", UPGRADE, version("2.0.0")).await;
    setup.admin("POST", ROLLBACK, Value::Null).await;
    setup.admin("POST", UPGRADE, version("3.0.0")).await;
    let (_, back) = setup.admin("POST", ROLLBACK, Value::Null).await;
    assert_eq!(back["changes"]["version"], json!({"from": "3.0.0", "to": "1.2.3"}));
    let (status, _) = setup.admin("POST", ROLLBACK, Value::Null).await;
    assert_eq!(status, 409, "the version that was taken back is not gone back to");
    setup.install(version("4.0.0")).await;
    let (_, back) = setup.admin("POST", ROLLBACK, Value::Null).await;
    assert_eq!(back["changes"]["version"], json!({"from": "4.0.0", "to": "1.2.3"}));
}

#[tokio::test]
async fn an_upgrade_that_does_not_fit_changes_nothing() {
    let setup = Setup::new(&[]).await;
    let typed = |kind: &str| {
        MANIFEST.replace("  configuration:", &format!("  configuration:\n    limit: {{{kind}}}"))
    };
    let given =
        json!({"manifest": typed("type: string"), "configuration": {"limit": "plain-hush"}});
    assert_eq!(setup.install(given).await.0, 201);
    let (_, before) = setup.admin("GET", ONE, Value::Null).await;
    let other = MANIFEST.replace("com.example.crm", "com.example.other");
    for (upgrade, status, code) in [
        (json!({"manifest": other}), 422, "manifest_of_other_extension"),
        (json!({"manifest": "{"}), 422, "invalid_manifest"),
        (
            json!({"manifest": MANIFEST, "callback_url": "http://10.0.0.1/"}),
            422,
            "invalid_callback_url",
        ),
        (json!({"manifest": typed("type: integer")}), 422, "invalid_configuration"),
        (json!({"manifest": typed("type: string, secret: true")}), 422, "invalid_configuration"),
        (
            json!({"manifest": MANIFEST, "secrets": {"A": "x".repeat(25_000)}}),
            413,
            "too_many_secrets",
        ),
    ] {
        let (got, body) = setup.admin("POST", UPGRADE, upgrade).await;
        assert_eq!((got, &body["code"]), (status, &json!(code)), "{body}");
        assert!(!body.to_string().contains("hush"));
    }
    assert_eq!(setup.admin("GET", ONE, Value::Null).await.1, before);

    let secret =
        json!({"manifest": typed("type: string, secret: true"), "configuration": {"limit": "x"}});
    let (status, done) = setup.admin("POST", UPGRADE, secret).await;
    assert_eq!((status, &done["installation"]["configuration"]), (200, &json!({})), "{done}");
}

#[tokio::test]
async fn the_manifests_own_address_is_followed_where_it_was_in_use() {
    let setup = Setup::new(&[]).await;
    let at = |path: &str| {
        let url =
            format!("delivery: http\n  callback: {{url: \"http://{}{path}\"}}", setup.extension);
        MANIFEST.replace("delivery: http", &url)
    };
    setup.install(json!({"manifest": at("/one"), "callback_url": null})).await;
    setup.admin("POST", UPGRADE, json!({"manifest": at("/two")})).await;
    assert_eq!(setup.delivered().await.path, "/two");
    let url = format!("http://{}/chosen", setup.extension);
    setup.admin("PATCH", ONE, json!({"callback_url": url})).await;
    setup.admin("POST", UPGRADE, json!({"manifest": at("/three")})).await;
    assert_eq!(setup.delivered().await.path, "/chosen");
}

#[tokio::test]
async fn of_upgrades_at_the_same_time_each_is_whole_or_refused() {
    let setup = Setup::new(&[]).await;
    let upgrade = |version: usize| {
        let manifest = MANIFEST.replace("1.2.3", &format!("2.0.{version}"));
        setup.admin("POST", UPGRADE, json!({"manifest": manifest}))
    };
    let (a, b, c, d) = tokio::join!(upgrade(1), upgrade(2), upgrade(3), upgrade(4));
    let answers = [a, b, c, d];
    let done = answers.iter().filter(|(status, _)| *status == 200).count();
    for (status, body) in answers.iter().filter(|(status, _)| *status != 200) {
        assert_eq!((*status, &body["code"]), (409, &json!("changed_meanwhile")), "{body}");
    }
    assert!(done > 0);
    let (_, shown) = setup.admin("GET", ONE, Value::Null).await;
    assert_eq!(shown["revision"], done + 1);
}

#[tokio::test]
async fn what_waits_for_a_whole_endpoint_goes_to_the_host_of_the_callback_url_as_it_is_now() {
    let setup = Setup::new(&[]).await;
    let moved = Script::default();
    let (address, _) = moved.serve("127.0.0.1:0".parse().unwrap()).await;
    let at = |host: SocketAddr| {
        let endpoint = format!("version: v1\n      endpoint: http://{host}/hooks/created?a=1");
        let manifest = MANIFEST.replace("version: v1", &endpoint);
        json!({"manifest": manifest, "callback_url": format!("http://{host}/base")})
    };
    assert_eq!(setup.install(at(setup.extension)).await.0, 201);
    assert_eq!(setup.delivered().await.path, "/hooks/created");
    setup.platform.stop_delivering().await;
    let waiting = setup.send().await;
    assert_eq!(setup.install(at(address)).await.0, 201);
    let Setup { dir, platform, script, .. } = setup;
    platform.shutdown().await;
    let again = Platform::start(config(&dir)).await.unwrap();
    again.deliver();
    let delivery = until(&again, waiting, |delivery| delivery.status.is_final()).await;
    assert_eq!(delivery.status, Status::Delivered, "{delivery:?}");
    assert_eq!((script.received().len(), moved.received().len()), (1, 1));
    assert_eq!(moved.received()[0].path, "/hooks/created");
}
