//! For the tests of an extension: a context for a handler that is called as the function it is.
//!
//! The crate `kiket-testkit` tests whole extensions: signed deliveries, and a stand-in for Kiket's
//! API. The guide's page on [testing](crate::guide::testing) shows both.

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
