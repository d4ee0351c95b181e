//! Which platform is meant, and with which token: found in several places, the nearest first.
//!
//! | | URL | token |
//! |---|---|---|
//! | flag | `--url` | `--token-file` |
//! | environment | `KIKET_URL` | `KIKET_ADMIN_TOKEN` |
//! | project file | `kiket.toml` in the folder or a parent | never |
//! | `kiket dev` that runs in the folder or a parent | its session file | the same, for its URL only |
//! | user file | `config.toml` | `credentials.toml` beside it, for the URL it was saved for only |
//! | `kiket serve` of this folder | its default address | its `admin.token`, for that address only |
//!
//! A token that was found in a file goes to the URL that it belongs to and to no other. Where the URL is
//! of a file in the folder, which whoever wrote the folder may have made for it, the tokens of flag and
//! environment do not go there either.

pub(crate) mod dev_session;
pub(crate) mod project;
mod serving;
pub(crate) mod user;

use std::env;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
pub(crate) use kiket_client::Origin;
use kiket_contract::secret::Secret;

use crate::args::Remote;
use crate::exit::Misuse;
use crate::printer;

/// Names the platform.
pub(crate) const URL: &str = "KIKET_URL";
/// The operator's credential.
pub(crate) const ADMIN_TOKEN: &str = "KIKET_ADMIN_TOKEN";
/// The key that seals everything secret, in place of a file.
pub(crate) const MASTER_KEY: &str = "KIKET_MASTER_KEY";
/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";
/// The most bytes that a token has, with room to spare.
const LONGEST_TOKEN: u64 = 4096;

/// The platform that is meant.
pub(crate) struct Place {
    pub(crate) url: Origin,
    pub(crate) url_from: Source,
    dev: dev_session::Found,
    user: Option<user::Files>,
}

/// Where a setting was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Flag(&'static str),
    Environment(&'static str),
    /// The session of a `kiket dev`.
    Dev(PathBuf),
    /// The project file.
    Project(PathBuf),
    File(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Environment(name) => f.write_str(name),
            Self::Dev(path) => write!(f, "`kiket dev` ({})", path.display()),
            Self::Project(path) | Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Finds the platform.
///
/// # Errors
/// When no platform is named anywhere, or what names it can not be read.
pub(crate) fn place(remote: &Remote) -> anyhow::Result<Place> {
    let folder = env::current_dir().context("can not tell the current folder")?;
    let dev = dev_session::find(&folder);
    let user = user::Files::locate();
    let (url, url_from) = match named(remote, &folder)? {
        Some(named) => named,
        None => {
            for path in &dev.stale {
                printer::note(format_args!(
                    "ignored {}: the `kiket dev` that wrote it has ended; delete the file",
                    path.display()
                ))?;
            }
            match &dev.running {
                Some(session) => (session.url.clone(), Source::Dev(session.path.clone())),
                None => remembered(user.as_ref())?,
            }
        }
    };
    Ok(Place { url, url_from, dev, user })
}

impl Place {
    /// Finds the token that opens the platform, if there is one.
    ///
    /// # Errors
    /// When a file that may have it can not be read, or one is given that may not be sent there.
    pub(crate) fn token(&self, remote: &Remote) -> anyhow::Result<Option<(Secret, Source)>> {
        if self.is_of_the_folder() && remote.token_file.is_none() {
            let kept = self.kept()?;
            if kept.is_some() {
                return Ok(kept);
            }
        }
        match self.given(remote, ADMIN_TOKEN)? {
            None => self.kept(),
            given => Ok(given),
        }
    }

    /// The token of the flag or of this variable.
    ///
    /// # Errors
    /// When the file that the flag names has none, or the token may not be sent to the URL.
    pub(crate) fn given(
        &self,
        remote: &Remote,
        name: &'static str,
    ) -> anyhow::Result<Option<(Secret, Source)>> {
        let given = match &remote.token_file {
            Some(path) => Some((read_token(path)?, Source::Flag("--token-file"))),
            None => variable(name).map(|token| (Secret::from(token), Source::Environment(name))),
        };
        match given {
            Some((_, from)) if self.is_of_the_folder() => Err(Misuse(format!(
                "the token of {from} is not sent to {}, which only {} names: name it with --url or \
                 {URL} too",
                self.url, self.url_from
            ))
            .into()),
            given => Ok(given),
        }
    }

    /// Whether a file in the folder or a parent says where the platform is.
    fn is_of_the_folder(&self) -> bool {
        matches!(self.url_from, Source::Project(_) | Source::Dev(_))
    }

    /// The token that a file has for the URL.
    fn kept(&self) -> anyhow::Result<Option<(Secret, Source)>> {
        if let Some(session) = self.dev.running.as_ref().filter(|session| session.url == self.url) {
            return Ok(Some((session.token.clone(), Source::Dev(session.path.clone()))));
        }
        if let Some(files) = &self.user
            && let Some(token) = files.token(&self.url)?
        {
            return Ok(Some((token, Source::File(files.credentials()))));
        }
        match serving::find().filter(|serving| serving.url == self.url) {
            Some(serving) => {
                let token = read_token(&serving.token_file)?;
                Ok(Some((token, Source::File(serving.token_file))))
            }
            None => Ok(None),
        }
    }
}

/// The URL of the flag, the environment or the project file.
fn named(remote: &Remote, folder: &Path) -> anyhow::Result<Option<(Origin, Source)>> {
    let flag = remote.url.clone().map(|url| (url, Source::Flag("--url")));
    let named = flag.or_else(|| variable(URL).map(|url| (url, Source::Environment(URL))));
    let named = match named {
        Some(named) => Some(named),
        None => project::find(folder)?.map(|(url, path)| (url, Source::Project(path))),
    };
    named
        .map(|(url, source)| match Origin::parse(&url) {
            Ok(url) => Ok((url, source)),
            Err(problem) => Err(Misuse(format!("the URL of {source} {problem}")).into()),
        })
        .transpose()
}

/// The URL of the user's file, or of a platform that serves from this folder.
fn remembered(user: Option<&user::Files>) -> anyhow::Result<(Origin, Source)> {
    if let Some(files) = user
        && let Some(url) = files.url()?
    {
        return Ok((url, Source::File(files.config())));
    }
    let serving = serving::find();
    serving.map(|serving| (serving.url, Source::File(serving.token_file))).ok_or_else(|| {
        let text = format!(
            "no platform is named: give --url, set {URL}, write `url = \"…\"` into {}, or log in \
             with `kiket auth login --url URL`",
            project::NAME
        );
        Misuse(text).into()
    })
}

/// The token, or another secret, in a file or on standard input.
///
/// # Errors
/// When it can not be read, or is empty.
pub(crate) fn read_token(path: &Path) -> anyhow::Result<Secret> {
    let mut text = String::new();
    let read = if path == STANDARD_INPUT {
        io::stdin().lock().take(LONGEST_TOKEN + 1).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST_TOKEN + 1).read_to_string(&mut text))
    };
    let read = read.map_err(|error| {
        Misuse(format!("can not read the secret from `{}`: {error}", path.display()))
    })?;
    if read as u64 > LONGEST_TOKEN {
        let text = format!("`{}` is larger than {LONGEST_TOKEN} bytes: no secret", path.display());
        return Err(Misuse(text).into());
    }
    let token = Secret::from(text.trim());
    if token.is_empty() {
        return Err(Misuse(format!("there is no secret in `{}`", path.display())).into());
    }
    Ok(token)
}

/// A variable that is set to something. A file's last newline often comes with it.
pub(crate) fn variable(name: &str) -> Option<String> {
    let value = env::var(name).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
