//! The Python SDK: the prefix, the runtime token, writes that name the key in the body, lists that are arrays.

use super::calls::{Secrets, audit, custom_data, figures, intake_forms, sla_events};
use super::{Credential, PREFIX, Reads, Table, call};

pub(super) fn table() -> Table {
    Table {
        sdk: "Python",
        credential: Credential::RuntimeToken,
        headers: &[("user-agent", "python-httpx/0.27.2"), ("accept", "application/json")],
        prefix: PREFIX,
        calls: [
            Secrets {
                list: Reads::Entries("CRM_TOKEN"),
                value: |value| Reads::Texts("/value", value),
                write: Reads::Nothing,
                missing: Reads::Nothing,
            }
            .by_body(),
            vec![
                call(
                    "log",
                    "POST",
                    "/extensions/logs",
                    r#"{"message":"synced","metadata":{"count":2}}"#,
                    (201, Reads::Nothing),
                ),
                call(
                    "metric",
                    "POST",
                    "/extensions/metrics",
                    r#"{"name":"synced","value":2,"unit":"count"}"#,
                    (201, Reads::Nothing),
                ),
                call(
                    "notification",
                    "POST",
                    "/extensions/notifications",
                    r#"{"title":"Synced","body":"2 leads","level":"info"}"#,
                    (201, Reads::Nothing),
                ),
            ],
            custom_data(
                "?project_id=27&limit=50&filters=%7B%22status%22%3A%20%22active%22%7D",
            ),
            vec![sla_events()],
            intake_forms(r#""27""#),
            audit("?page=1&per_page=25"),
            figures(
                r#"{"event":"issue.created","version":"v1","status":"error","duration_ms":12.5,"timestamp":"2026-01-31T10:00:00.123456+00:00","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":null,"error_class":null,"metadata":{}}"#,
            ),
        ]
        .concat(),
    }
}
