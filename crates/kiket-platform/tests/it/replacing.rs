//! An installation that is there already, and changes of one at the same time.

use serde_json::{Value, json};

use crate::harness::{MANIFEST, Setup};

const ONE: &str = "/api/v1/installations/1";

#[tokio::test]
async fn what_is_installed_already_is_replaced_only_when_the_request_says_so() {
    let setup = Setup::new(&[]).await;
    let (_, before) = setup.admin("GET", ONE, Value::Null).await;
    let greedy = MANIFEST.replace("[issues:read]", "[issues:read, issues:write]");
    let given =
        json!({"replace": false, "manifest": greedy, "delivery_secret": "sh_of_somebody_else"});
    let (status, body) = setup.install(given).await;
    assert_eq!((status, &body["code"]), (409, &json!("already_installed")), "{body}");
    assert_eq!(body["details"], json!({"installation_id": 1}));
    assert_eq!(setup.admin("GET", ONE, Value::Null).await.1, before);
    setup.delivered().await;

    let (status, replaced) = setup.install(json!({"manifest": greedy})).await;
    assert_eq!((status, &replaced["id"]), (201, &json!(1)), "{replaced}");
    assert!(replaced["scopes"].as_array().unwrap().contains(&json!("issues:write")));
    let elsewhere = json!({"replace": false, "project_id": 28});
    assert_eq!(setup.install(elsewhere).await.0, 201);
    assert_eq!(setup.admin("DELETE", ONE, Value::Null).await.0, 200);
    assert_eq!(setup.install(json!({"replace": false})).await.0, 201, "it is gone");
}

#[tokio::test]
async fn of_a_change_and_an_upgrade_at_the_same_time_neither_is_undone() {
    let setup = Setup::new(&[]).await;
    let (mut changed, mut refused) = (0, 0);
    for round in 0..40 {
        let url = format!("http://{}/{round}", setup.extension);
        let change = setup.admin("PATCH", ONE, json!({"callback_url": url}));
        let manifest = MANIFEST.replace("1.2.3", &format!("2.0.{round}"));
        let upgrade =
            setup.admin("POST", "/api/v1/installations/1/upgrade", json!({"manifest": manifest}));
        let ((change, _), (upgrade, body)) = tokio::join!(change, upgrade);
        let (_, shown) = setup.admin("GET", ONE, Value::Null).await;
        if change == 200 {
            assert_eq!(shown["callback_url"], *url, "round {round}: the change is undone");
            changed += 1;
        }
        if upgrade == 200 {
            assert_eq!(shown["extension_version"], *format!("2.0.{round}"));
        } else {
            assert_eq!((upgrade, &body["code"]), (409, &json!("changed_meanwhile")), "{body}");
        }
        refused += i32::from(change != 200 || upgrade != 200);
    }
    assert!(changed > 0, "no change came through, {refused} were refused");
}

#[tokio::test]
async fn a_change_that_starts_from_what_is_no_more_is_refused() {
    let setup = Setup::new(&[]).await;
    // Every write counts, also those that leave the manifest as it is.
    for (method, below, body) in [
        ("PATCH", "", json!({"signing": "body"})),
        ("POST", "/pause", Value::Null),
        ("POST", "/delivery_secret/rotate", Value::Null),
        ("POST", "/api_key/rotate", Value::Null),
        ("POST", "/upgrade", json!({"manifest": MANIFEST})),
    ] {
        let before = changes(&setup).await;
        let (status, answer) = setup.admin(method, &format!("{ONE}{below}"), body).await;
        assert_eq!(status, 200, "{answer}");
        assert!(changes(&setup).await > before, "{method} {below}");
    }
}

async fn changes(setup: &Setup) -> i64 {
    let database = format!("sqlite://{}", setup.dir.path().join("kiket.db").display());
    let pool = sqlx::AnyPool::connect(&database).await.unwrap();
    let query = "SELECT changes FROM installations WHERE id = 1";
    let count = sqlx::query_scalar(query).fetch_one(&pool).await.unwrap();
    pool.close().await;
    count
}
