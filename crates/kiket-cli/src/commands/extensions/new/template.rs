//! What each template hears, and what each language is called and needs.

use serde::Serialize;

use crate::args::{SdkName, TemplateName};

/// A handler as the templates name it.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Handler {
    pub(super) event: &'static str,
    pub(super) version: &'static str,
    kind: &'static str,
    /// Its name where words are separated by underscores.
    name: &'static str,
    /// Its name where they are not.
    camel: &'static str,
}

/// What a language is called and needs.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Language {
    pub(super) sdk: &'static str,
    language: &'static str,
    /// The least version.
    needs: &'static str,
    /// The file that everything is in.
    main: &'static str,
    pub(super) run: &'static str,
    pub(super) test: &'static str,
}

const ISSUE_CREATED: Handler = Handler {
    event: "issue.created",
    version: "v1",
    kind: "webhook",
    name: "issue_created",
    camel: "issueCreated",
};

impl TemplateName {
    /// The name of its folder.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::WebhookGuard => "webhook-guard",
            Self::Outbound => "outbound",
            Self::Notification => "notification",
            Self::Blank => "blank",
        }
    }

    /// What it does, as a sentence without its full stop.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::WebhookGuard => "Lets an issue be done when enough people have approved it",
            Self::Outbound => "Sends new issues to another service",
            Self::Notification => "Tells people who works on an issue and which one is late",
            Self::Blank => "Logs new issues",
        }
    }

    pub(super) fn handlers(self) -> &'static [Handler] {
        match self {
            Self::WebhookGuard => &[Handler {
                event: "workflow.before_transition",
                version: "v1",
                kind: "guard",
                name: "before_transition",
                camel: "beforeTransition",
            }],
            Self::Outbound | Self::Blank => &[ISSUE_CREATED],
            Self::Notification => &[
                Handler {
                    event: "issue.assigned",
                    name: "issue_assigned",
                    camel: "issueAssigned",
                    ..ISSUE_CREATED
                },
                Handler {
                    event: "sla.breach",
                    name: "sla_breach",
                    camel: "slaBreach",
                    ..ISSUE_CREATED
                },
            ],
        }
    }
}

impl SdkName {
    pub(super) fn language(self) -> Language {
        match self {
            Self::Rust => Language {
                sdk: "rust",
                language: "Rust",
                needs: env!("CARGO_PKG_RUST_VERSION"),
                main: "src/main.rs",
                run: "cargo run",
                test: "cargo test",
            },
            Self::Node => Language {
                sdk: "node",
                language: "Node",
                needs: "20",
                main: "extension.mjs",
                run: "node extension.mjs",
                test: "node --test",
            },
            Self::Python => Language {
                sdk: "python",
                language: "Python",
                needs: "3.9",
                main: "extension.py",
                run: "python3 extension.py",
                test: "python3 -m unittest discover tests",
            },
            Self::Ruby => Language {
                sdk: "ruby",
                language: "Ruby",
                needs: "3.0",
                main: "extension.rb",
                run: "ruby extension.rb",
                test: "ruby test/test_extension.rb",
            },
        }
    }
}
