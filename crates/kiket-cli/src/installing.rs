//! What goes to a platform with a manifest: what stands beside it, and what its references lead to.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use anyhow::Context as _;
use kiket_contract::environment::WORKSPACE_TOKEN;
use kiket_contract::secret::Secret;
use kiket_manifest::{Folder, Manifest};

use crate::settings::{ADMIN_TOKEN, MASTER_KEY};

/// The modules of custom data in an extension's folder.
#[derive(Default)]
pub(crate) struct Modules {
    /// The text of each schema by the module's id.
    pub(crate) schemas: BTreeMap<String, String>,
    /// The texts of each module's seeds.
    pub(crate) seeds: BTreeMap<String, Vec<String>>,
}

impl Modules {
    /// Reads them.
    ///
    /// # Errors
    /// When a file can not be read.
    pub(crate) fn of(dir: &Path) -> anyhow::Result<Self> {
        let folder = Folder::read(dir)?;
        let mut modules = Self::default();
        for module in folder.modules() {
            modules.schemas.insert(module.id.to_owned(), module.schema.text().to_owned());
            let texts = module.seeds.iter().map(|seed| seed.text().to_owned());
            modules.seeds.insert(module.id.to_owned(), texts.collect());
        }
        Ok(modules)
    }
}

/// The values of the headers that the manifest wants on deliveries, from the environment.
///
/// # Errors
/// When one has no value; it is named.
pub(crate) fn headers(manifest: &Manifest) -> anyhow::Result<BTreeMap<String, Secret>> {
    let headers = manifest.callback.headers.iter().map(|header| {
        let value = header.value.resolve(lookup).with_context(|| {
            format!("the header `{}` of `callback.headers` is not known", *header.name)
        })?;
        Ok((header.name.value.clone(), value))
    });
    headers.collect()
}

/// What a reference of a manifest leads to. What this program itself is trusted with is for no extension.
pub(crate) fn lookup(name: &str) -> Option<String> {
    const OUR_OWN: [&str; 3] = [ADMIN_TOKEN, WORKSPACE_TOKEN, MASTER_KEY];
    if OUR_OWN.contains(&name) { None } else { env::var(name).ok() }
}
