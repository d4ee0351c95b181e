//! Must I write the payload's type myself? No: the catalogue has one for every documented event.

use kiket_sdk::event::sla::SlaStatus;
use kiket_sdk::prelude::*;

#[webhook("workflow.sla_status", version = "v1")]
async fn service_level(status: SlaStatus, context: Context) -> Result {
    let overdue = status.metrics.overdue_minutes;
    if overdue > 0 {
        let data = json!({ "issue": status.issue.id, "overdue_minutes": overdue });
        context.endpoints().log_event("sla.overdue", data).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.sla").load(handlers![service_level]).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use kiket_sdk::event;
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn an_overdue_issue_is_logged() {
        let sample = Value::Object(event::find("workflow.sla_status", "v1").unwrap().sample());
        let status = serde_json::from_value(sample).unwrap();
        // There is no Kiket to call in a unit test, so the call shows by its failure.
        assert!(service_level(status, Context::for_test()).await.is_err());
    }

    #[tokio::test]
    async fn one_that_is_in_time_is_not() {
        let mut sample = Value::Object(event::find("workflow.sla_status", "v1").unwrap().sample());
        sample["metrics"]["overdue_minutes"] = json!(0);
        let status = serde_json::from_value(sample).unwrap();
        service_level(status, Context::for_test()).await.unwrap();
    }
}
