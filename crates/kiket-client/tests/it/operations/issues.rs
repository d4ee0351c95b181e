//! Issues, transitions, comments and custom fields.

use kiket_contract::api::issues::IssueFields;
use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn issues_are_listed_in_every_form_that_answers_have() {
    let issue = json!({ "id": 4231, "key": "SHOP-231", "title": "Restore", "root_id": 1 });
    for body in [
        json!({ "data": [issue], "meta": {} }),
        json!({ "issues": [issue], "pagination": {} }),
        json!([issue]),
    ] {
        let mut api = Api::saying(body).await;
        let session = api.session();
        let page = session.issues().list().project(27).limit(5).await.unwrap();
        assert_eq!(page.data[0].key.as_deref(), Some("SHOP-231"));
        assert_eq!(page.data[0].more["root_id"], 1);
        let call = api.call().await;
        assert_eq!(call.line(), "GET /api/v1/ext/issues");
        assert_eq!(call.query(), ["limit=5", "project_id=27"]);
    }
}

#[tokio::test]
async fn an_issue_is_read_made_and_changed() {
    let issue = json!({ "id": 4231, "title": "Restore", "custom_fields": { "gateway": "stripe" } });
    for body in [issue.clone(), json!({ "issue": issue }), json!({ "data": issue })] {
        let mut api = Api::saying(body).await;
        let session = api.session();
        let read = session.issues().get("SHOP-231").await.unwrap();
        assert_eq!(read.custom_fields["gateway"], "stripe");
        assert_eq!(api.call().await.line(), "GET /api/v1/ext/issues/SHOP-231");

        let title = Some("Restore".to_owned());
        let new = IssueFields { project_id: Some(27.into()), title, ..IssueFields::default() };
        session.issues().create(new).await.unwrap();
        let call = api.call().await;
        assert_eq!(call.line(), "POST /api/v1/ext/issues");
        assert_eq!(call.body, json!({ "issue": { "project_id": 27, "title": "Restore" } }));

        session.issues().set_custom_field(4231, "gateway", "adyen").await.unwrap();
        let call = api.call().await;
        assert_eq!(call.line(), "PATCH /api/v1/ext/issues/4231");
        assert_eq!(call.body, json!({ "issue": { "custom_fields": { "gateway": "adyen" } } }));
    }
}

#[tokio::test]
async fn an_issue_is_moved_and_commented() {
    let mut api = Api::saying(json!({ "ok": true })).await;
    let session = api.session();
    session.issues().transition("SHOP-231", "done").await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/ext/issues/SHOP-231/transitions");
    assert_eq!(call.body, json!({ "transition": "done" }));

    session.issues().comment("SHOP-231", "It answers again.").await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "POST /api/v1/ext/issues/SHOP-231/comments");
    assert_eq!(call.body, json!({ "body": "It answers again." }));

    let comments = json!({ "comments": [{ "id": 880, "body": "a", "author": { "id": 91 } }] });
    let mut api = Api::saying(comments).await;
    let session = api.session();
    let page = session.issues().comments("SHOP-231").limit(3).await.unwrap();
    assert_eq!(page.data[0].more["author"]["id"], 91);
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/issues/SHOP-231/comments");
    assert_eq!(call.query(), ["limit=3"]);
    assert!(session.issues().comment("..", "a").await.is_err());
}
