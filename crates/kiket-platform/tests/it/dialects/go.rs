//! The Go SDK: the prefix, and a workspace token.

use super::{Credential, Reads, Table, call};

const SECRETS: &str = "/api/v1/extensions/com.example.crm/secrets";
const TOKEN: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";

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
    ],
};
