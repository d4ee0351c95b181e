//! `kiket secrets diff`: which keys stand where.

use std::collections::BTreeSet;
use std::path::Path;

use kiket_manifest::{Document, Manifest};
use serde::Serialize;

use super::keys;
use crate::args::SecretsFile;
use crate::dotenv::Dotenv;
use crate::exit::Exit;
use crate::operator::{Answer, Operator};
use crate::output::Output;
use crate::output::table::table;

/// Where one key stands.
#[derive(Debug, Serialize)]
struct Compared {
    key: String,
    in_file: bool,
    on_platform: bool,
    /// `required`, `optional`, or nothing when no manifest has it.
    manifest: Option<&'static str>,
}

impl Compared {
    fn differs(&self) -> bool {
        self.in_file != self.on_platform || (self.manifest == Some("required") && !self.on_platform)
    }
}

/// Compares keys.
pub(super) async fn run(
    args: SecretsFile,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<Exit> {
    let file = Dotenv::read(&args.file)?;
    let manifest = manifest()?;
    let on_platform = keys(operator, &args.owner.into()).await?;
    let known = known(&on_platform, manifest.as_ref());
    let in_file = file.secrets(&known);
    let all: BTreeSet<_> = known.iter().chain(in_file.keys()).cloned().collect();
    let compared = all.into_iter().map(|key| Compared {
        in_file: in_file.contains_key(&key),
        on_platform: on_platform.contains(&key),
        manifest: manifest.as_ref().and_then(|manifest| asked(manifest, &key)),
        key,
    });
    let value: Vec<_> = compared.collect();
    let differs = value.iter().any(Compared::differs);
    let text = serde_json::to_string(&value)?;
    output.show(&Answer { value, text }, |compared| shown(compared))?;
    Ok(if differs { Exit::Failed } else { Exit::Ok })
}

fn shown(compared: &[Compared]) -> String {
    let word = |is_there: bool| if is_there { "there" } else { "-" }.to_owned();
    let rows = compared.iter().map(|it| {
        [
            it.key.clone(),
            word(it.in_file),
            word(it.on_platform),
            it.manifest.unwrap_or("-").to_owned(),
            if it.differs() { "differs" } else { "" }.to_owned(),
        ]
    });
    table(["key", "file", "platform", "manifest", ""], rows)
}

/// The manifest of this folder, if there is one.
///
/// # Errors
/// When it can not be read.
pub(super) fn manifest() -> anyhow::Result<Option<Manifest>> {
    let found = kiket_manifest::find(Path::new("."))?;
    Ok(found.map(|path| Document::read(&path)).transpose()?.map(|it| it.manifest().clone()))
}

/// The keys of the platform and of the manifest.
pub(super) fn known(on_platform: &[String], manifest: Option<&Manifest>) -> Vec<String> {
    let asked = manifest.into_iter().flat_map(Manifest::secret_keys).map(str::to_owned);
    let all: BTreeSet<_> = on_platform.iter().cloned().chain(asked).collect();
    all.into_iter().collect()
}

fn asked(manifest: &Manifest, key: &str) -> Option<&'static str> {
    let setting = manifest.setting(key).filter(|setting| setting.secret)?;
    Some(if setting.required { "required" } else { "optional" })
}
