//! What the platform signs with, and tokens that it gives to workspaces.

use kiket_contract::api::signing_keys::{self, SigningKeys};
use kiket_contract::api::workspace_tokens::{
    self, CreateWorkspaceToken, CreatedWorkspaceToken, ListWorkspaceTokens, WorkspaceToken,
};
use kiket_contract::api::{Done, Page};
use serde_json::{Value, json};

use super::super::operation::{Operation, operator};
use super::{AT, done, page};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        operator("GET", signing_keys::PATH, "List the keys of the runtime tokens")
            .answers::<SigningKeys>(200, page(&current(Value::Null))),
        operator("POST", signing_keys::ROTATE, "Make the next key; it signs an hour later")
            .answers::<SigningKeys>(
            201,
            json!({"data": [next(), current(json!("2026-01-01T14:01:30Z"))], "next_cursor": null}),
        ),
        operator("POST", workspace_tokens::PATH, "Make a workspace token, shown once")
            .takes::<CreateWorkspaceToken>(json!({"workspace_api_token": {
                "name": "ci", "organization_id": 3, "scopes": ["issues.read"],
                "expires_at": "2026-07-01T00:00:00Z",
            }}))
            .answers::<CreatedWorkspaceToken>(201, created()),
        operator("GET", workspace_tokens::PATH, "List workspace tokens, without the tokens")
            .queries::<ListWorkspaceTokens>(json!({"organization_id": 3, "limit": 25}))
            .answers::<Page<WorkspaceToken>>(200, page(&token())),
        operator(
            "DELETE",
            &format!("{}/{{id}}", workspace_tokens::PATH),
            "Revoke a workspace token",
        )
        .at("id", "1")
        .answers::<Done>(200, done()),
    ]
}

/// The key that signs now, and when it goes.
fn current(removed_at: Value) -> Value {
    json!({
        "kid": "OSGGdbsiEU6xLtmh41OSnWnZ4vFrN3B3lhEYc4TcGMQ", "state": "current",
        "created_at": AT, "signs_at": AT, "removed_at": removed_at,
    })
}

fn next() -> Value {
    json!({
        "kid": "h16Uksri-YYGEaUjG6U094u3fcHhpTossnQhN7f978w", "state": "next", "created_at": AT,
        "signs_at": "2026-01-01T13:01:00Z", "removed_at": null,
    })
}

fn token() -> Value {
    json!({
        "id": 1, "name": "ci", "token_prefix": "wk_gCJdeV3a", "scopes": ["issues.read"],
        "organization_id": 3, "expires_at": "2026-07-01T00:00:00Z", "created_at": AT,
    })
}

fn created() -> Value {
    let mut created = token();
    created["token"] = "wk_gCJdeV3a…".into();
    created
}
