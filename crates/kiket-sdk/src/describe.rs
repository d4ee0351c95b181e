//! What an extension handles, as JSON on the standard output: for tools that compare it with the
//! manifest. It needs no secret and serves nothing.

use kiket_contract::description::{DescribedHandler, Description};

use crate::Registration;
use crate::handlers::Handlers;
use crate::health;
use crate::settings::Sources;

/// The description, with a line break at its end.
pub(crate) fn text(sources: &Sources, handlers: &Handlers) -> String {
    let description = Description {
        extension_id: sources.extension_id.clone(),
        extension_version: sources.version().map(str::to_owned),
        handlers: handlers.iter().map(|found| described(found)).collect(),
    };
    #[expect(clippy::expect_used, reason = "texts and lists of texts")]
    let text = serde_json::to_string_pretty(&description).expect("JSON");
    text + "\n"
}

fn described(registration: &Registration) -> DescribedHandler {
    DescribedHandler {
        handler: health::registered(registration),
        required_scopes: registration.scopes().iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{ActionResult, Context, Guard, Registration, Result};

    async fn allow(_: Value, _: Context) -> Result<Guard> {
        Ok(Guard::allow())
    }

    async fn sync(_: Value, _: Context) -> Result<ActionResult> {
        Ok(ActionResult::success())
    }

    async fn any(_: Value, _: Context) -> Result {
        Ok(())
    }

    #[test]
    fn every_kind_of_handler_is_described_with_its_scopes() {
        let sources = Sources::new("com.example.crm".to_owned());
        let handlers = Handlers::check(vec![
            Registration::webhook("issue.created", "v1", any),
            Registration::guard("issue.before_delete", "v2", allow),
            Registration::action("sync", sync).required_scopes(["issues.read"]),
            Registration::fallback(any),
        ]);
        let described: Value = serde_json::from_str(&text(&sources, &handlers.unwrap())).unwrap();
        let scopes = described["handlers"][2]["required_scopes"].as_array().unwrap();
        assert_eq!(scopes, &["issues.read"]);
        let kind = |handler: &Value| json!([handler["event"], handler["version"], handler["kind"]]);
        let kinds: Vec<_> = described["handlers"].as_array().unwrap().iter().map(kind).collect();
        assert_eq!(
            kinds,
            [
                json!(["issue.created", "v1", "webhook"]),
                json!(["issue.before_delete", "v2", "guard"]),
                json!(["action.sync", "v1", "action"]),
                json!(["*", "*", "fallback"]),
            ]
        );
    }
}
