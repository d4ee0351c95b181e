//! The members of blocks that the model does not look into.

use super::Members;

const fn closed(kept: &'static [&'static str]) -> Members {
    Members { read: &[], alternatives: &[], kept, is_open: false }
}

const fn open(kept: &'static [&'static str]) -> Members {
    Members { is_open: true, ..closed(kept) }
}

/// A step of the install wizard, of whatever kind.
pub(crate) const STEP: Members = closed(&[
    "title",
    "description",
    "required",
    "scope",
    "help_url",
    "collect",
    "fields",
    "action",
    "successMessage",
    "check_endpoint",
    "content",
    "links",
    "provider",
    "scopes",
    "icon",
]);
/// What a step asks for.
const FIELD: Members = closed(&[
    "key",
    "label",
    "type",
    "required",
    "obtain",
    "default",
    "options",
    "placeholder",
    "description",
    "showWhen",
    "show_when",
    "help_url",
    "secret",
    "scope",
    "multiline",
    "min",
    "max",
    "validation",
]);
/// How a secret is obtained.
const OBTAIN: Members = closed(&[
    "type",
    "provider",
    "scopes",
    "store_as",
    "client_id",
    "client_secret",
    "secret",
    "help_url",
    "authorization_url",
    "token_url",
    "grant_type",
    "token_path",
    "refresh_token_path",
    "expires_in_path",
    "extra_params",
    "length",
]);
/// One of several answers.
const OPTION: Members = closed(&["value", "label", "description"]);
/// When a field is asked for.
const CONDITION: Members = open(&["field", "equals", "value"]);
/// A link of an info step.
const LINK: Members = closed(&["label", "url", "icon"]);
/// What an action asks for.
const INPUT: Members = closed(&[
    "key",
    "type",
    "label",
    "description",
    "placeholder",
    "required",
    "default",
    "options",
]);
/// What answers a command.
const HANDLER: Members = closed(&["type", "event"]);

/// The mappings in a block of the extension, by their path. `[]` stands for each item of a list and
/// `*` for each member.
pub(crate) const BLOCKS: &[(&str, Members)] = &[
    ("assets", open(&["icon", "screenshots", "banner"])),
    (
        "billing",
        open(&["model", "trial_days", "packages", "metrics", "dimensions", "usage", "plans"]),
    ),
    ("billing.metrics[]", open(&["id", "name", "unit", "description"])),
    ("compatibility", closed(&["kiket", "deprecates"])),
    ("compatibility.deprecates[]", closed(&["version", "deadline", "notice"])),
    ("compliance", open(&["notes"])),
    ("contributes", closed(&["commands", "workflow_actions"])),
    (
        "contributes.commands[]",
        closed(&[
            "command",
            "title",
            "description",
            "category",
            "icon",
            "keywords",
            "permissions",
            "context",
            "handler",
        ]),
    ),
    ("contributes.commands[].handler", HANDLER),
    (
        "contributes.workflow_actions[]",
        closed(&["id", "name", "icon", "description", "handler", "parameters"]),
    ),
    ("contributes.workflow_actions[].handler", HANDLER),
    ("contributes.workflow_actions[].parameters[]", INPUT),
    ("credentials", open(&["ext"])),
    ("custom_data", closed(&["permissions", "modules"])),
    ("custom_data.permissions[]", closed(&["module", "operations", "description"])),
    (
        "deployment",
        open(&[
            "runtime",
            "region",
            "image",
            "resources",
            "min_instances",
            "max_instances",
            "vpc",
            "env",
            "secret_keys",
        ]),
    ),
    ("deployment.resources", open(&["cpu", "memory", "concurrency"])),
    ("hosting", closed(&["tier", "egress"])),
    ("output_fields.*", closed(&["label", "type", "description", "icon", "help_url"])),
    (
        "pricing",
        closed(&["model", "price_cents", "billing_period", "unit", "price_per_unit_cents"]),
    ),
    ("provides", closed(&["oauth_provider"])),
    (
        "provides.oauth_provider",
        closed(&[
            "provider_id",
            "display_name",
            "icon",
            "default_tenant",
            "endpoints",
            "grant_types",
            "default_scopes",
            "available_scopes",
            "description",
        ]),
    ),
    ("provides.oauth_provider.endpoints", closed(&["authorize", "token", "revoke", "userinfo"])),
    (
        "provides.oauth_provider.available_scopes[]",
        closed(&["id", "description", "default", "consumer"]),
    ),
    ("rate_limiting", closed(&["requests_per_minute", "burst"])),
    ("requires", closed(&["oauth_provider"])),
    ("requires.oauth_provider", closed(&["provider", "scopes", "on_missing", "optional"])),
];

/// The mappings in an action.
pub(crate) const IN_ACTIONS: &[(&str, Members)] =
    &[("inputs[]", INPUT), ("inputs[].options[]", OPTION)];

/// The mappings in a setting.
pub(crate) const IN_SETTINGS: &[(&str, Members)] = &[
    ("options[]", OPTION),
    ("variables[]", closed(&["name", "type", "description", "properties"])),
    (
        "validation",
        open(&["max_length", "min_length", "required_variables", "pattern", "min", "max"]),
    ),
    ("auto_generate", open(&["length"])),
    (
        "oauth",
        closed(&[
            "provider",
            "grant_type",
            "authorization_url",
            "token_url",
            "scopes",
            "token_path",
            "refresh_token_path",
            "expires_in_path",
            "extra_params",
            "client_id",
            "client_secret",
        ]),
    ),
];

/// The mappings in a step of the wizard.
pub(crate) const IN_STEPS: &[(&str, Members)] = &[
    ("fields[]", FIELD),
    ("fields[].obtain", OBTAIN),
    ("fields[].options[]", OPTION),
    ("fields[].showWhen", CONDITION),
    ("fields[].show_when", CONDITION),
    ("links[]", LINK),
];
