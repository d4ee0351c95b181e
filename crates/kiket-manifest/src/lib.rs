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
//! assert_eq!(manifest.version.as_ref().unwrap().value, "1.0");
//! assert!(manifest.hooks[1].required.unwrap().value);
//! assert!(manifest.secret_keys().eq(["API_TOKEN"]));
//!
//! let url = manifest.callback.url.as_ref().unwrap();
//! assert_eq!(url.resolve(|_| Some("https://crm.example.com".into()))?, "https://crm.example.com");
//! assert_eq!(url.resolve(|_| None).unwrap_err().variable, "EXTENSION_BASE_URL");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The parts: [`find()`] looks for the file. [`read()`] and [`parse`] make the [`Manifest`] or an
//! error; a [`Document`] has it with every [`Finding`], the [`Node`]s of the text with their places,
//! and the edits that put it right. [`Manifest::configuration`] decides every setting.
//! [`Text::resolve`] turns references into values. [`Manifest::to_yaml`] writes the canonical form.
//! [`lint`] has the linter's rules, and a [`Folder`] what some of them look at beside the manifest.

#![forbid(unsafe_code)]

mod canonical;
mod configuration;
mod document;
mod edit;
mod error;
mod find;
mod finding;
mod folder;
pub mod lint;
mod members;
mod model;
mod module;
mod read;
mod reader;
#[cfg(feature = "schema")]
mod schema;
mod secret_name;
mod shape;
mod source;
mod spanned;
mod text;
mod tree;
mod variable;
mod yaml;

pub use configuration::{Configuration, WrongType};
pub use document::Document;
pub use edit::{Edit, apply};
pub use error::{Error, Invalid};
pub use find::{candidates, find};
pub use finding::{Finding, Severity};
pub use folder::{Folder, ModuleFiles};
pub use model::{
    Action, Callback, DefaultValue, Header, Hook, Manifest, ModulePermission, Setting,
};
pub use module::{COLUMN_TYPES, IMPLICIT_COLUMNS, ModuleSchema, ModuleTable};
pub use read::{LARGEST, parse, read};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use secret_name::names_a_secret;
pub use shape::Shape;
pub use source::{Position, Span};
pub use spanned::Spanned;
pub use text::{InvalidReference, Origin, Reference, Text, Unresolved};
pub use tree::{Entry, Node, Number, Value};
pub use variable::{secret_in_environment, secret_variable};
