//! What an extension handles, as JSON on the standard output: for tools that compare it with the
//! manifest. It needs no secret and serves nothing.

use kiket_contract::health::RegisteredHandler;
use serde::Serialize;

use crate::handlers::Handlers;
use crate::health;
use crate::settings::Sources;

#[derive(Serialize)]
struct Description<'a> {
    extension_id: &'a str,
    extension_version: Option<&'a str>,
    handlers: Vec<Described<'a>>,
}

#[derive(Serialize)]
struct Described<'a> {
    #[serde(flatten)]
    handler: RegisteredHandler,
    required_scopes: &'a [&'static str],
}

/// The description, with a line break at its end.
pub(crate) fn text(sources: &Sources, handlers: &Handlers) -> String {
    let description = Description {
        extension_id: &sources.extension_id,
        extension_version: sources.manifest.as_ref().and_then(|found| found.version.as_deref()),
        handlers: handlers
            .iter()
            .map(|found| Described {
                handler: health::registered(found),
                required_scopes: found.scopes(),
            })
            .collect(),
    };
    #[expect(clippy::expect_used, reason = "texts and lists of texts")]
    let text = serde_json::to_string_pretty(&description).expect("JSON");
    text + "\n"
}
