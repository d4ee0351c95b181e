//! An installation in words.

use kiket_contract::api::installations::{Hook, Installation};
use kiket_contract::signature::SigningForm;

use crate::output::table::{facts, table};
use crate::output::words::{or_dash, time};

/// The installation and what it hears.
pub(super) fn shown(installation: &Installation) -> String {
    let list = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    let missing = installation.secrets.iter().filter(|secret| secret.requested && !secret.is_set);
    let missing: Vec<_> = missing.map(|secret| secret.key.clone()).collect();
    let set = installation.secrets.iter().filter(|secret| secret.is_set);
    let set: Vec<_> = set.map(|secret| secret.key.clone()).collect();
    let signing = match installation.signing {
        SigningForm::Timestamped => "timestamp and body",
        SigningForm::Body => "body",
    };
    let rotation = installation.delivery_secret_rotation;
    let head = facts([
        ("installation", Some(installation.id.to_string())),
        ("extension", Some(installation.extension_id.clone())),
        ("version", installation.extension_version.clone()),
        ("organisation", Some(installation.organization_id.to_string())),
        ("project", Some(installation.project_id.to_string())),
        ("state", Some(installation.state.as_str().to_owned())),
        ("deliveries to", Some(installation.callback_url.clone())),
        ("signed", Some(signing.to_owned())),
        ("next secret", rotation.map(|next| format!("signs from {}", time(next.signs_at)))),
        ("scopes", list(&installation.scopes)),
        ("modules", list(&installation.modules)),
        ("secrets set", list(&set)),
        ("secrets missing", list(&missing)),
        ("since", Some(time(installation.created_at))),
        ("changed", Some(time(installation.updated_at))),
    ]);
    if installation.hooks.is_empty() {
        return format!("{head}\n\nit hears nothing");
    }
    let header = ["event", "version", "required", "timeout", "retries", "disabled"];
    format!("{head}\n\n{}", table(header, installation.hooks.iter().map(hook)))
}

fn hook(hook: &Hook) -> [String; 6] {
    [
        hook.event.clone(),
        or_dash(hook.version.as_ref()),
        if hook.required { "yes" } else { "no" }.to_owned(),
        format!("{} ms", hook.timeout_ms),
        hook.retries.to_string(),
        or_dash(hook.disabled_reason.as_ref()),
    ]
}
