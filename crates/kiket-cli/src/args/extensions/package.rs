//! What `kiket extensions package` takes.

use std::path::PathBuf;

use crate::args::Format;

/// Pack an extension into an archive that is the same on every machine.
///
/// What is packed is what its kind of project needs, without what `.gitignore` and `.kiketignore`
/// name; a line such as `!data/cities.csv` in `.kiketignore` adds a file. Files with variables,
/// keys, and what is built are never packed, nor is anything in which a secret is found.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  the archive is written
  1  something can not be read or written
  2  the command line is wrong
  4  the extension can not be packed as it is")]
pub(crate) struct Package {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// Show what would be packed, and write nothing.
    #[arg(long, conflicts_with = "output")]
    pub(crate) list: bool,

    /// The folder for the archive; `dist` in the extension's folder unless said.
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,

    /// How to show what was packed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Take what looks like a secret in this line for none; may be given several times.
    #[arg(long, value_name = "PATH:LINE", value_parser = allowed)]
    pub(crate) allow_secret: Vec<AllowedSecret>,
}

/// A line that holds no secret, though it looks so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedSecret {
    /// The file's path in the extension's folder.
    pub(crate) path: String,
    /// The line's number, from 1.
    pub(crate) line: usize,
}

fn allowed(text: &str) -> Result<AllowedSecret, &'static str> {
    let (path, line) = text.rsplit_once(':').unwrap_or_default();
    match line.parse() {
        Ok(line) if line > 0 && !path.is_empty() => Ok(AllowedSecret { path: path.into(), line }),
        _ => Err("write a file and the number of a line, such as src/main.rs:12"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_file_is_named() {
        let named = AllowedSecret { path: "a:b/c.rs".to_owned(), line: 12 };
        assert_eq!(allowed("a:b/c.rs:12"), Ok(named));
        for wrong in ["", "c.rs", ":12", "c.rs:", "c.rs:0", "c.rs:-1", "c.rs:x"] {
            assert!(allowed(wrong).is_err(), "{wrong}");
        }
    }
}
