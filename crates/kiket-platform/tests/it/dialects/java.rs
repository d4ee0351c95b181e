//! The Java SDK: no prefix, no runtime token but an API key.

use super::calls::{Secrets, custom_data, extension, figures, sla_events};
use super::{Credential, Reads, Table};

pub(super) fn table() -> Table {
    Table {
        sdk: "Java",
        credential: Credential::ApiKey,
        headers: &[
        ("user-agent", "kiket-sdk-java/0.1.0"),
        ("content-type", "application/json"),
        ("x-kiket-event-version", "v1"),
    ],
        prefix: "",
        calls: [
            Secrets {
                list: Reads::At("/keys/0", "CRM_TOKEN"),
                value: |value| Reads::At("/value", value),
                write: Reads::Json,
                missing: Reads::Nothing,
            }
            .by_path(),
            extension("2026-01-31T10:00:00.123456Z"),
            custom_data(
                "?project_id=27&limit=10&filters=%257B%2522status%2522%253A%2522active%2522%257D",
            ),
            vec![sla_events()],
            figures(
                r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12,"timestamp":"2026-01-31T10:00:00.123456Z","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":null,"error_class":null,"metadata":null}"#,
            ),
        ]
        .concat(),
    }
}
