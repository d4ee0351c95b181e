//! `kiket extensions upgrade`: what would change, consent, and the change.

use std::collections::BTreeMap;

use kiket_contract::api::Page;
use kiket_contract::api::custom_data::{SchemaChange, SchemaChangeKind};
use kiket_contract::api::installations::{
    Installation, ListInstallations, NewUpgrade, PATH, Upgrade, UpgradeChanges,
};
use kiket_contract::id::InstallationId;

use super::sources::{Sources, summary};
use crate::args::Upgrade as Args;
use crate::ask::consent;
use crate::exit::{Exit, Misuse};
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::facts;
use crate::output::words::or_dash;
use crate::printer;

/// Brings an installation to the manifest of a folder.
pub(super) async fn run(args: Args) -> anyhow::Result<Exit> {
    let sources = Sources::read(&args.path, args.given)?;
    let operator = Operator::of(&args.remote)?;
    let id = match args.installation {
        Some(id) => id,
        None => installation_of(&operator, &sources.manifest.id).await?,
    };
    let path = format!("{PATH}/{id}/upgrade");
    let mut wanted = wanted(sources);
    let preview = operator.post::<Upgrade>(&path, &wanted).await?;
    let output = Output(args.remote.format);
    if args.preview {
        output.show(&preview, |preview| changes(&preview.changes))?;
        return Ok(Exit::Ok);
    }
    let planned = &preview.value.changes;
    printer::note(changes(planned))?;
    let loses = planned.custom_data.iter().any(|change| change.lost > 0);
    if loses && !args.accept_data_loss {
        let text = "records would be lost: consent to that with --accept-data-loss";
        return Err(Misuse(text.to_owned()).into());
    }
    if !consent(&format!("Upgrade installation {id}?"), args.consent.yes)? {
        return Ok(Exit::Cancelled);
    }
    wanted.preview = false;
    wanted.accept_permissions = true;
    wanted.accept_data_loss = args.accept_data_loss;
    let done = operator.post::<Upgrade>(&path, &wanted).await?;
    output.show(&done, |done| summary(&done.installation))?;
    Ok(Exit::Ok)
}

fn wanted(sources: Sources) -> NewUpgrade {
    let (modules, seeds) = match sources.modules {
        Some(modules) => (Some(modules.schemas), modules.seeds),
        None => (None, BTreeMap::new()),
    };
    NewUpgrade {
        manifest: sources.text,
        preview: true,
        accept_permissions: false,
        callback_url: sources.callback_url,
        configuration: sources.configuration,
        secrets: sources.secrets,
        headers: sources.headers,
        modules,
        seeds,
        accept_data_loss: false,
    }
}

/// The only installation of an extension.
///
/// # Errors
/// When there is none, or more than one.
pub(super) async fn installation_of(
    operator: &Operator,
    id: &str,
) -> anyhow::Result<InstallationId> {
    let wanted = ListInstallations { extension_id: Some(id.to_owned()), ..Default::default() };
    let found = operator.get::<Page<Installation>>(PATH, &wanted).await?.value.data;
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => {
            let text = format!("`{id}` is not installed; use `kiket extensions install`");
            Err(anyhow::Error::msg(text))
        }
        several => {
            let numbers = several.iter().map(|it| format!("{} (project {})", it.id, it.project_id));
            let numbers = numbers.collect::<Vec<_>>().join(", ");
            let text = format!(
                "`{id}` is installed several times: choose with --installation one of {numbers}"
            );
            Err(Misuse(text).into())
        }
    }
}

/// What changes, in words.
fn changes(changes: &UpgradeChanges) -> String {
    let list = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    let version = &changes.version;
    let version = (version.from != version.to)
        .then(|| format!("{} -> {}", or_dash(version.from.as_ref()), or_dash(version.to.as_ref())));
    let custom_data = changes.custom_data.iter().map(|change| ("custom data", Some(told(change))));
    let shown = facts(
        [
            ("version", version),
            ("hears newly", list(&changes.hooks_added)),
            ("hears no more", list(&changes.hooks_removed)),
            ("may newly", list(&changes.permissions.added)),
            ("may no more", list(&changes.permissions.removed)),
            ("needs secrets", list(&changes.secrets_required)),
        ]
        .into_iter()
        .chain(custom_data),
    );
    if shown.is_empty() { "nothing of note changes".to_owned() } else { shown }
}

fn told(change: &SchemaChange) -> String {
    let what = match change.change {
        SchemaChangeKind::TableAdded => "the table comes",
        SchemaChangeKind::TableRemoved => "the table goes",
        SchemaChangeKind::SoftDeleteChanged => "removed records are kept otherwise",
        SchemaChangeKind::ColumnAdded => "a column comes",
        SchemaChangeKind::ColumnRemoved => "a column goes",
        SchemaChangeKind::ColumnChanged => "a column has other rules",
        SchemaChangeKind::IndexAdded => "an index comes",
        SchemaChangeKind::IndexRemoved => "an index goes",
        _ => "it changes",
    };
    let mut told = format!("{}/{}: {what}", change.module, change.table);
    if !change.columns.is_empty() {
        told = format!("{told} ({})", change.columns.join(", "));
    }
    if change.lost > 0 {
        told = format!("{told}, {} LOST", change.lost);
    }
    match &change.blocked {
        Some(blocked) => format!("{told}; not possible: {blocked}"),
        None => told,
    }
}
