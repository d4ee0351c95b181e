//! The .NET SDK: no prefix, a workspace token, and answers that have to be JSON of a fixed shape.

use super::{Credential, Reads, Table, call};

const SECRETS: &str = "/extensions/com.example.crm/secrets";
const TOKEN: &str = "/extensions/com.example.crm/secrets/CRM_TOKEN";

pub(super) const TABLE: Table = Table {
    sdk: ".NET",
    credential: Credential::WorkspaceToken,
    headers: &[
        ("user-agent", "kiket-sdk-dotnet/0.1.0"),
        ("content-type", "application/json"),
        ("x-kiket-event-version", "v1"),
    ],
    calls: &[
        call("list", "GET", SECRETS, "", (200, Reads::Lists)),
        call("get", "GET", TOKEN, "", (200, Reads::Texts("/value", "first"))),
        call("set", "POST", TOKEN, r#"{"value":"second"}"#, (200, Reads::Json)),
        call("get what was set", "GET", TOKEN, "", (200, Reads::Texts("/value", "second"))),
        call("rotate: remove", "DELETE", TOKEN, "", (200, Reads::Json)),
        call("rotate: write", "POST", TOKEN, r#"{"value":"third"}"#, (200, Reads::Json)),
        call("get what was rotated", "GET", TOKEN, "", (200, Reads::Texts("/value", "third"))),
        call("delete", "DELETE", TOKEN, "", (200, Reads::Json)),
        call("delete again", "DELETE", TOKEN, "", (200, Reads::Json)),
        call("get what is not there", "GET", TOKEN, "", (404, Reads::Nothing)),
    ],
};
