//! What the code of an extension says that it handles.

use std::path::Path;

use anyhow::Context as _;
use kiket_contract::description::Description;

use crate::extension::Extension;
use crate::{in_runtime, printer};

/// Builds the extension in this folder and asks it.
pub(super) fn description(folder: &Path) -> anyhow::Result<Description> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("can not open `{}`; check that it exists", folder.display()))?;
    let described = async {
        let extension = Extension::at(folder)?;
        printer::note(format_args!("building the extension in {}", extension.dir().display()))?;
        let program = extension.build().await?;
        printer::note("asking the extension what it handles")?;
        program.describe().await
    };
    in_runtime(described).context("can not compare the code with the manifest")
}
