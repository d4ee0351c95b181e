//! Calls to Kiket's API, in the words of the other SDKs.

use kiket_client::{Audit, CustomData, Error, IntakeForms, Issues, SlaEvents};
use kiket_contract::api::AnyId;
use kiket_contract::api::extension_events::LogEvent;
use kiket_contract::api::extension_metrics::Metric;
use kiket_contract::api::extensions::Metadata;
use kiket_contract::api::notifications::Notification;
use kiket_contract::api::rate_limit::RateLimit;
use kiket_contract::api::webhook_url::WebhookUrl;
use serde::Serialize;

use crate::{Context, MetricValue, Secrets};

/// Calls to Kiket's API, from [`Context::endpoints`].
///
/// They carry the delivery's runtime token and the event's version. They are made again when they
/// fail for now, and end in time: see [`kiket_client`].
#[derive(Debug, Clone, Copy)]
pub struct Endpoints<'a> {
    context: &'a Context,
}

impl<'a> Endpoints<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    /// The extension's secrets on Kiket: the same as [`Context::secrets`].
    #[must_use]
    pub fn secrets(&self) -> Secrets<'a> {
        self.context.secrets()
    }

    /// Logs an event of the extension's own: `POST /api/v1/extensions/{extension_id}/events`, with
    /// the version of the event that is being handled.
    ///
    /// The data is written before the call begins, so it need not be `Send`.
    ///
    /// # Errors
    /// When the data can not be written as JSON, the call can not be made, or Kiket refuses it.
    pub fn log_event<D: Serialize>(
        &self,
        event: &str,
        data: D,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<'a, D> {
        let context = self.context;
        let written = serde_json::to_value(data).map_err(Error::Encode);
        let event = event.to_owned();
        async move {
            let log = LogEvent {
                event,
                version: Some(context.event_version().to_owned()),
                data: written?,
                timestamp: Some(context.now()),
            };
            context.client().log_event(context.extension_id(), &log).await
        }
    }

    /// What Kiket knows about this extension: `GET /api/v1/extensions/{extension_id}`.
    ///
    /// # Errors
    /// When the call can not be made, or Kiket refuses it.
    pub async fn get_metadata(&self) -> Result<Metadata, Error> {
        self.context.client().get_metadata(self.context.extension_id()).await
    }

    /// The records of the extension's own tables in this project.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    /// use serde_json::Value;
    ///
    /// #[webhook("issue.created", version = "v1")]
    /// async fn sync(payload: IssueCreated, context: Context) -> Result<Value> {
    ///     let custom_data = context.endpoints().custom_data(payload.project_id);
    ///     let contacts = custom_data
    ///         .list("com.example.crm.contacts", "automation_records")
    ///         .filter("status", "active")
    ///         .limit(10)
    ///         .await?;
    ///     let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
    ///     custom_data.create("com.example.crm.contacts", "automation_records", lead).await?;
    ///     Ok(json!({ "synced": contacts.data.len() }))
    /// }
    ///
    /// #[derive(serde::Deserialize)]
    /// struct IssueCreated {
    ///     project_id: i64,
    /// }
    /// ```
    pub fn custom_data(&self, project_id: impl Into<AnyId>) -> CustomData<'a> {
        self.context.client().custom_data(project_id)
    }

    /// How the issues of this project stand against their service levels.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    /// use serde_json::Value;
    ///
    /// #[webhook("workflow.sla_status", version = "v1")]
    /// async fn warn(payload: Value, context: Context) -> Result<Value> {
    ///     let project_id = payload["issue"]["project_id"].as_i64().or_permanent(422, "no project")?;
    ///     let endpoints = context.endpoints();
    ///     let recent = endpoints.sla_events(project_id).list().state("imminent").limit(5).await?;
    ///     let Some(first) = recent.data.first() else { return Ok(json!({ "ok": true })) };
    ///     let text = format!("Issue #{} is {}", first.issue_id, first.state);
    ///     endpoints.notify("SLA warning", &text, "warning").await?;
    ///     Ok(json!({ "acknowledged": true }))
    /// }
    /// ```
    pub fn sla_events(&self, project_id: impl Into<AnyId>) -> SlaEvents<'a> {
        self.context.client().sla_events(project_id)
    }

    /// The intake forms of this project and what was handed in by them.
    pub fn intake_forms(&self, project_id: impl Into<AnyId>) -> IntakeForms<'a> {
        self.context.client().intake_forms(project_id)
    }

    /// The issues, with their transitions, comments and custom fields.
    #[must_use]
    pub fn issues(&self) -> Issues<'a> {
        self.context.client().issues()
    }

    /// Audit records and the anchors that prove them.
    #[must_use]
    pub fn audit(&self) -> Audit<'a> {
        self.context.client().audit()
    }

    /// Tells the installation's people something: `POST /api/v1/extensions/notifications`. The
    /// level is `info` or `warning`.
    ///
    /// # Errors
    /// When the call can not be made, or Kiket refuses it.
    pub async fn notify(&self, title: &str, body: &str, level: &str) -> Result<(), Error> {
        let [title, body, level] = [title, body, level].map(str::to_owned);
        self.context.client().notify(&Notification { title, body, level }).await
    }

    /// Reports a number of the extension's own: `POST /api/v1/extensions/metrics`. Things that are
    /// counted have the unit `count`.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    /// use serde_json::Value;
    ///
    /// #[webhook("crm.synced", version = "v1")]
    /// async fn synced(contacts: Vec<Value>, context: Context) -> Result {
    ///     context.endpoints().emit_metric("crm.contacts", contacts.len(), "count").await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// When the value is infinite or no number, the call can not be made, or Kiket refuses it.
    pub async fn emit_metric(
        &self,
        name: &str,
        value: impl MetricValue,
        unit: &str,
    ) -> Result<(), Error> {
        let metric = Metric { name: name.to_owned(), value: value.number(), unit: unit.to_owned() };
        self.context.client().emit_metric(&metric).await
    }

    /// How many calls are left in this window: `GET /api/v1/ext/rate_limit`.
    ///
    /// ```
    /// use kiket_sdk::prelude::*;
    /// use serde_json::Value;
    ///
    /// #[webhook("automation.dispatch", version = "v1")]
    /// async fn dispatch(_payload: Value, context: Context) -> Result<Value> {
    ///     let limits = context.endpoints().rate_limit().await?;
    ///     if limits.remaining < 5 {
    ///         return Ok(json!({ "deferred": true, "reset_in": limits.reset_in }));
    ///     }
    ///     Ok(json!({ "ok": true }))
    /// }
    /// ```
    ///
    /// # Errors
    /// When the call can not be made, or Kiket refuses it.
    pub async fn rate_limit(&self) -> Result<RateLimit, Error> {
        self.context.client().rate_limit().await
    }

    /// Where a third party can reach the installation with what becomes the event
    /// `external.webhook.<action_name>`: `GET /api/v1/ext/webhook_url`.
    ///
    /// # Errors
    /// When the call can not be made, or Kiket refuses it.
    pub async fn webhook_url(&self, action_name: &str) -> Result<WebhookUrl, Error> {
        self.context.client().webhook_url(action_name).await
    }
}
