//! An installation's credentials: the key of its deliveries' signatures, and its API key.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize as DeriveSerialize};

use crate::secret::{Secret, sent};

/// `POST …/delivery_secret/rotate`: another key for the signatures.
#[derive(Debug, Clone, Default, DeriveSerialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewRotation {
    /// The key; without one, a new one is made.
    #[serde(serialize_with = "sent::option")]
    pub delivery_secret: Option<Secret>,
    /// Takes the place of one that waits already.
    pub replace: bool,
}

/// A delivery secret, shown this once.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewDeliverySecret {
    /// The key, for the extension's `KIKET_WEBHOOK_SECRET`; the old one goes to
    /// `KIKET_WEBHOOK_SECRET_PREVIOUS`.
    pub delivery_secret: Secret,
    /// When it begins to sign, unless it is committed before.
    pub signs_at: Timestamp,
}

/// Showing the secret once is this answer's purpose.
impl Serialize for NewDeliverySecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serializer.serialize_struct("NewDeliverySecret", 2)?;
        shown.serialize_field("delivery_secret", self.delivery_secret.expose())?;
        shown.serialize_field("signs_at", &self.signs_at)?;
        shown.end()
    }
}

/// The longest overlap of two API keys, in minutes, and the one that is taken when nothing is said.
pub const LONGEST_OVERLAP_MINUTES: u32 = 24 * 60;

/// `POST …/api_key/rotate`: another API key. The body may be left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, DeriveSerialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewApiKey {
    /// For how many minutes the keys before it go on opening the API, from 0, which ends them at
    /// once, to [`LONGEST_OVERLAP_MINUTES`], which is taken when nothing is said.
    pub overlap_minutes: Option<u32>,
}

/// An API key, shown this once.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiKey {
    /// The key.
    pub api_key: Secret,
    /// When the keys before it open nothing any more.
    pub previous_until: Timestamp,
}

/// Showing the key once is this answer's purpose.
impl Serialize for ApiKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(DeriveSerialize)]
        struct Shown<'a> {
            api_key: &'a str,
            previous_until: Timestamp,
        }
        let Self { api_key, previous_until } = self;
        Shown { api_key: api_key.expose(), previous_until: *previous_until }.serialize(serializer)
    }
}
