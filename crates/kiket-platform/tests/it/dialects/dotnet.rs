//! The .NET SDK: no prefix, a workspace token, and answers that have to be JSON of a fixed shape.

use super::calls::{Secrets, audit, custom_data, extension, figures, intake_forms, sla_events};
use super::{Credential, Reads, Table};

pub(super) fn table() -> Table {
    Table {
        sdk: ".NET",
        credential: Credential::WorkspaceToken,
        headers: &[
        ("user-agent", "kiket-sdk-dotnet/0.1.0"),
        ("content-type", "application/json"),
        ("x-kiket-event-version", "v1"),
    ],
        prefix: "",
        calls: [
            Secrets {
                list: Reads::Lists,
                value: |value| Reads::Texts("/value", value),
                write: Reads::Json,
                missing: Reads::Nothing,
            }
            .by_path(),
            extension("2026-01-31T10:00:00.1234567Z"),
            custom_data(
                "?project_id=27&limit=10&filters=%7B%22status%22%3A%22active%22%7D",
            ),
            vec![sla_events()],
            intake_forms(r#""27""#),
            audit("?page=1&per_page=25"),
            figures(
                r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12.0,"timestamp":"2026-01-31T10:00:00.1234567Z","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":null,"error_class":null,"metadata":null}"#,
            ),
        ]
        .concat(),
    }
}
