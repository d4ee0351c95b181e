//! Custom data: a record for each issue that is a lead. The table is declared in
//! `.kiket/modules/leads/schema.yml`.

use kiket_sdk::event::issue::{Issue, IssueUpdated};
use kiket_sdk::prelude::*;
use serde_json::{Map, Value};

use crate::settings::setting;

pub(crate) const MODULE: &str = "com.example.marketing.leads";
pub(crate) const TABLE: &str = "leads";

#[webhook(
    "issue.updated",
    version = "v1",
    required_scopes = ["custom_data.read", "custom_data.write"]
)]
pub(crate) async fn updated(payload: IssueUpdated, context: Context) -> Result<Value> {
    let label: String = setting(&context, "LEAD_LABEL")?;
    if !payload.issue.labels.contains(&label) {
        return Ok(json!({ "ok": true, "lead": false }));
    }
    let project = payload.project_id.or(payload.issue.project_id);
    keep(&context, project.or_permanent(422, "the event has no project")?, &payload.issue).await?;
    Ok(json!({ "ok": true, "lead": true }))
}

/// Makes the issue's record, or brings it up to date.
///
/// Kiket may deliver an event twice. So it looks first, and writes only what differs.
async fn keep(context: &Context, project: i64, issue: &Issue) -> Result {
    let leads = context.endpoints().custom_data(project);
    let found = leads.list(MODULE, TABLE).filter("issue_id", issue.id).limit(1).await?;
    let columns = json!({ "title": issue.title, "priority": issue.priority });
    match found.data.first() {
        None => {
            let record = json!({ "issue_id": issue.id, "title": issue.title,
                "priority": issue.priority, "state": "new" });
            leads.create(MODULE, TABLE, record).await?;
        }
        Some(lead) if is_same(lead, &columns) => {}
        Some(lead) => {
            leads.update(MODULE, TABLE, id(lead)?, columns).await?;
        }
    }
    Ok(())
}

fn is_same(lead: &Map<String, Value>, columns: &Value) -> bool {
    // A column without a value may be absent or null.
    let same = |name: &&str| lead.get(*name).unwrap_or(&Value::Null) == &columns[*name];
    ["title", "priority"].iter().all(same)
}

/// The id of a record.
pub(crate) fn id(lead: &Map<String, Value>) -> Result<i64> {
    lead.get("id").and_then(Value::as_i64).or_retryable("a lead has no id")
}
