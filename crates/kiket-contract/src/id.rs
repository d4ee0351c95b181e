//! The ids of the contract: UUIDv7 for what is made often, small numbers for what is set up.
//!
//! Organisations, projects and installations are numbers from 1 to 2³¹−1, because the headers are
//! numeric and some SDKs read the token's claims into 32 bits. Events and deliveries are UUIDv7,
//! so that many nodes can make them and none can be guessed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: String,
    expected: &'static str,
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(u32);

        impl $name {
            /// The number, from 1 to 2³¹−1.
            #[must_use]
            pub fn get(self) -> u32 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = InvalidId;

            fn try_from(number: i64) -> Result<Self, InvalidId> {
                match u32::try_from(number) {
                    Ok(number) if number > 0 && number <= i32::MAX as u32 => Ok(Self(number)),
                    _ => Err(InvalidId {
                        text: number.to_string(),
                        expected: "a number from 1 to 2147483647",
                    }),
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let number = text.parse::<i64>().ok();
                number.and_then(|number| Self::try_from(number).ok()).ok_or_else(|| InvalidId {
                    text: text.chars().take(64).collect(),
                    expected: "a number from 1 to 2147483647",
                })
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                i64::from(id.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numbers! {
    /// An organisation.
    OrganizationId
    /// A project of an organisation.
    ProjectId
    /// An extension set up in an organisation or project; the token's claim `pi_id`.
    InstallationId
    /// A workspace token, without its text.
    WorkspaceTokenId
}

macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id: UUIDv7, ordered by the time of making.
            #[must_use]
            #[allow(clippy::new_without_default, reason = "each call makes another id")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The 16 bytes, as stored.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }

            /// Reads the 16 bytes back.
            ///
            /// # Errors
            /// When there are not exactly 16 bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, InvalidId> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| InvalidId {
                    text: format!("{} bytes", bytes.len()),
                    expected: "a UUID of 16 bytes",
                })
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId {
                    text: text.chars().take(64).collect(),
                    expected: "a UUID",
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

uuids! {
    /// Something that happened, accepted once.
    EventId
    /// One event to one installation; the `X-Kiket-Invocation` value, the same over retries.
    DeliveryId
}
