//! The Node SDK: the prefix, the runtime token, and a rotation that removes and writes.

use super::calls::{Secrets, audit, custom_data, extension, figures, intake_forms, sla_events};
use super::{Credential, PREFIX, Reads, Table};

pub(super) fn table() -> Table {
    Table {
        sdk: "Node",
        credential: Credential::RuntimeToken,
        headers: &[
        ("user-agent", "@kiket-dev/sdk/0.1.0"),
        ("accept", "application/json, text/plain, */*"),
        ("content-type", "application/json"),
        ("x-kiket-event-version", "v1"),
    ],
        prefix: PREFIX,
        calls: [
            Secrets {
                list: Reads::At("/keys/0", "CRM_TOKEN"),
                value: |value| Reads::At("/value", value),
                write: Reads::Nothing,
                missing: Reads::Error,
            }
            .by_path(),
            extension("2026-01-31T10:00:00.123Z"),
            custom_data(
                "?project_id=27&limit=10&filters=%7B%22status%22%3A%22active%22%7D",
            ),
            vec![sla_events()],
            intake_forms("27"),
            audit(""),
            figures(
                r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12,"timestamp":"2026-01-31T10:00:00.123Z","extension_id":"com.example.crm","extension_version":"1.2.3","metadata":{}}"#,
            ),
        ]
        .concat(),
    }
}
