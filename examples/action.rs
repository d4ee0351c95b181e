//! How do I answer a user who presses my button? With an action, by the key that the manifest
//! declares.

use kiket_sdk::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Sync {
    #[serde(default)]
    contacts: Vec<String>,
}

#[action("sync_contacts")]
async fn sync_contacts(sync: Sync, _context: Context) -> Result<ActionResult> {
    let count = sync.contacts.len();
    if count == 0 {
        return Ok(ActionResult::failure("There are no contacts to sync."));
    }
    let message = format!("Synced {count} contacts");
    Ok(ActionResult::success().message(message).data(json!({ "synced_count": count })))
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.crm").load(handlers![sync_contacts]).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_user_learns_how_many() {
        let contacts = vec!["ada@example.com".to_owned(), "bob@example.com".to_owned()];
        let answer = sync_contacts(Sync { contacts }, Context::for_test()).await.unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["message"], "Synced 2 contacts");
    }

    #[tokio::test]
    async fn nothing_to_do_is_told_as_a_failure() {
        let answer = sync_contacts(Sync { contacts: Vec::new() }, Context::for_test()).await;
        assert_eq!(serde_json::to_value(answer.unwrap()).unwrap()["status"], "error");
    }
}
