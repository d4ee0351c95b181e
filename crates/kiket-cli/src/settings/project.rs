//! `kiket.toml`: what a project says for all who work on it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exit::Misuse;

/// The file's name.
pub(crate) const NAME: &str = "kiket.toml";

/// All that stands in it. A token has no place there: the file is shared.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    url: Option<String>,
    command: Option<Start>,
}

/// What starts an extension: one text, or a list of the program and its arguments.
#[derive(Deserialize)]
#[serde(untagged)]
enum Start {
    Text(String),
    List(Vec<String>),
}

/// The URL of the nearest file that has one, in the folder or a parent.
///
/// # Errors
/// When a file on the way can not be read, or says what it should not.
pub(super) fn find(folder: &Path) -> anyhow::Result<Option<(String, PathBuf)>> {
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        if let Some(url) = read(&path)?.url {
            return Ok(Some((url, path)));
        }
    }
    Ok(None)
}

/// The program and its arguments that start the extension in this very folder.
///
/// # Errors
/// When the file can not be read, says what it should not, or the command is none.
pub(crate) fn command(folder: &Path) -> anyhow::Result<Option<Vec<String>>> {
    let path = folder.join(NAME);
    match read(&path)?.command {
        None => Ok(None),
        Some(Start::List(words)) => started_by(words, &path.display().to_string()).map(Some),
        Some(Start::Text(text)) => split(&text, &path.display().to_string()).map(Some),
    }
}

/// The words of a command. No shell reads it: quotes and backslashes mean what they do there, and
/// nothing else has a meaning.
///
/// # Errors
/// When a quote is left open, or there is no word. `place` says where it stands.
pub(crate) fn split(text: &str, place: &str) -> anyhow::Result<Vec<String>> {
    let words = shlex::split(text).ok_or_else(|| {
        Misuse(format!("the command of {place} has a quote or a backslash without its end: {text}"))
    })?;
    started_by(words, place)
}

fn started_by(words: Vec<String>, place: &str) -> anyhow::Result<Vec<String>> {
    if words.first().is_none_or(String::is_empty) {
        return Err(Misuse(format!("the command of {place} names no program")).into());
    }
    Ok(words)
}

/// What a file says; nothing when there is none.
fn read(path: &Path) -> anyhow::Result<Project> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Project::default()),
        Err(error) => {
            return Err(Misuse(format!("can not read {}: {error}", path.display())).into());
        }
    };
    toml::from_str(&text).map_err(|error| {
        // The whole error would show the line, and with it what should not stand there.
        let problem = error.message();
        let path = path.display();
        let text = format!(
            "{path} is not understood: {problem}; it takes `url` and `command` only, and tokens go \
             to `kiket auth login`"
        );
        Misuse(text).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command_of(text: &str) -> anyhow::Result<Option<Vec<String>>> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(NAME), text).unwrap();
        command(folder.path())
    }

    #[test]
    fn a_command_is_a_text_or_a_list_and_no_shell_reads_it() {
        let text = r#"command = "node 'my server.js' $HOME *.js; rm""#;
        let words = command_of(text).unwrap().unwrap();
        assert_eq!(words, ["node", "my server.js", "$HOME", "*.js;", "rm"]);
        let words = command_of(r#"command = ["node", "my server.js"]"#).unwrap().unwrap();
        assert_eq!(words, ["node", "my server.js"]);
        assert_eq!(command_of("url = \"http://127.0.0.1:1\"").unwrap(), None);
    }

    #[test]
    fn a_command_that_names_no_program_is_refused() {
        for text in ["command = ''", "command = []", "command = [\"\"]", "command = \"node 'x\""] {
            assert!(command_of(text).unwrap_err().is::<Misuse>(), "{text}");
        }
    }

    #[test]
    fn a_file_that_only_has_a_command_leaves_the_url_to_a_parent() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("crm");
        fs::create_dir(&folder).unwrap();
        fs::write(parent.path().join(NAME), "url = \"http://127.0.0.1:1\"").unwrap();
        fs::write(folder.join(NAME), "command = \"node x\"").unwrap();
        let (url, path) = find(&folder).unwrap().unwrap();
        assert_eq!((url.as_str(), path), ("http://127.0.0.1:1", parent.path().join(NAME)));
    }
}
