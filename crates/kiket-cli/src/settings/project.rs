//! `kiket.toml`: what a project says for all who work on it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exit::Misuse;

/// The file's name.
pub(super) const NAME: &str = "kiket.toml";

/// All that stands in it. A token has no place there: the file is shared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    url: Option<String>,
}

/// The URL of the nearest file, in the folder or a parent.
///
/// # Errors
/// When the nearest file can not be read, or says more than a URL.
pub(super) fn find(folder: &Path) -> anyhow::Result<Option<(String, PathBuf)>> {
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(Misuse(format!("can not read {}: {error}", path.display())).into());
            }
        };
        let project: Project = toml::from_str(&text).map_err(|error| {
            // The whole error would show the line, and with it what should not stand there.
            let problem = error.message();
            let path = path.display();
            Misuse(format!(
                "{path} is not understood: {problem}; it takes `url` only, and tokens go \
                            to `kiket auth login`"
            ))
        })?;
        return Ok(project.url.map(|url| (url, path)));
    }
    Ok(None)
}
