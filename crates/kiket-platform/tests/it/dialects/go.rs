//! The Go SDK: the prefix, and a workspace token.

use super::{Credential, Reads, Table, asking, call};

const SECRETS: &str = "/api/v1/extensions/com.example.crm/secrets";
const TOKEN: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";
const PEOPLE: &str = "/api/v1/ext/custom_data/com.example.crm.contacts/people";
const PERSON: &str = "/api/v1/ext/custom_data/com.example.crm.contacts/people/1";

pub(super) const TABLE: Table = Table {
    sdk: "Go",
    credential: Credential::WorkspaceToken,
    headers: &[
        ("user-agent", "Go-http-client/1.1"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
    ],
    calls: &[
        call("list", "GET", SECRETS, "", (200, Reads::At("/keys/0", "CRM_TOKEN"))),
        call("get", "GET", TOKEN, "", (200, Reads::At("/value", "first"))),
        call("set", "POST", TOKEN, r#"{"value":"second"}"#, (200, Reads::Nothing)),
        call("get what was set", "GET", TOKEN, "", (200, Reads::At("/value", "second"))),
        call("rotate: remove", "DELETE", TOKEN, "", (200, Reads::Nothing)),
        call("rotate: write", "POST", TOKEN, r#"{"value":"third"}"#, (200, Reads::Nothing)),
        call("get what was rotated", "GET", TOKEN, "", (200, Reads::At("/value", "third"))),
        call("delete", "DELETE", TOKEN, "", (200, Reads::Nothing)),
        call("delete again", "DELETE", TOKEN, "", (200, Reads::Nothing)),
        call("get what is not there", "GET", TOKEN, "", (404, Reads::Nothing)),
        call(
            "log event",
            "POST",
            "/api/v1/extensions/com.example.crm/events",
            r#"{"event":"crm.synced","version":"v1","data":{"count":2},"timestamp":"2026-01-31T10:00:00Z"}"#,
            (201, Reads::Json),
        ),
        call("metadata", "GET", "/api/v1/extensions/com.example.crm", "", (200, Reads::Json)),
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
            call("sla events", "GET", "/api/v1/ext/sla/events", "", (200, Reads::List("/data"))),
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
            r#"{"event":"issue.created","version":"v1","status":"ok","duration_ms":12,"timestamp":"2026-01-31T10:00:00Z","extension_id":"com.example.crm","extension_version":"1.2.3","error_message":"","error_class":"","metadata":null}"#,
            (200, Reads::Json),
        ),
    ],
};
