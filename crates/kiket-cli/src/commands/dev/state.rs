//! What `kiket dev` keeps between runs, and where.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_contract::credential::DELIVERY_SECRET_PREFIX;
use kiket_contract::route;
use kiket_contract::secret::Secret;

use super::source::Source;
use crate::private_file;
use crate::settings::dev_session::{self, HOME};

/// The platform's data directory: in the first extension's folder, of its own for each set of
/// extensions. One that is left out has no installation then that nobody answers for.
pub(super) fn of_platform(sources: &[Source]) -> anyhow::Result<PathBuf> {
    let first = sources.first().context("name an extension's folder")?;
    let mut ids: Vec<_> = sources.iter().map(|source| source.id.as_str()).collect();
    ids.sort_unstable();
    directory(first.dir(), &ids.join("+"))
}

/// Where the other commands look for what is told of an extension.
pub(super) fn of_extension(source: &Source) -> anyhow::Result<PathBuf> {
    let directory = directory(source.dir(), &source.id)?;
    private_file::create_dir(&directory)
        .with_context(|| format!("can not make `{}`", directory.display()))?;
    Ok(directory)
}

/// A name below `.kiket/dev` in the extension's folder, which Git ignores, or below `KIKET_HOME`.
fn directory(extension: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let directory = std::path::absolute(dev_session::directory(extension))?;
    let ignore = directory.join(".gitignore");
    fs::create_dir_all(&directory)
        .and_then(|()| if ignore.exists() { Ok(()) } else { fs::write(&ignore, "*\n") })
        .with_context(|| {
            let directory = directory.display();
            format!("can not write to `{directory}`; name another folder with {HOME}")
        })?;
    Ok(directory.join(route::segment(name)))
}

/// A delivery secret for one run: 256 random bits.
pub(crate) fn new_delivery_secret() -> anyhow::Result<Secret> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the machine gave no randomness")?;
    let random = base16ct::lower::encode_string(&bytes);
    Ok(Secret::from(format!("{DELIVERY_SECRET_PREFIX}{random}")))
}
