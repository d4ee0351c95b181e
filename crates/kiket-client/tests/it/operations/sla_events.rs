//! Service level events.

use serde_json::json;

use crate::api::Api;

#[tokio::test]
async fn events_are_listed_of_a_state_and_an_issue() {
    let mut api = Api::saying(json!({ "data": [{
        "id": 3, "issue_id": 4231, "case_id": 4231, "project_id": 27, "state": "imminent",
        "triggered_at": "2025-11-08T11:31:42Z", "resolved_at": null,
        "definition": { "status": "in_progress", "max_duration_minutes": 60 },
        "metrics": { "duration_minutes": 68, "overdue_minutes": 8 },
    }] }))
    .await;
    let session = api.session();
    let list = session.sla_events(27).list();
    let page = list.state("imminent").issue(4231).limit(5).cursor("c").await.unwrap();
    let first = &page.data[0];
    assert_eq!((first.issue_id.to_string().as_str(), first.state.as_str()), ("4231", "imminent"));
    let status = first.definition.as_ref().unwrap().status.as_deref();
    assert_eq!(status, Some("in_progress"));
    assert_eq!(first.metrics.as_ref().unwrap().overdue_minutes, 8);
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/sla/events");
    let query = ["cursor=c", "issue_id=4231", "limit=5", "project_id=27", "state=imminent"];
    assert_eq!(call.query(), query);
}
