//! The Ruby SDK: no prefix, the runtime token, and a rotation that removes and writes.

use super::calls::{Secrets, audit, custom_data, extension, figures, intake_forms, sla_events};
use super::{Credential, Reads, Table};

pub(super) fn table() -> Table {
    Table {
        sdk: "Ruby",
        credential: Credential::RuntimeToken,
        headers: &[
        ("user-agent", "kiket-sdk-ruby/0.1.0"),
        ("accept", "*/*"),
        ("content-type", "application/json"),
        ("x-kiket-event-version", "v1"),
    ],
        prefix: "",
        calls: [
            Secrets {
                list: Reads::At("/keys/0", "CRM_TOKEN"),
                value: |value| Reads::At("/value", value),
                write: Reads::Json,
                missing: Reads::Json,
            }
            .by_path(),
            extension("2026-01-31T11:00:00+01:00"),
            custom_data(
                "?project_id=27&limit=10&filters=%7B%22status%22%3A%22active%22%7D",
            ),
            vec![sla_events()],
            intake_forms(r#""27""#),
            audit("?page=1&per_page=25"),
            figures(
                r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12.5,"timestamp":"2026-01-31T11:00:00+01:00","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":null,"error_class":null,"metadata":{}}"#,
            ),
        ]
        .concat(),
    }
}
