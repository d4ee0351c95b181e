//! What `kiket dev` keeps between runs, and where.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_contract::credential::DELIVERY_SECRET_PREFIX;
use kiket_contract::route;
use kiket_contract::secret::Secret;

use crate::settings::dev_session::{self, HOME};

/// The platform's data directory for an extension: its id below `.kiket/dev` in its folder, which
/// Git ignores, or below `KIKET_HOME`. An id that changes leaves the data of the old one alone.
pub(super) fn directory(extension: &Path, id: &str) -> anyhow::Result<PathBuf> {
    let directory = std::path::absolute(dev_session::directory(extension))?;
    let ignore = directory.join(".gitignore");
    fs::create_dir_all(&directory)
        .and_then(|()| if ignore.exists() { Ok(()) } else { fs::write(&ignore, "*\n") })
        .with_context(|| {
            let directory = directory.display();
            format!("can not write to `{directory}`; name another folder with {HOME}")
        })?;
    Ok(directory.join(route::segment(id)))
}

/// A delivery secret for one run: 256 random bits.
pub(super) fn new_delivery_secret() -> anyhow::Result<Secret> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the machine gave no randomness")?;
    let random = base16ct::lower::encode_string(&bytes);
    Ok(Secret::from(format!("{DELIVERY_SECRET_PREFIX}{random}")))
}
