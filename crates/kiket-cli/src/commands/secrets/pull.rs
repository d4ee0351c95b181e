//! `kiket secrets pull`: the keys that a dotenv file lacks.

use std::io;

use anyhow::Context as _;
use kiket_manifest::secret_variable;

use super::diff::{known, manifest};
use super::keys;
use crate::args::SecretsFile;
use crate::dotenv::{Dotenv, STANDARD_INPUT, text};
use crate::operator::Operator;
use crate::{printer, private_file};

/// What is written before the keys.
const HEAD: &str = "# The platform gives no values out: fill them in.";

/// Adds the keys that are missing.
pub(super) async fn run(args: SecretsFile, operator: &Operator) -> anyhow::Result<()> {
    let path = &args.file;
    let is_output = path == STANDARD_INPUT;
    let there = if is_output { String::new() } else { before(path)? };
    let file = if there.is_empty() { Dotenv::default() } else { Dotenv::read(path)? };
    let keys = known(&keys(operator, &args.owner.into()).await?, manifest()?.as_ref());
    let is_missing =
        |key: &&String| !file.has(key) && !secret_variable(key).iter().any(|name| file.has(name));
    let mut names: Vec<_> =
        keys.iter().filter(is_missing).filter_map(|key| variable(key)).collect();
    names.dedup();
    if names.is_empty() {
        return Ok(printer::note(
            "the file has every key that the platform and the manifest have",
        )?);
    }
    let lines: String = names.iter().map(|name| format!("{name}=\n")).collect();
    if is_output {
        printer::exactly(&format!("{HEAD}\n{lines}"))?;
    } else {
        let gap = if there.is_empty() || there.ends_with('\n') { "" } else { "\n" };
        private_file::write(path, format!("{there}{gap}{HEAD}\n{lines}").as_bytes())
            .with_context(|| format!("can not write `{}`", path.display()))?;
    }
    Ok(printer::note(format_args!(
        "keys written without values: {}; the platform gives no values out",
        names.len()
    ))?)
}

fn before(path: &std::path::Path) -> anyhow::Result<String> {
    match text(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.with_context(|| format!("can not read `{}`", path.display())),
    }
}

/// The variable that extensions read a secret from.
fn variable(key: &str) -> Option<String> {
    secret_variable(key).into_iter().next()
}
