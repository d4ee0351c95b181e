//! The Go SDK: the prefix, and a workspace token.

use super::calls::{Secrets, audit, custom_data, extension, figures, sla_events};
use super::{Credential, PREFIX, Reads, Table};

pub(super) fn table() -> Table {
    Table {
        sdk: "Go",
        credential: Credential::WorkspaceToken,
        headers: &[
        ("user-agent", "Go-http-client/1.1"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
    ],
        prefix: PREFIX,
        calls: [
            Secrets {
                list: Reads::At("/keys/0", "CRM_TOKEN"),
                value: |value| Reads::At("/value", value),
                write: Reads::Nothing,
                missing: Reads::Nothing,
            }
            .by_path(),
            extension("2026-01-31T10:00:00Z"),
            custom_data(
                "?project_id=27&limit=10&filters=%7B%22status%22%3A%22active%22%7D",
            ),
            vec![sla_events()],
            audit("?page=1&per_page=25"),
            figures(
                r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12,"timestamp":"2026-01-31T10:00:00Z","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":"","error_class":"","metadata":null}"#,
            ),
        ]
        .concat(),
    }
}
