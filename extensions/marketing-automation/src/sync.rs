//! Work of many calls: begun by an automation or by somebody's button, done after the answer.

use kiket_sdk::event::automation::AutomationTriggered;
use kiket_sdk::prelude::*;
use serde_json::Value;

use crate::leads::{MODULE, TABLE, id};
use crate::rate_limit::seconds_until;
use crate::settings::setting;

/// What a lead costs: it is read and written.
const CALLS_PER_LEAD: u64 = 2;

enum Begun {
    /// So many leads are being synced.
    Syncing(usize),
    /// There are too few calls left for the next so many seconds.
    Deferred(u64),
}

#[webhook("automation.triggered", version = "v1", required_scopes = ["custom_data.read"])]
pub(crate) async fn triggered(payload: AutomationTriggered, context: Context) -> Result<Value> {
    match begin(&context, payload.project_id).await? {
        Begun::Syncing(leads) => Ok(json!({ "ok": true, "syncing": leads })),
        Begun::Deferred(seconds) => Ok(json!({ "deferred": true, "reset_in": seconds })),
    }
}

#[action("sync_leads", required_scopes = ["custom_data.read"])]
pub(crate) async fn sync_leads(_input: Value, context: Context) -> Result<ActionResult> {
    let project = context.project_id().map(i64::from);
    Ok(match begin(&context, project).await? {
        Begun::Syncing(0) => ActionResult::success().message("There are no new leads."),
        Begun::Syncing(leads) => ActionResult::success()
            .message(format!("{leads} leads are being synced"))
            .data(json!({ "syncing": leads })),
        Begun::Deferred(seconds) => ActionResult::failure(format!(
            "Too few calls are left. Try again in {seconds} seconds."
        )),
    })
}

/// Finds the new leads, and syncs them in the background if there is room for it.
async fn begin(context: &Context, project: Option<i64>) -> Result<Begun> {
    let project = project.or_permanent(422, "the event has no project")?;
    let leads = context.endpoints().custom_data(project);
    let limit = setting(context, "SYNC_LIMIT")?;
    let new = leads.list(MODULE, TABLE).filter("state", "new").limit(limit).await?;
    let new: Vec<i64> = new.data.iter().map(id).collect::<Result<_>>()?;
    if new.is_empty() {
        return Ok(Begun::Syncing(0));
    }
    // Only now is it clear that something is to be written.
    context.require_scopes(&["custom_data.write"])?;
    let calls = CALLS_PER_LEAD * new.len() as u64 + setting::<u64>(context, "SPARE_CALLS")?;
    if let Some(seconds) = seconds_until(calls, context).await? {
        let data = json!({ "waiting": new.len(), "reset_in": seconds });
        context.endpoints().log_event("leads.deferred", data).await?;
        return Ok(Begun::Deferred(seconds));
    }
    let count = new.len();
    let work = context.clone();
    context.background(async move { sync(&work, project, &new).await })?;
    Ok(Begun::Syncing(count))
}

/// Marks leads as synced. Here the newsletter service would hear of each.
async fn sync(context: &Context, project: i64, new: &[i64]) -> Result {
    let leads = context.endpoints().custom_data(project);
    let mut synced = 0;
    for id in new {
        // Somebody may have removed or synced it meanwhile.
        let lead = match leads.get(MODULE, TABLE, *id).await {
            Err(error) if error.is_not_found() => continue,
            lead => lead?,
        };
        if lead.get("state") == Some(&json!("new")) {
            leads.update(MODULE, TABLE, *id, json!({ "state": "synced" })).await?;
            synced += 1;
        }
    }
    context.endpoints().log_event("leads.synced", json!({ "count": synced })).await?;
    Ok(())
}
