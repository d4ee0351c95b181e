//! Intake forms.

use kiket_contract::api::intake_forms::Period;
use kiket_contract::api::intake_forms::submissions::SubmissionStatus;
use serde_json::{Value, json};

use crate::api::Api;

fn form() -> Value {
    json!({
        "id": 4, "key": "bug", "name": "Bug", "active": true, "public": true,
        "fields": [{ "key": "t", "label": "T", "field_type": "text", "fieldType": "text" }],
        "form_url": "https://kiket.dev/f/bug", "formUrl": "https://kiket.dev/f/bug",
        "submissions_count": 3, "submissionsCount": 3, "created_at": "2025-11-08T11:31:42Z",
    })
}

fn submission() -> Value {
    json!({
        "id": 8, "intakeFormId": 4, "status": "pending", "data": { "firstName": "Ada" },
        "submittedByEmail": "ada@example.com", "createdAt": "2025-11-08T11:31:42Z",
    })
}

#[tokio::test]
async fn forms_are_listed_and_read_in_either_spelling() {
    let mut api = Api::saying(json!({ "data": [form()] })).await;
    let session = api.session();
    let list = session.intake_forms(27).list();
    let page = list.active(true).public(false).limit(5).cursor("c").await.unwrap();
    assert_eq!(page.data[0].public_url(), Some("https://kiket.dev/f/bug"));
    assert_eq!((page.data[0].submissions_count, page.data[0].fields.len()), (3, 1));
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/intake_forms");
    let query = ["active=true", "cursor=c", "limit=5", "project_id=27", "public=false"];
    assert_eq!(call.query(), query);
}

#[tokio::test]
async fn a_form_its_address_and_its_figures_are_read() {
    let mut api = Api::saying(form()).await;
    let session = api.session();
    let forms = session.intake_forms(27);
    assert_eq!(forms.get("bug").await.unwrap().name, "Bug");
    assert_eq!(api.call().await.line(), "GET /api/v1/ext/intake_forms/bug");
    let url = forms.public_url("bug").await.unwrap();
    assert_eq!(url.as_deref(), Some("https://kiket.dev/f/bug"));
    assert_eq!(api.call().await.query(), ["project_id=27"]);

    let figures = json!({ "totalSubmissions": 6, "pending": 1, "approved": 2, "rejected": 3 });
    let mut api = Api::saying(figures).await;
    let session = api.session();
    let stats = session.intake_forms(27).stats("bug", Period::Week).await.unwrap();
    assert_eq!((stats.total_submissions, stats.rejected), (6, 3));
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/intake_forms/bug/stats");
    assert_eq!(call.query(), ["period=week", "project_id=27"]);
    session.intake_forms(27).stats("bug", None).await.unwrap();
    assert_eq!(api.call().await.query(), ["project_id=27"]);
}

#[tokio::test]
async fn submissions_are_listed_since_a_time_whose_signs_survive_the_query() {
    let mut api = Api::saying(json!({ "data": [submission()] })).await;
    let session = api.session();
    let list = session.intake_forms(27).submissions("bug");
    let since = "2025-11-08T12:31:42+01:00".parse().unwrap();
    let page = list.status(SubmissionStatus::Pending).since(since).limit(2).await.unwrap();
    assert_eq!(page.data[0].submitted_by_email.as_deref(), Some("ada@example.com"));
    assert_eq!(page.data[0].data["firstName"], "Ada", "the data is the submitter's");
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/intake_forms/bug/submissions");
    let query = ["limit=2", "project_id=27", "since=2025-11-08T11:31:42Z", "status=pending"];
    assert_eq!(call.query(), query);
}

#[tokio::test]
async fn a_submission_is_handed_in_read_and_decided() {
    let mut api = Api::saying(submission()).await;
    let session = api.session();
    let forms = session.intake_forms(27);
    let path = "/api/v1/ext/intake_forms/bug/submissions";

    assert_eq!(forms.submission("bug", 8).await.unwrap().id, 8.into());
    let call = api.call().await;
    assert_eq!(call.line(), format!("GET {path}/8"));
    assert_eq!(call.query(), ["project_id=27"]);

    forms.create_submission("bug", json!({ "t": "x" })).await.unwrap();
    let call = api.call().await;
    assert_eq!((call.line(), call.query().len()), (format!("POST {path}"), 0));
    assert_eq!(call.body, json!({ "project_id": 27, "data": { "t": "x" } }));

    forms.approve("bug", 8, Some("fine")).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), format!("POST {path}/8/approve"));
    assert_eq!(call.body, json!({ "project_id": 27, "notes": "fine" }));

    forms.reject("bug", 8, None).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), format!("POST {path}/8/reject"));
    assert_eq!(call.body, json!({ "project_id": 27 }));
    assert!(forms.approve("bug", "..", None).await.is_err());
    assert!(api.calls().is_empty());
}
