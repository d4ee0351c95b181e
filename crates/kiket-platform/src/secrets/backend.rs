//! Where the values of secrets are: in the database, or in another service that is made for them.
//!
//! The database always has the row: whose the secret is, its key, its times. A back end keeps the
//! value, and gives the row something to hold, which is sealed: the value itself, or the name that the
//! value has there. Each value that is written gets a name of its own, so that the row's commit is what
//! puts one value in the place of another.

#[cfg(any(feature = "vault", feature = "google-secret-manager"))]
mod exchange;
#[cfg(feature = "google-secret-manager")]
mod google;
#[cfg(feature = "vault")]
mod vault;

use std::future::Future;
use std::pin::Pin;

use kiket_contract::secret::Secret;
use zeroize::Zeroizing;

#[cfg(feature = "google-secret-manager")]
pub use google::GoogleSecretManager;
#[cfg(feature = "vault")]
pub use vault::Vault;

use crate::error::Error;

/// Where values are written from now on. What was written before is read where it is.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum SecretBackend {
    /// Sealed in the database.
    #[default]
    Database,
    /// HashiCorp Vault, its key-value engine of version 2.
    #[cfg(feature = "vault")]
    Vault(Vault),
    /// Google Secret Manager.
    #[cfg(feature = "google-secret-manager")]
    GoogleSecretManager(GoogleSecretManager),
}

/// Why a back end did not do what it was asked for. No text holds anything of a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretBackendError {
    /// A stored secret is in a back end that the platform was not started with.
    #[error("a secret is kept in `{backend}`, which this platform was not started with")]
    NotConfigured {
        /// The back end.
        backend: String,
    },
    /// The back end's address can not be used.
    #[error("`{address}` can not be the address of {backend}: {reason}")]
    Address {
        /// The back end.
        backend: &'static str,
        /// The address.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It gave no answer.
    #[error("{backend} did not answer: {reason}")]
    Unreachable {
        /// The back end.
        backend: &'static str,
        /// What happened.
        reason: String,
    },
    /// It refused.
    #[error("{backend} answered {status} when asked to {what}: see its own log")]
    Refused {
        /// The back end.
        backend: &'static str,
        /// The status of its answer.
        status: u16,
        /// What it was asked for.
        what: &'static str,
    },
    /// Its answer can not be read.
    #[error("{backend} answered what can not be read when asked to {what}")]
    Unreadable {
        /// The back end.
        backend: &'static str,
        /// What it was asked for.
        what: &'static str,
    },
    /// The file with its credential can not be read.
    #[error("the file {} with the token for Vault can not be read: {source}", path.display())]
    TokenFile {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// What comes of asking a back end.
type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SecretBackendError>> + Send + 'a>>;

/// Keeps values.
trait Backend: Send + Sync {
    /// What rows call it.
    fn name(&self) -> &'static str;

    /// Keeps a value and returns what the row is to hold. The key is for people who look there.
    fn keep<'a>(&'a self, key: &'a str, value: &'a Secret) -> Answer<'a, Zeroizing<Vec<u8>>>;

    /// The value, from what the row holds; none when it is gone.
    fn fetch<'a>(&'a self, held: &'a [u8]) -> Answer<'a, Option<Secret>>;

    /// Deletes the value that the row held; one that is gone is deleted.
    fn forget<'a>(&'a self, held: &'a [u8]) -> Answer<'a, ()>;
}

/// The row holds the value itself.
struct Database;

impl Backend for Database {
    fn name(&self) -> &'static str {
        "database"
    }

    fn keep<'a>(&'a self, _: &'a str, value: &'a Secret) -> Answer<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async { Ok(Zeroizing::new(value.expose().as_bytes().to_vec())) })
    }

    fn fetch<'a>(&'a self, held: &'a [u8]) -> Answer<'a, Option<Secret>> {
        Box::pin(async { Ok(Some(Secret::from(String::from_utf8_lossy(held).as_ref()))) })
    }

    fn forget<'a>(&'a self, _: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// The back ends of a platform.
pub(crate) struct Backends {
    /// Takes what is written, in place of the database.
    other: Option<Box<dyn Backend>>,
}

impl Backends {
    pub(crate) fn new(wanted: &SecretBackend) -> Result<Self, Error> {
        let other: Option<Box<dyn Backend>> = match wanted {
            SecretBackend::Database => None,
            #[cfg(feature = "vault")]
            SecretBackend::Vault(vault) => Some(Box::new(vault::Client::new(vault)?)),
            #[cfg(feature = "google-secret-manager")]
            SecretBackend::GoogleSecretManager(google) => {
                Some(Box::new(google::Client::new(google)?))
            }
        };
        Ok(Self { other })
    }

    fn writing(&self) -> &dyn Backend {
        self.other.as_deref().unwrap_or(&Database)
    }

    fn named(&self, name: &str) -> Result<&dyn Backend, SecretBackendError> {
        [Some(&Database as &dyn Backend), self.other.as_deref()]
            .into_iter()
            .flatten()
            .find(|backend| backend.name() == name)
            .ok_or_else(|| SecretBackendError::NotConfigured { backend: name.to_owned() })
    }

    /// Keeps a value, and returns where, and what the row is to hold.
    pub(super) async fn keep(
        &self,
        key: &str,
        value: &Secret,
    ) -> Result<(&'static str, Zeroizing<Vec<u8>>), SecretBackendError> {
        let backend = self.writing();
        Ok((backend.name(), backend.keep(key, value).await?))
    }

    /// A value, from where it is and what the row holds; none when it is gone.
    pub(super) async fn fetch(
        &self,
        backend: &str,
        held: &[u8],
    ) -> Result<Option<Secret>, SecretBackendError> {
        self.named(backend)?.fetch(held).await
    }

    /// Deletes a value that no row refers to.
    pub(super) async fn forget(
        &self,
        backend: &str,
        held: &[u8],
    ) -> Result<(), SecretBackendError> {
        self.named(backend)?.forget(held).await
    }
}
