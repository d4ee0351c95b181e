//! The extensions that the command line names, as they stand in their folders.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kiket_manifest::Manifest;

use crate::args::Dev;
use crate::exit::Misuse;
use crate::extension::Extension;
use crate::settings::project;

/// An extension's folder.
pub(super) struct Source {
    /// The manifest's id when `kiket dev` was started.
    pub(super) id: String,
    pub(super) extension: Extension,
    manifest_path: PathBuf,
}

/// A manifest as it was read.
pub(super) struct Read {
    pub(super) manifest: Manifest,
    pub(super) text: String,
}

/// One for each folder.
///
/// # Errors
/// When one is no extension, or two have the same id.
pub(super) fn sources(args: &Dev) -> anyhow::Result<Vec<Source>> {
    if args.command.is_some() && args.paths.len() > 1 {
        let text = "`--command` starts one extension; give several a `kiket.toml` with `command`";
        return Err(Misuse(text.to_owned()).into());
    }
    let mut sources: Vec<Source> = Vec::new();
    for path in &args.paths {
        let source = Source::at(path, args.command.as_deref())?;
        if let Some(same) = sources.iter().find(|other| other.id == source.id) {
            let (here, there) = (source.dir().display(), same.dir().display());
            let text = format!("`{here}` and `{there}` have the same id, {}", source.id);
            return Err(Misuse(text).into());
        }
        sources.push(source);
    }
    Ok(sources)
}

impl Source {
    fn at(path: &Path, command: Option<&str>) -> anyhow::Result<Self> {
        let dir = path.canonicalize().with_context(|| {
            format!("can not open `{}`; name the extension's folder", path.display())
        })?;
        let manifest_path = kiket_manifest::find(&dir)?.with_context(|| {
            let dir = dir.display();
            format!("`{dir}` has no manifest: write one to .kiket/manifest.yaml")
        })?;
        let extension = match command {
            Some(command) => Extension::started_by(dir, project::split(command, "`--command`")?),
            None => Extension::at(dir)?,
        };
        let id = kiket_manifest::read(&manifest_path)?.id.value;
        Ok(Self { id, extension, manifest_path })
    }

    /// The folder.
    pub(super) fn dir(&self) -> &Path {
        self.extension.dir()
    }

    /// Reads the manifest as it is now.
    pub(super) fn read(&self) -> anyhow::Result<Read> {
        let text = fs::read_to_string(&self.manifest_path)
            .with_context(|| format!("can not read {}", self.manifest_path.display()))?;
        Ok(Read { manifest: kiket_manifest::read(&self.manifest_path)?, text })
    }
}
