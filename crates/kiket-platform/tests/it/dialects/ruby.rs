//! The Ruby SDK: no prefix, the runtime token, and a rotation that removes and writes.

use super::{Credential, Reads, Table, call};

const SECRETS: &str = "/extensions/com.example.crm/secrets";
const TOKEN: &str = "/extensions/com.example.crm/secrets/CRM_TOKEN";

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
    ],
};
