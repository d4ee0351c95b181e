//! The attributes that there are, and what is particular to each.

use quote::format_ident;
use syn::Ident;

/// An attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Webhook,
    Guard,
    Action,
}

impl Kind {
    /// The function of `kiket_sdk::__private` that makes the registration.
    pub(crate) fn function(self) -> Ident {
        match self {
            Self::Webhook => format_ident!("webhook"),
            Self::Guard => format_ident!("guard"),
            Self::Action => format_ident!("action"),
        }
    }

    /// What a message calls the function under the attribute.
    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::Webhook => "a webhook handler",
            Self::Guard => "a guard",
            Self::Action => "an action's handler",
        }
    }

    /// What the attribute's first text is.
    pub(crate) fn named_by(self) -> &'static str {
        match self {
            Self::Webhook | Self::Guard => "event",
            Self::Action => "key",
        }
    }

    /// Whether the attribute has a version.
    pub(crate) fn is_versioned(self) -> bool {
        self != Self::Action
    }

    /// The return type to add where there is none.
    pub(crate) fn returned(self) -> &'static str {
        match self {
            Self::Webhook => "Result<()>",
            Self::Guard => "Result<Guard>",
            Self::Action => "Result<ActionResult>",
        }
    }

    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Webhook => r#"#[webhook("issue.created", version = "v1")]"#,
            Self::Guard => r#"#[guard("workflow.before_transition", version = "v1")]"#,
            Self::Action => r#"#[action("sync_contacts")]"#,
        }
    }
}
