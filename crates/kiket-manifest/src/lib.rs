//! Reads an extension's manifest, in any of the shapes in use, into one model.
//!
//! ```
//! use kiket_manifest::{Text, parse};
//!
//! let manifest = parse(r#"
//! model_version: "1.0"
//! extension:
//!   id: com.example.crm
//!   version: 1.0
//!   delivery: http
//!   callback:
//!     url: ${EXTENSION_BASE_URL}
//!     secret: env.KIKET_WEBHOOK_SECRET
//!   hooks:
//!     - event: issue.created
//!     - event: workflow.before_transition
//!       required: true
//!   configuration:
//!     API_TOKEN: {type: string, secret: true, required: true}
//! "#)?;
//!
//! assert_eq!(manifest.version.as_deref(), Some("1.0"));
//! assert_eq!(manifest.hooks[1].required, Some(true));
//! assert!(manifest.secret_keys().eq(["API_TOKEN"]));
//!
//! let url = manifest.callback.url.as_ref().unwrap();
//! assert_eq!(url.resolve(|_| Some("https://crm.example.com".into()))?, "https://crm.example.com");
//! assert_eq!(url.resolve(|_| None).unwrap_err().variable, "EXTENSION_BASE_URL");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The parts: [`find()`] looks for the file, [`read()`] and [`parse`] make the [`Manifest`],
//! [`Text::resolve`] turns references into values, [`secret_variable`] names the environment
//! variables of a secret setting.

#![forbid(unsafe_code)]

mod canonical;
mod document;
mod error;
mod find;
mod model;
mod read;
mod shape;
mod text;
mod variable;

pub use error::{Error, Position};
pub use find::find;
pub use model::{Callback, Hook, Manifest, Setting};
pub use read::{LARGEST, parse, read};
pub use text::{InvalidReference, Reference, Text, Unresolved};
pub use variable::secret_variable;
