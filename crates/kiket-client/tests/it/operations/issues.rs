//! Issues, transitions, comments and custom fields.

use kiket_client::Error;
use kiket_contract::api::issues::IssueFields;
use serde_json::json;

use crate::api::{Api, Reply};

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
async fn numbered_pages_follow_each_other_to_the_end() {
    let page = |number: u32| {
        let pagination = json!({ "page": number, "per_page": 1, "total": 3, "total_pages": 3 });
        let issues = json!([{ "id": number, "title": "Restore" }]);
        Reply::json(200, &json!({ "issues": issues, "pagination": pagination }))
    };
    let mut api = Api::answering([page(1), page(2), page(3)]).await;
    let session = api.session();
    let mut pages = session.issues().list().project(27).pages();
    let mut ids = Vec::new();
    while let Some(issues) = pages.next_page().await.unwrap() {
        ids.extend(issues.into_iter().map(|issue| issue.id));
    }
    assert_eq!(ids, [1.into(), 2.into(), 3.into()]);
    let asked: Vec<_> = api.calls().iter().map(|call| call.query().join("&")).collect();
    assert_eq!(asked, ["project_id=27", "page=2&project_id=27", "page=3&project_id=27"]);
}

#[tokio::test]
async fn an_api_that_does_not_count_its_pages_on_ends_the_list_with_an_error() {
    let pagination = json!({ "page": 1, "per_page": 1, "total": 2, "total_pages": 2 });
    let api = Api::saying(json!({ "issues": [], "pagination": pagination })).await;
    let session = api.session();
    let mut list = session.issues().list().pages();
    for _ in 0..2 {
        assert!(list.next_page().await.unwrap().is_some());
    }
    let error = list.next_page().await.unwrap_err();
    assert!(matches!(error, Error::EndlessList { pages: 2, .. }), "{error:?}");
}

#[tokio::test]
async fn what_an_issue_can_be_without_is_taken_away() {
    let mut api = Api::saying(json!({ "id": 4231, "title": "Restore" })).await;
    let session = api.session();
    let fields = IssueFields {
        assignee_id: Some(None),
        priority: Some(None),
        description: Some(None),
        ..IssueFields::default()
    };
    session.issues().update("SHOP-231", fields).await.unwrap();
    let cleared = json!({ "assignee_id": null, "priority": null, "description": null });
    assert_eq!(api.call().await.body, json!({ "issue": cleared }));
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
