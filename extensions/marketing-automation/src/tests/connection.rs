//! The token of the newsletter service.

use kiket_sdk::prelude::*;
use kiket_testkit::{Delivery, StubApi, assert_idempotent};

use super::{assert_nothing_written, delivered, service};

const TOKEN: &str = "NEWSLETTER_TOKEN";

fn tried(token: &str) -> Delivery {
    Delivery::new("extension.testConnection", "v1").secret(TOKEN, token)
}

#[tokio::test]
async fn a_token_that_works_takes_the_place_of_the_old_one() {
    let api = StubApi::start();
    api.put_secret(TOKEN, "nl_old");
    delivered(&api, &tried("nl_new")).await.assert_json(&json!({ "ok": true }));
    api.assert_secret_set(TOKEN, "nl_new");
}

#[tokio::test]
async fn the_same_token_is_not_written_again() {
    let api = StubApi::start();
    api.put_secret(TOKEN, "nl_same");
    delivered(&api, &tried("nl_same")).await.assert_json(&json!({ "ok": true }));
    assert_nothing_written(&api);
}

#[tokio::test]
async fn a_token_that_does_not_work_changes_nothing() {
    let api = StubApi::start();
    let answer = delivered(&api, &tried("other")).await;
    assert_eq!(answer.assert_delivered().json()["ok"], false);
    assert_nothing_written(&api);
}

#[tokio::test]
async fn whoever_enters_none_is_told() {
    let api = StubApi::start();
    let test = Delivery::new("extension.testConnection", "v1").missing_secret(TOKEN);
    let answer = delivered(&api, &test).await;
    assert_eq!(answer.json()["message"], "Enter the token of the newsletter service.");
    assert_nothing_written(&api);
}

#[tokio::test]
async fn a_token_is_kept_once_however_often_it_is_tried() {
    let api = StubApi::start();
    let url = api.url();
    assert_idempotent(&api, move || service(&url), &tried("nl_new")).await;
}
