//! The calls that SDKs have in common, with what differs between them as arguments. Paths are without
//! the prefix, unless every SDK sends it.

use super::{Call, Reads, asking, call};

const SECRETS: &str = "/extensions/com.example.crm/secrets";
const TOKEN: &str = "/extensions/com.example.crm/secrets/CRM_TOKEN";
const PEOPLE: &str = "/ext/custom_data/com.example.crm.contacts/people";
const PERSON: &str = "/ext/custom_data/com.example.crm.contacts/people/1";
const FORMS: &str = "/ext/intake_forms";
const FORM: &str = "/ext/intake_forms/contact";
const SUBMISSIONS: &str = "/ext/intake_forms/contact/submissions";
const APPROVE: &str = "/ext/intake_forms/contact/submissions/1/approve";
const ANCHORS: &str = "/api/v1/audit/anchors";
const PROOF: &str = "/api/v1/audit/records/1/proof";

/// How an SDK reads the answers about secrets.
pub(super) struct Secrets {
    pub(super) list: Reads,
    /// The answer with this value.
    pub(super) value: fn(&'static str) -> Reads,
    pub(super) write: Reads,
    pub(super) missing: Reads,
}

impl Secrets {
    /// The key stands in the path, and a rotation removes and writes.
    pub(super) fn by_path(&self) -> Vec<Call> {
        let Self { list, value, write, missing } = self;
        vec![
            call("list", "GET", SECRETS, "", (200, *list)),
            call("get", "GET", TOKEN, "", (200, value("first"))),
            call("set", "POST", TOKEN, r#"{"value":"second"}"#, (200, *write)),
            call("get what was set", "GET", TOKEN, "", (200, value("second"))),
            call("rotate: remove", "DELETE", TOKEN, "", (200, *write)),
            call("rotate: write", "POST", TOKEN, r#"{"value":"third"}"#, (200, *write)),
            call("get what was rotated", "GET", TOKEN, "", (200, value("third"))),
            call("delete", "DELETE", TOKEN, "", (200, *write)),
            call("delete again", "DELETE", TOKEN, "", (200, *write)),
            call("get what is not there", "GET", TOKEN, "", (404, *missing)),
        ]
    }

    /// The body of a write names the key, and there is no rotation.
    pub(super) fn by_body(&self) -> Vec<Call> {
        let Self { list, value, write, missing } = self;
        let set = r#"{"secret":{"key":"CRM_TOKEN","value":"second"}}"#;
        vec![
            call("list", "GET", SECRETS, "", (200, *list)),
            call("get", "GET", TOKEN, "", (200, value("first"))),
            call("set", "POST", SECRETS, set, (200, *write)),
            call("get what was set", "GET", TOKEN, "", (200, value("second"))),
            call("delete", "DELETE", TOKEN, "", (200, *write)),
            call("delete again", "DELETE", TOKEN, "", (200, *write)),
            call("get what is not there", "GET", TOKEN, "", (404, *missing)),
        ]
    }
}

/// Of the extension itself; the SDK writes times in a form of its own.
pub(super) fn extension(time: &str) -> Vec<Call> {
    let event = format!(
        r#"{{"event":"crm.synced","version":"v1","data":{{"count":2}},"timestamp":"{time}"}}"#
    );
    let events = "/extensions/com.example.crm/events";
    vec![
        call("log event", "POST", events, event, (201, Reads::Json)),
        call("metadata", "GET", "/extensions/com.example.crm", "", (200, Reads::Json)),
    ]
}

/// Records; the SDK writes the query of a list in a way of its own.
pub(super) fn custom_data(list: &'static str) -> Vec<Call> {
    let in_project = |call| asking("?project_id=27", call);
    let email = Reads::At("/data/email", "a@example.com");
    let first_email = Reads::At("/data/0/email", "a@example.com");
    let status = |value| Reads::At("/data/status", value);
    let new = r#"{"record":{"email":"a@example.com","status":"active"}}"#;
    let change = r#"{"record":{"status":"idle"}}"#;
    let none = Reads::List("/data");
    vec![
        in_project(call("custom data create", "POST", PEOPLE, new, (201, email))),
        asking(list, call("custom data list", "GET", PEOPLE, "", (200, first_email))),
        in_project(call("custom data get", "GET", PERSON, "", (200, status("active")))),
        in_project(call("custom data update", "PATCH", PERSON, change, (200, status("idle")))),
        asking(list, call("custom data list without those", "GET", PEOPLE, "", (200, none))),
        in_project(call("custom data delete", "DELETE", PERSON, "", (200, Reads::Json))),
        in_project(call(
            "custom data get what is not there",
            "GET",
            PERSON,
            "",
            (404, Reads::Error),
        )),
    ]
}

pub(super) fn sla_events() -> Call {
    let call = call("sla events", "GET", "/ext/sla/events", "", (200, Reads::List("/data")));
    asking("?project_id=27&issue_id=7&state=imminent&limit=5", call)
}

/// Intake forms; the SDK writes the project in a body as a number or as a text.
pub(super) fn intake_forms(project: &str) -> Vec<Call> {
    let new = format!(r#"{{"project_id":{project},"data":{{"name":"Ada"}}}}"#);
    let review = format!(r#"{{"project_id":{project},"notes":"ok"}}"#);
    vec![
        asking(
            "?project_id=27&active=true&limit=5",
            call("intake list", "GET", FORMS, "", (200, Reads::List("/data"))),
        ),
        asking("?project_id=27", call("intake get", "GET", FORM, "", (404, Reads::Error))),
        call("intake create", "POST", SUBMISSIONS, new, (404, Reads::Error)),
        call("intake approve", "POST", APPROVE, review, (404, Reads::Error)),
    ]
}

/// Audit records; the SDK says in the query which page it wants, or nothing.
pub(super) fn audit(page: &'static str) -> Vec<Call> {
    let anchors = call("audit anchors", "GET", ANCHORS, "", (200, Reads::List("/anchors")));
    let proof = call("audit proof", "GET", PROOF, "", (404, Reads::Error));
    vec![asking(page, anchors), asking("?record_type=AIAuditLog", proof)]
}

/// What ends every table; the SDK writes a record of telemetry in a way of its own.
pub(super) fn figures(telemetry: &str) -> Vec<Call> {
    vec![
        call("rate limit", "GET", "/api/v1/ext/rate_limit", "", (200, Reads::Json)),
        call("telemetry", "POST", "/api/v1/ext/telemetry", telemetry, (200, Reads::Json)),
    ]
}
