//! The delivery contract between Kiket and its extensions.
//!
//! Both sides of a delivery compile from this crate, so a fact of the wire (a header, a path, a
//! JSON member, what a status means) is written once. There is no I/O here: no sockets, no files,
//! no database. Time comes in as an argument or from a [`clock::Clock`].
//!
//! One delivery, with the module that owns each part:
//!
//! ```text
//!   platform                                             extension
//!   ────────                                             ─────────
//!   event      what happened, its name and version
//!   payload    body: event, authentication, secrets …
//!   token      runtime token (ES256), key set in jwks
//!   signature  HMAC-SHA-256 over the bytes as sent
//!   header     names            ── POST route ──►        verify, parse, handle
//!                               ◄── response ───         200 {"ok": true}
//!   retry      what the status means
//!                               ◄── api calls ──         scope decides what is allowed
//! ```
//!
//! The documents that this crate follows are the *extension delivery contract* and the guide
//! *building extensions*; where they leave room, the item's documentation says what was chosen.

#![forbid(unsafe_code)]

pub mod api;
pub mod clock;
pub mod credential;
pub mod description;
pub mod environment;
pub mod event;
pub mod header;
pub mod health;
pub mod id;
pub mod jwks;
pub mod payload;
pub mod response;
pub mod retry;
pub mod route;
#[cfg(feature = "schema")]
mod schema;
pub mod scope;
pub mod secret;
pub mod signature;
pub mod token;
