//! `kiket secrets push`: the values of a dotenv file, after a look at what that means.

use std::collections::BTreeMap;

use kiket_contract::api::secrets::kept::{KeptSecret, SecretOwner};
use kiket_contract::api::secrets::{SetSecret, is_valid_key};
use kiket_contract::secret::Secret;
use serde::Serialize;

use super::diff::{known, manifest};
use super::{keys, path};
use crate::args::Push;
use crate::ask::consent;
use crate::dotenv::{Dotenv, STANDARD_INPUT};
use crate::exit::{Exit, Invalid, Misuse};
use crate::operator::{Answer, Operator};
use crate::output::Output;
use crate::output::table::table;
use crate::printer;

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Pushed {
    written: Vec<String>,
    failed: Vec<Failure>,
}

#[derive(Debug, Serialize)]
struct Failure {
    key: String,
    error: String,
}

/// Writes the values.
pub(super) async fn run(args: Push, operator: &Operator, output: Output) -> anyhow::Result<Exit> {
    if *args.from.file == *STANDARD_INPUT && !args.consent.yes {
        let text = "standard input is the file, so nobody can be asked: consent with --yes";
        return Err(Misuse(text.to_owned()).into());
    }
    let file = Dotenv::read(&args.from.file)?;
    let owner = args.from.owner.into();
    let there = keys(operator, &owner).await?;
    let secrets = file.secrets(&known(&there, manifest()?.as_ref()));
    if let Some(key) = secrets.keys().find(|key| !is_valid_key(key)) {
        return Err(
            Invalid(format!("`{key}` can not be a secret's key; nothing is written")).into()
        );
    }
    if secrets.is_empty() {
        printer::note("the file has no secret with a value")?;
        return Ok(Exit::Ok);
    }
    printer::note(planned(&secrets, &there))?;
    let question = format!("Write {}?", values(secrets.len()));
    if !consent(&question, args.consent.yes)? {
        return Ok(Exit::Cancelled);
    }
    let value = write(operator, &owner, secrets).await?;
    let is_whole = value.failed.is_empty();
    let text = serde_json::to_string(&value)?;
    output.show(&Answer { value, text }, shown)?;
    Ok(if is_whole { Exit::Ok } else { Exit::Failed })
}

/// Each key with what happens to it.
fn planned(secrets: &BTreeMap<String, Secret>, there: &[String]) -> String {
    let mut rows: Vec<_> = secrets
        .keys()
        .map(|key| match there.contains(key) {
            true => {
                [key.clone(), "written again; whether its value changes is not known".to_owned()]
            }
            false => [key.clone(), "new".to_owned()],
        })
        .collect();
    let others = there.iter().filter(|key| !secrets.contains_key(*key));
    rows.extend(others.map(|key| [key.clone(), "stays: the file has no value for it".to_owned()]));
    table(["secret", "what happens"], rows.into_iter())
}

/// Writes one after the other. A key that is refused keeps none of the others from being written.
async fn write(
    operator: &Operator,
    owner: &SecretOwner,
    secrets: BTreeMap<String, Secret>,
) -> anyhow::Result<Pushed> {
    let mut pushed = Pushed::default();
    let mut gone = None;
    for (key, value) in secrets {
        let failure = match &gone {
            Some(reason) => Some(format!("not tried: {reason}")),
            None => {
                let path = path(&key, "", owner)?;
                let done = operator.put::<KeptSecret>(&path, &SetSecret::new(value)).await;
                done.err().map(|error| {
                    if error.may_pass() {
                        gone = Some("the platform failed before");
                    }
                    error.to_string()
                })
            }
        };
        match failure {
            Some(error) => pushed.failed.push(Failure { key, error }),
            None => pushed.written.push(key),
        }
    }
    Ok(pushed)
}

fn shown(pushed: &Pushed) -> String {
    let mut lines = vec![format!("written: {}", values(pushed.written.len()))];
    let failed = pushed.failed.iter();
    lines.extend(failed.map(|Failure { key, error }| format!("failed: {key}: {error}")));
    lines.join("\n")
}

fn values(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}
