//! The members that Kiket knows. The reader takes those that the model has from here, and the linter
//! notes what is none of them.

mod blocks;

use crate::shape::HEADINGS;

pub(crate) use blocks::{BLOCKS, IN_ACTIONS, IN_SETTINGS, IN_STEPS, STEP};

/// The members of one kind of mapping.
pub(crate) struct Members {
    /// Those with a field of the model.
    pub(crate) read: &'static [&'static str],
    /// Names of one field each. The first that is there counts; the others are kept as they are.
    alternatives: &'static [&'static [&'static str]],
    /// Those that are kept as they are.
    kept: &'static [&'static str],
    /// Whether there may well be others.
    pub(crate) is_open: bool,
}

impl Members {
    /// Every name.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let alternatives = self.alternatives.iter().copied().flatten();
        self.read.iter().chain(alternatives).chain(self.kept).copied()
    }
}

/// What an id is called, best first; the last two are of older command lines.
pub(crate) const ID: [&str; 4] = ["id", "key", "extension_id", "identifier"];
/// Where hooks stand.
pub(crate) const HOOKS: [&str; 3] = ["hooks", "triggers", "events"];
/// Where the scopes stand that an extension asks for.
pub(crate) const PERMISSIONS: [&str; 2] = ["permissions", "scopes"];
/// Where the events stand that activate an extension.
pub(crate) const ACTIVATION: [&str; 2] = ["activationEvents", "activation_events"];
/// Where the events of an installation stand.
pub(crate) const LIFECYCLE: [&str; 2] = ["lifecycleEvents", "lifecycle_events"];
/// How long an answer may take, in milliseconds.
pub(crate) const TIMEOUT: [&str; 2] = ["timeout", "timeout_ms"];

/// The extension itself.
pub(crate) const EXTENSION: Members = Members {
    read: &[
        "version",
        "name",
        "description",
        "author",
        "sdk",
        "api_version",
        "delivery",
        "callback",
        "delivery_secret",
        "configuration",
        "settings",
        "secrets",
        "actions",
        "capabilities",
        "activationEvents",
        "activation_events",
        "lifecycleEvents",
        "lifecycle_events",
    ],
    alternatives: &[&ID, &HOOKS, &PERMISSIONS, &HEADINGS],
    kept: &[
        "assets",
        "billing",
        "compatibility",
        "compliance",
        "contributes",
        "credentials",
        "custom_data",
        "deployment",
        "egress",
        "homepage",
        "hosting",
        "icon",
        "license",
        "output_fields",
        "pricing",
        "provides",
        "rate_limiting",
        "repository",
        "requires",
        "responses",
        "runtime",
        "setup",
        "tags",
        "timeout_seconds",
        "vendor",
        "endpoints",
        "webhooks",
        "oauth",
    ],
    is_open: false,
};

/// Where and how it is called.
pub(crate) const CALLBACK: Members = Members {
    read: &[
        "url",
        "endpoint",
        "headers",
        "timeout",
        "timeout_ms",
        "required",
        "secret",
        "secret_keys",
    ],
    alternatives: &[],
    kept: &["handshake", "retries", "description"],
    is_open: false,
};

/// A wish to hear an event.
pub(crate) const HOOK: Members = Members {
    read: &[
        "event",
        "version",
        "required",
        "timeout",
        "timeout_ms",
        "retries",
        "token_minutes",
        "endpoint",
        "action",
        "template",
    ],
    alternatives: &[],
    kept: &["description", "handler", "url", "name", "label"],
    is_open: false,
};

/// Something that can be configured.
pub(crate) const SETTING: Members = Members {
    read: &["key", "type", "secret", "required", "default", "scope", "label", "description"],
    alternatives: &[],
    kept: &[
        "help_url",
        "multiline",
        "auto_generate",
        "options",
        "readonly",
        "min",
        "max",
        "editor",
        "language",
        "variables",
        "validation",
        "oauth",
        "placeholder",
        "properties",
        "obtain",
        "pattern",
        "items",
        "unit",
        "group",
        "showWhen",
        "show_when",
    ],
    is_open: false,
};

/// Something that users can trigger.
pub(crate) const ACTION: Members = Members {
    read: &["key", "label", "scopes"],
    alternatives: &[],
    kept: &["description", "icon", "inputs", "permissions", "handler", "category", "confirm"],
    is_open: false,
};
