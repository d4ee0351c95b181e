//! For the tests of an extension: a context for a handler that is called as the function it is.
//!
//! The crate `kiket-testkit` tests whole extensions: signed deliveries, and a stand-in for Kiket's
//! API. The guide's page on [testing](crate::guide::testing) shows both.

use std::collections::BTreeMap;

use kiket_contract::secret::Secret;
use kiket_manifest::Configuration;
use serde_json::Value;

use crate::Context;

/// A context for a handler's unit test, as [`Context::for_test`]: the function of this name in the
/// other SDKs.
///
/// ```
/// use kiket_sdk::prelude::*;
/// use kiket_sdk::testing::create_test_context;
/// use serde_json::Value;
///
/// #[webhook("issue.created", version = "v1")]
/// async fn created(issue: Value, context: Context) -> Result<Value> {
///     Ok(json!({ "title": issue["title"], "version": context.event_version() }))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let answer = created(json!({ "title": "Slow checkout" }), create_test_context()).await;
/// assert_eq!(answer.unwrap(), json!({ "title": "Slow checkout", "version": "v1" }));
/// # }
/// ```
#[must_use]
#[track_caller]
pub fn create_test_context() -> Context {
    Context::for_test()
}

/// A context for a handler's unit test, with what the handler needs. Whatever is not said is as in
/// [`Context::for_test`].
///
/// ```
/// use kiket_sdk::prelude::*;
/// use kiket_sdk::testing::TestContext;
/// use serde_json::Value;
///
/// #[webhook("issue.created", version = "v1")]
/// async fn created(_issue: Value, context: Context) -> Result<Value> {
///     context.require_scopes(&["issues.read"])?;
///     let token = context.secret("CRM_TOKEN").or_permanent(422, "connect the CRM first")?;
///     let retries = context.settings().get::<u32>("MAX_RETRIES")?.unwrap_or(3);
///     Ok(json!({ "token": token.expose().len(), "retries": retries }))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let context = TestContext::new()
///     .secret("CRM_TOKEN", "crm_1")
///     .setting("MAX_RETRIES", 5)
///     .scopes(["issues.read"])
///     .build();
/// let answer = created(json!({}), context).await;
/// assert_eq!(answer.unwrap(), json!({ "token": 5, "retries": 5 }));
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "it becomes a context by `build`"]
pub struct TestContext {
    configuration: Configuration,
    secrets: BTreeMap<String, Secret>,
    scopes: Vec<String>,
}

impl TestContext {
    /// One without secrets, settings and scopes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a secret, as a delivery brings it, for [`Context::secret`].
    pub fn secret(mut self, key: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.secrets.insert(key.into(), value.into());
        self
    }

    /// Gives a setting that is not secret, for [`Context::settings`].
    pub fn setting(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.configuration.values.insert(key.into(), value.into());
        self
    }

    /// Grants these scopes, for [`Context::require_scopes`].
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// The context.
    #[must_use]
    #[track_caller]
    pub fn build(self) -> Context {
        Context::of_test(self.configuration, self.secrets, self.scopes)
    }
}
