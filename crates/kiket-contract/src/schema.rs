//! JSON Schema of the types that read and write themselves: each says here what it looks like.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::api::projects::ProjectKey;
use crate::event::Name;
use crate::id::{DeliveryId, EventId, InstallationId, OrganizationId, ProjectId, WorkspaceTokenId};
use crate::payload::Members;
use crate::secret::Secret;

macro_rules! schemas {
    ($($type:ident $schema:tt)*) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

schemas! {
    OrganizationId { "type": "integer", "minimum": 1, "maximum": i32::MAX }
    ProjectId { "type": "integer", "minimum": 1, "maximum": i32::MAX }
    InstallationId { "type": "integer", "minimum": 1, "maximum": i32::MAX }
    WorkspaceTokenId { "type": "integer", "minimum": 1, "maximum": i32::MAX }
    EventId { "type": "string", "format": "uuid" }
    DeliveryId { "type": "string", "format": "uuid" }
    Name { "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$" }
    ProjectKey { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,31}$" }
    Members { "type": "object" }
    Secret { "type": "string", "format": "password" }
}
