//! What `kiket extensions new` takes.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

/// The most letters of a name: some services that run programs take no more.
const LONGEST: usize = 63;
/// What a package can not be called: words of Rust, its own libraries, and what a template needs.
const TAKEN: [&str; 19] = [
    "as", "async", "const", "dyn", "false", "fn", "impl", "mod", "self", "super", "true", "use",
    "alloc", "core", "std", "test", "axum", "tokio", "ureq",
];

/// Write a new extension: a program with a handler, tests, samples and a manifest.
///
/// Nothing is asked of a network or an account, and nothing that is there is deleted or overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes:
  0  the extension is written
  1  it can not be written
  2  the command line is wrong")]
pub(crate) struct New {
    /// The extension's name, or a path that ends in it; its folder is made.
    #[arg(value_name = "NAME", value_parser = folder)]
    pub(crate) folder: PathBuf,

    /// What the extension is to do.
    #[arg(long, value_enum, default_value_t = TemplateName::Blank)]
    pub(crate) template: TemplateName,

    /// The language that it is written in.
    #[arg(long, value_enum, default_value_t = SdkName::Rust)]
    pub(crate) sdk: SdkName,

    /// The folder of kiket-sdk in a clone of Kiket for Rust, for an extension in Rust.
    ///
    /// Without it the extension depends on the version of this program, which no registry has yet.
    #[arg(long, value_name = "DIR", env = "KIKET_SDK_PATH")]
    pub(crate) sdk_path: Option<PathBuf>,
}

/// The templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateName {
    /// Decides whether an issue may take a transition.
    WebhookGuard,
    /// Sends new issues to another service.
    Outbound,
    /// Tells people what happens to issues.
    Notification,
    /// Logs new issues: the least there is.
    Blank,
}

/// The languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SdkName {
    /// Rust, with kiket-sdk.
    Rust,
    /// Node, with its standard library alone.
    Node,
    /// Python, with its standard library alone.
    Python,
    /// Ruby, with its standard library alone.
    Ruby,
}

fn folder(text: &str) -> Result<PathBuf, String> {
    let path = Path::new(text);
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or("name the extension, such as my-extension or folder/my-extension")?;
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_good = name.bytes().all(is_inner)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && !name.contains("--")
        && name.len() <= LONGEST;
    if !is_good {
        return Err(format!(
            "`{name}` is no name of an extension: write at most {LONGEST} lower-case letters and \
             digits, with single hyphens between, and begin with a letter"
        ));
    }
    if TAKEN.contains(&name) || name.starts_with("kiket-") {
        return Err(format!("the name `{name}` is taken; write another, such as my-{name}"));
    }
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path() {
        for good in ["crm", "crm-2", "a/b/crm", "./crm", "../crm", "/tmp/crm", "crm/"] {
            assert_eq!(folder(good), Ok(PathBuf::from(good)), "{good}");
        }
        let long = "a".repeat(64);
        for bad in [
            "",
            ".",
            "..",
            "/",
            "Crm",
            "2crm",
            "crm_2",
            "-crm",
            "crm-",
            "a--b",
            "c m",
            "ü",
            "test",
            "self",
            "kiket-sdk",
            "a/..",
            long.as_str(),
        ] {
            assert!(folder(bad).is_err(), "{bad}");
        }
    }
}
