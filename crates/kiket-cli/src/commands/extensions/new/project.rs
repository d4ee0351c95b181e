//! What the templates are filled with.

use serde::Serialize;

use super::sdk_source::SdkSource;
use super::template::{Handler, Language};
use crate::args::{New, TemplateName};

/// The version that an extension begins with.
const VERSION: &str = "0.1.0";
/// What ids begin with until the author writes a domain of theirs.
const DOMAIN: &str = "com.example";
/// So many approvals the template of a guard wants.
const APPROVALS: u32 = 2;

/// The members are the names that the templates know.
#[derive(Debug, Serialize)]
pub(super) struct Project<'a> {
    name: &'a str,
    id: String,
    title: String,
    version: &'a str,
    about: &'a str,
    template: &'a str,
    pub(super) handlers: &'a [Handler],
    approvals: u32,
    rust_version: &'a str,
    #[serde(flatten)]
    pub(super) language: Language,
    #[serde(flatten)]
    source: Option<&'a SdkSource>,
    /// The command to try it with.
    #[serde(skip)]
    pub(super) next: &'a str,
}

impl<'a> Project<'a> {
    /// The project that the arguments describe.
    pub(super) fn new(args: &'a New, source: Option<&'a SdkSource>) -> Self {
        // The arguments are read only with a name in it.
        let name = args.folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let template: TemplateName = args.template;
        let language = args.sdk.language();
        Self {
            name,
            id: format!("{DOMAIN}.{name}"),
            title: title(name),
            version: VERSION,
            about: template.about(),
            template: template.as_str(),
            handlers: template.handlers(),
            approvals: APPROVALS,
            rust_version: env!("CARGO_PKG_RUST_VERSION"),
            language,
            source,
            next: if source.is_some() { "kiket dev --once ." } else { language.test },
        }
    }
}

/// The name as people write it: `my-crm` is `My crm`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
