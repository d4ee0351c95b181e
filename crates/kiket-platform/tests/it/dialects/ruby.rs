//! The Ruby SDK: no prefix, the runtime token, and a rotation that removes and writes.

use super::{Credential, Reads, Table, asking, call};

const SECRETS: &str = "/extensions/com.example.crm/secrets";
const TOKEN: &str = "/extensions/com.example.crm/secrets/CRM_TOKEN";
const PEOPLE: &str = "/ext/custom_data/com.example.crm.contacts/people";
const PERSON: &str = "/ext/custom_data/com.example.crm.contacts/people/1";

pub(super) const TABLE: Table = Table {
    sdk: "Ruby",
    credential: Credential::RuntimeToken,
    headers: &[
        ("user-agent", "kiket-sdk-ruby/0.1.0"),
        ("accept", "*/*"),
        ("content-type", "application/json"),
        ("x-kiket-event-version", "v1"),
    ],
    calls: &[
        call("list", "GET", SECRETS, "", (200, Reads::At("/keys/0", "CRM_TOKEN"))),
        call("get", "GET", TOKEN, "", (200, Reads::At("/value", "first"))),
        call("set", "POST", TOKEN, r#"{"value":"second"}"#, (200, Reads::Json)),
        call("get what was set", "GET", TOKEN, "", (200, Reads::At("/value", "second"))),
        call("rotate: remove", "DELETE", TOKEN, "", (200, Reads::Json)),
        call("rotate: write", "POST", TOKEN, r#"{"value":"third"}"#, (200, Reads::Json)),
        call("get what was rotated", "GET", TOKEN, "", (200, Reads::At("/value", "third"))),
        call("delete", "DELETE", TOKEN, "", (200, Reads::Json)),
        call("delete again", "DELETE", TOKEN, "", (200, Reads::Json)),
        call("get what is not there", "GET", TOKEN, "", (404, Reads::Json)),
        call(
            "log event",
            "POST",
            "/extensions/com.example.crm/events",
            r#"{"event":"crm.synced","version":"v1","data":{"count":2},"timestamp":"2026-01-31T11:00:00+01:00"}"#,
            (201, Reads::Json),
        ),
        call("metadata", "GET", "/extensions/com.example.crm", "", (200, Reads::Json)),
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
            "?project_id=27&limit=10&filters=%7B%22status%22%3A%22active%22%7D",
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
            "?project_id=27&limit=10&filters=%7B%22status%22%3A%22active%22%7D",
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
            call("sla events", "GET", "/ext/sla/events", "", (200, Reads::List("/data"))),
        ),
        asking(
            "?project_id=27&active=true&limit=5",
            call("intake list", "GET", "/ext/intake_forms", "", (200, Reads::List("/data"))),
        ),
        asking(
            "?project_id=27",
            call("intake get", "GET", "/ext/intake_forms/contact", "", (404, Reads::Error)),
        ),
        call(
            "intake create",
            "POST",
            "/ext/intake_forms/contact/submissions",
            r#"{"project_id":"27","data":{"name":"Ada"}}"#,
            (404, Reads::Error),
        ),
        call(
            "intake approve",
            "POST",
            "/ext/intake_forms/contact/submissions/1/approve",
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
            r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12.5,"timestamp":"2026-01-31T11:00:00+01:00","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":null,"error_class":null,"metadata":{}}"#,
            (200, Reads::Json),
        ),
    ],
};
