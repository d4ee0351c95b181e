//! `kiket secrets`: writes what extensions get, and compares keys. No value comes back.

mod diff;
mod pull;
mod push;
mod value;

use kiket_contract::api::secrets::SetSecret;
use kiket_contract::api::secrets::kept::{KeptSecret, ListSecrets as Wanted, PATH, SecretOwner};
use kiket_contract::api::{Done, Limit, Page};
use kiket_contract::route;

use crate::args::{
    DeleteSecret, ListSecrets, OneSecret, Remote, Secrets, SecretsCommand, WriteSecret,
};
use crate::ask::consent;
use crate::exit::Exit;
use crate::operator::{Answer, Operator, with_query};
use crate::output::Output;
use crate::output::table::facts;
use crate::output::words::{or_dash, time};

/// Runs one of the commands.
pub(crate) async fn run(args: Secrets) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        SecretsCommand::List(args) => list(args, &operator, output).await?,
        SecretsCommand::Get(args) => get(args, &operator, output).await?,
        SecretsCommand::Set(wanted) => {
            let (path, value) = writing(wanted, "", &args.remote)?;
            output.show(&operator.put::<KeptSecret>(&path, &value).await?, shown)?;
        }
        SecretsCommand::Rotate(wanted) => {
            let (path, value) = writing(wanted, "/rotate", &args.remote)?;
            output.show(&operator.post::<KeptSecret>(&path, &value).await?, shown)?;
        }
        SecretsCommand::Delete(args) => return delete(args, &operator, output).await,
        SecretsCommand::Restore(args) => {
            let path = path(&args.key, "/restore", &args.owner.into())?;
            output.show(&operator.post_nothing::<KeptSecret>(&path).await?, shown)?;
        }
        SecretsCommand::Diff(args) => return diff::run(args, &operator, output).await,
        SecretsCommand::Pull(args) => pull::run(args, &operator).await?,
        SecretsCommand::Push(args) => return push::run(args, &operator, output).await,
    }
    Ok(Exit::Ok)
}

async fn list(args: ListSecrets, operator: &Operator, output: Output) -> anyhow::Result<()> {
    let SecretOwner { installation_id, organization_id, extension_id } = args.owner.into();
    let limit = Limit::try_from(args.paging.limit)?;
    let cursor = args.paging.cursor;
    let wanted = Wanted { installation_id, organization_id, extension_id, limit, cursor };
    let found = operator.get::<Page<KeptSecret>>(PATH, &wanted).await?;
    let header = ["secret", "owner", "rotations", "rotated", "written", "removed until"];
    output.page(&found, header, |secret| {
        [
            secret.key.clone(),
            secret.scope.as_str().to_owned(),
            secret.rotation_count.to_string(),
            or_dash(secret.rotated_at.map(time)),
            time(secret.updated_at),
            or_dash(secret.restorable_until.map(time)),
        ]
    })
}

async fn get(args: OneSecret, operator: &Operator, output: Output) -> anyhow::Result<()> {
    let found = kept(operator, &args.owner.into()).await?;
    let Some(value) = found.into_iter().find(|secret| secret.key == args.key) else {
        anyhow::bail!(
            "there is no secret `{}`; `kiket secrets list` shows those there are",
            args.key
        )
    };
    let text = serde_json::to_string(&value)?;
    output.show(&Answer { value, text }, shown)
}

async fn delete(args: DeleteSecret, operator: &Operator, output: Output) -> anyhow::Result<Exit> {
    let OneSecret { key, owner } = args.secret;
    let question = format!("Extensions get no `{key}` then. Remove it?");
    if !consent(&question, args.consent.yes)? {
        return Ok(Exit::Cancelled);
    }
    let done = operator.delete::<Done>(&path(&key, "", &owner.into())?).await?;
    output.show(&done, |_| {
        format!("{key} is removed; `kiket secrets restore` brings it back for an hour")
    })?;
    Ok(Exit::Ok)
}

/// Where a value goes, and the value.
fn writing(args: WriteSecret, below: &str, remote: &Remote) -> anyhow::Result<(String, SetSecret)> {
    let OneSecret { key, owner } = args.secret;
    let path = path(&key, below, &owner.into())?;
    let value = value::read(&key, args.value_file.as_deref(), remote)?;
    Ok((path, SetSecret::new(value)))
}

/// The path of a secret, or of something to do with it.
fn path(key: &str, below: &str, owner: &SecretOwner) -> anyhow::Result<String> {
    let path = route::api(&["secrets", key])?;
    Ok(with_query(&format!("{path}{below}"), owner)?)
}

/// All secrets of an owner, those that were removed a moment ago among them.
async fn kept(operator: &Operator, owner: &SecretOwner) -> anyhow::Result<Vec<KeptSecret>> {
    let SecretOwner { installation_id, organization_id, extension_id } = owner.clone();
    let limit = Limit::try_from(100)?;
    let mut wanted = Wanted { installation_id, organization_id, extension_id, limit, cursor: None };
    let mut all = Vec::new();
    loop {
        let page = operator.get::<Page<KeptSecret>>(PATH, &wanted).await?.value;
        all.extend(page.data);
        wanted.cursor = page.next_cursor;
        if wanted.cursor.is_none() {
            return Ok(all);
        }
    }
}

/// The keys of an owner's secrets that have a value.
async fn keys(operator: &Operator, owner: &SecretOwner) -> anyhow::Result<Vec<String>> {
    let kept = kept(operator, owner).await?.into_iter();
    let there = kept.filter(|secret| secret.restorable_until.is_none());
    Ok(there.map(|secret| secret.key).collect())
}

fn shown(secret: &KeptSecret) -> String {
    facts([
        ("secret", Some(secret.key.clone())),
        ("owner", Some(secret.scope.as_str().to_owned())),
        ("kept in", Some(secret.backend.clone())),
        ("rotations", Some(secret.rotation_count.to_string())),
        ("rotated", secret.rotated_at.map(time)),
        ("made", Some(time(secret.created_at))),
        ("written", Some(time(secret.updated_at))),
        ("removed until", secret.restorable_until.map(time)),
    ])
}
