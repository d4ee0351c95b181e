//! `kiket extensions install`.

use std::path::Path;

use kiket_contract::api::installations::{Installed, NewInstallation, PATH};
use kiket_contract::secret::Secret;
use kiket_manifest::Manifest;

use super::sources::{Sources, summary};
use crate::args::Install;
use crate::exit::{Exit, Invalid};
use crate::installing::lookup;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::facts;
use crate::{printer, settings};

/// Installs the extension of a folder.
pub(super) async fn run(args: Install) -> anyhow::Result<Exit> {
    let sources = Sources::read(&args.path, args.given)?;
    let delivery_secret = delivery_secret(&sources.manifest, args.delivery_secret_file.as_deref())?;
    let operator = Operator::of(&args.remote)?;
    let modules = sources.modules.unwrap_or_default();
    let new = NewInstallation {
        manifest: sources.text,
        callback_url: sources.callback_url,
        organization_id: args.organization,
        project_id: args.project,
        configuration: sources.configuration,
        secrets: sources.secrets,
        headers: sources.headers,
        delivery_secret,
        signing: None,
        token_minutes: None,
        modules: modules.schemas,
        seeds: modules.seeds,
        accept_data_loss: false,
        replace: false,
    };
    let answer = operator.post::<Installed>(PATH, &new).await?;
    Output(args.remote.format).show(&answer, shown)?;
    for finding in &answer.value.findings {
        printer::note(format_args!(
            "the manifest, line {}: {} ({})",
            finding.line, finding.message, finding.id
        ))?;
    }
    Ok(Exit::Ok)
}

/// The secret of the file, or the one that the manifest refers to. Of all others the platform knows.
fn delivery_secret(manifest: &Manifest, file: Option<&Path>) -> anyhow::Result<Option<Secret>> {
    if let Some(file) = file {
        return Ok(Some(settings::read_token(file)?));
    }
    match &manifest.delivery_secret {
        Some(text) if text.reference().is_some() => {
            let secret = text.resolve(lookup).map_err(|unresolved| {
                Invalid(format!("`callback.secret`: {unresolved}, or give --delivery-secret-file"))
            })?;
            Ok(Some(secret))
        }
        _ => Ok(None),
    }
}

fn shown(installed: &Installed) -> String {
    let secrets = facts([
        ("KIKET_WEBHOOK_SECRET", Some(installed.delivery_secret.expose().to_owned())),
        ("KIKET_EXTENSION_API_KEY", Some(installed.api_key.expose().to_owned())),
    ]);
    format!(
        "{}\n\nThe extension's environment, shown this once:\n{secrets}",
        summary(&installed.installation)
    )
}
