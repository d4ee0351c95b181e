//! `GET /api/v1/extensions/{extension_id}`: what Kiket knows about an extension.

use serde_json::{Map, Value};

use crate::route::{InvalidSegment, api};

/// What Kiket knows about an extension. The documents name no members.
pub type Metadata = Map<String, Value>;

/// The path of an extension.
///
/// # Errors
/// When the id can not stand in a path.
pub fn path(extension_id: &str) -> Result<String, InvalidSegment> {
    api(&["extensions", extension_id])
}
