//! An installation's credentials: the key of its deliveries' signatures, and its API key.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize as DeriveSerialize};

use crate::secret::Secret;

/// `POST …/delivery_secret/rotate`: another key for the signatures.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct NewRotation {
    /// The key; without one, a new one is made.
    pub delivery_secret: Option<Secret>,
    /// Takes the place of one that waits already.
    pub replace: bool,
}

/// A delivery secret, shown this once.
#[derive(Debug, Clone)]
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

/// An API key, shown this once. The one before it opens nothing from now on.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiKey {
    /// The key.
    pub api_key: Secret,
}

/// Showing the key once is this answer's purpose.
impl Serialize for ApiKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(DeriveSerialize)]
        struct Shown<'a> {
            api_key: &'a str,
        }
        Shown { api_key: self.api_key.expose() }.serialize(serializer)
    }
}
