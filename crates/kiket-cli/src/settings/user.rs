//! The user's own files: the platform that is meant when nothing else is said, and the tokens.
//!
//! `config.toml` has `url`. `credentials.toml` beside it, which only its owner may read, has the token
//! of each platform under its URL.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use etcetera::BaseStrategy as _;
use kiket_contract::secret::Secret;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Origin;
use crate::exit::Misuse;
use crate::private_file;

/// Where they are.
pub(crate) struct Files(PathBuf);

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    #[serde(default)]
    tokens: BTreeMap<String, Secret>,
}

impl Files {
    /// Their folder, by the platform's convention; none without a home.
    pub(crate) fn locate() -> Option<Self> {
        let base = etcetera::choose_base_strategy().ok()?;
        Some(Self(base.config_dir().join("kiket")))
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    pub(crate) fn credentials(&self) -> PathBuf {
        self.0.join("credentials.toml")
    }

    /// The platform that is meant when nothing else is said.
    pub(super) fn url(&self) -> anyhow::Result<Option<Origin>> {
        let path = self.config();
        let Config { url: Some(url) } = read::<Config>(&path)? else { return Ok(None) };
        let url = Origin::parse(&url)
            .map_err(|problem| Misuse(format!("the URL of {} {problem}", path.display())))?;
        Ok(Some(url))
    }

    /// The token that was saved for a platform.
    pub(super) fn token(&self, url: &Origin) -> anyhow::Result<Option<Secret>> {
        let mut credentials: Credentials = read(&self.credentials())?;
        Ok(credentials.tokens.remove(url.as_str()))
    }

    /// Saves a platform's token, and means this platform from now on.
    pub(crate) fn log_in(&self, url: &Origin, token: Secret) -> anyhow::Result<()> {
        let mut credentials: Credentials = read(&self.credentials())?;
        credentials.tokens.insert(url.as_str().to_owned(), token);
        self.save(&credentials)?;
        let config = toml::Table::from_iter([("url".to_owned(), url.as_str().into())]);
        write(&self.config(), &config)
    }

    /// Forgets a platform's token, and says whether there was one.
    pub(crate) fn log_out(&self, url: &Origin) -> anyhow::Result<bool> {
        let mut credentials: Credentials = read(&self.credentials())?;
        let known = credentials.tokens.remove(url.as_str()).is_some();
        if known {
            self.save(&credentials)?;
        }
        Ok(known)
    }

    fn save(&self, credentials: &Credentials) -> anyhow::Result<()> {
        let tokens = credentials.tokens.iter();
        let tokens = tokens.map(|(url, token)| (url.clone(), token.expose().into()));
        let tokens = toml::Value::Table(tokens.collect());
        write(&self.credentials(), &toml::Table::from_iter([("tokens".to_owned(), tokens)]))
    }
}

fn read<T: DeserializeOwned + Default>(path: &Path) -> anyhow::Result<T> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(T::default()),
        Err(error) => {
            return Err(Misuse(format!("can not read {}: {error}", path.display())).into());
        }
    };
    toml::from_str(&text).map_err(|error| {
        // The whole error would show the line, which may be a token's.
        let problem = error.message();
        Misuse(format!("{} is not understood: {problem}; correct or delete it", path.display()))
            .into()
    })
}

fn write(path: &Path, table: &toml::Table) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private_file::create_dir(folder)
        .and_then(|()| private_file::write(path, table.to_string().as_bytes()))
        .with_context(|| format!("can not write {}", path.display()))
}
