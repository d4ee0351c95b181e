//! The Python SDK: the prefix, the runtime token, writes that name the key in the body, lists that are arrays.

use super::{Credential, Reads, Table, call};

const SECRETS: &str = "/api/v1/extensions/com.example.crm/secrets";
const TOKEN: &str = "/api/v1/extensions/com.example.crm/secrets/CRM_TOKEN";

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
    ],
};
