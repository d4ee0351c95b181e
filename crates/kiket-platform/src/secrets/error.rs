//! Why a secret can not be stored, or is not there.

/// The most characters of a key that are repeated to whoever sent it.
const SHOWN: usize = 128;

/// What can be wrong with a secret that is asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The key can not name a secret.
    #[error(
        "`{key}` can not name a secret: 1 to 128 letters, digits, dots, dashes and underscores"
    )]
    Key {
        /// The key, cut off at 128 characters.
        key: String,
    },
    /// The installation's secrets are larger than they may be.
    #[error("an installation's secrets may have {most} bytes in all, keys and values")]
    TooMany {
        /// The largest total.
        most: usize,
    },
    /// A secret without a character.
    #[error("the value is empty: remove the secret to have none")]
    Empty,
    /// The body of a write names no key.
    #[error("the body names no `key`")]
    NoKey,
    /// There is no such secret.
    #[error("there is no secret `{key}`")]
    Absent {
        /// The key, cut off at 128 characters.
        key: String,
    },
    /// It is not said whose secret is meant.
    #[error(
        "say whose secret is meant: one of `installation_id`, `organization_id` and `extension_id`"
    )]
    Owner,
}

impl SecretError {
    /// The key can not name a secret.
    pub(crate) fn key(key: &str) -> Self {
        Self::Key { key: key.chars().take(SHOWN).collect() }
    }

    /// There is no such secret.
    pub(crate) fn absent(key: &str) -> Self {
        Self::Absent { key: key.chars().take(SHOWN).collect() }
    }
}
