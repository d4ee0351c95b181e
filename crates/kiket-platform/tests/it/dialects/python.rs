//! The Python SDK: the prefix, the runtime token, writes that name the key in the body, lists that are arrays.

use super::{Credential, Reads, Table, asking, call};

const SECRETS: &str = "/api/v1/extensions/com.example.crm/secrets";
const TOKEN: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";
const PEOPLE: &str = "/api/v1/ext/custom_data/com.example.crm.contacts/people";
const PERSON: &str = "/api/v1/ext/custom_data/com.example.crm.contacts/people/1";

pub(super) const TABLE: Table = Table {
    sdk: "Python",
    credential: Credential::RuntimeToken,
    headers: &[("user-agent", "python-httpx/0.27.2"), ("accept", "application/json")],
    calls: &[
        call("list", "GET", SECRETS, "", (200, Reads::Entries("CRM_TOKEN"))),
        call("get", "GET", TOKEN, "", (200, Reads::Texts("/value", "first"))),
        call(
            "set",
            "POST",
            SECRETS,
            r#"{"secret":{"key":"CRM_TOKEN","value":"second"}}"#,
            (200, Reads::Nothing),
        ),
        call("get what was set", "GET", TOKEN, "", (200, Reads::Texts("/value", "second"))),
        call("delete", "DELETE", TOKEN, "", (200, Reads::Nothing)),
        call("delete again", "DELETE", TOKEN, "", (200, Reads::Nothing)),
        call("get what is not there", "GET", TOKEN, "", (404, Reads::Nothing)),
        call(
            "log",
            "POST",
            "/api/v1/extensions/logs",
            r#"{"message":"synced","metadata":{"count":2}}"#,
            (201, Reads::Nothing),
        ),
        call(
            "metric",
            "POST",
            "/api/v1/extensions/metrics",
            r#"{"name":"synced","value":2,"unit":"count"}"#,
            (201, Reads::Nothing),
        ),
        call(
            "notification",
            "POST",
            "/api/v1/extensions/notifications",
            r#"{"title":"Synced","body":"2 leads","level":"info"}"#,
            (201, Reads::Nothing),
        ),
        asking(
            "?project_id=27",
            call(
                "custom data create",
                "POST",
                PEOPLE,
                r#"{"record":{"email":"a@example.com","status":"active"}}"#,
                (201, Reads::At("/data/email", "a@example.com")),
            ),
        ),
        asking(
            "?project_id=27&limit=50&filters=%7B%22status%22%3A%20%22active%22%7D",
            call(
                "custom data list",
                "GET",
                PEOPLE,
                "",
                (200, Reads::At("/data/0/email", "a@example.com")),
            ),
        ),
        asking(
            "?project_id=27",
            call("custom data get", "GET", PERSON, "", (200, Reads::At("/data/status", "active"))),
        ),
        asking(
            "?project_id=27",
            call(
                "custom data update",
                "PATCH",
                PERSON,
                r#"{"record":{"status":"idle"}}"#,
                (200, Reads::At("/data/status", "idle")),
            ),
        ),
        asking(
            "?project_id=27&limit=50&filters=%7B%22status%22%3A%20%22active%22%7D",
            call("custom data list without those", "GET", PEOPLE, "", (200, Reads::List("/data"))),
        ),
        asking(
            "?project_id=27",
            call("custom data delete", "DELETE", PERSON, "", (200, Reads::Json)),
        ),
        asking(
            "?project_id=27",
            call("custom data get what is not there", "GET", PERSON, "", (404, Reads::Error)),
        ),
        asking(
            "?project_id=27&issue_id=7&state=imminent&limit=5",
            call("sla events", "GET", "/api/v1/ext/sla/events", "", (200, Reads::List("/data"))),
        ),
        asking(
            "?project_id=27&active=true&limit=5",
            call("intake list", "GET", "/api/v1/ext/intake_forms", "", (200, Reads::List("/data"))),
        ),
        asking(
            "?project_id=27",
            call("intake get", "GET", "/api/v1/ext/intake_forms/contact", "", (404, Reads::Error)),
        ),
        call(
            "intake create",
            "POST",
            "/api/v1/ext/intake_forms/contact/submissions",
            r#"{"project_id":"27","data":{"name":"Ada"}}"#,
            (404, Reads::Error),
        ),
        call(
            "intake approve",
            "POST",
            "/api/v1/ext/intake_forms/contact/submissions/1/approve",
            r#"{"project_id":"27","notes":"ok"}"#,
            (404, Reads::Error),
        ),
        asking(
            "?page=1&per_page=25",
            call(
                "audit anchors",
                "GET",
                "/api/v1/audit/anchors",
                "",
                (200, Reads::List("/anchors")),
            ),
        ),
        asking(
            "?record_type=AIAuditLog",
            call("audit proof", "GET", "/api/v1/audit/records/1/proof", "", (404, Reads::Error)),
        ),
        call("rate limit", "GET", "/api/v1/ext/rate_limit", "", (200, Reads::Json)),
        call(
            "telemetry",
            "POST",
            "/api/v1/ext/telemetry",
            r#"{"event":"issue.created","version":"v1","status":"error","duration_ms":12.5,"timestamp":"2026-01-31T10:00:00.123456+00:00","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":null,"error_class":null,"metadata":{}}"#,
            (200, Reads::Json),
        ),
    ],
};
