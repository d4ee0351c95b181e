//! The whole extension with the rules of its manifest: signed deliveries, and a stand-in for Kiket's
//! API.

mod answers;
mod approval_log;
mod proofs;
mod replay;
mod wrong_settings;

use kiket_sdk::prelude::*;
use kiket_sdk::{Clock, ExtensionService};
use kiket_testkit::{Answer, DELIVERY_SECRET, Delivery};

use super::guarded;
use crate::settings::WrongSetting;

/// A Wednesday, in no freeze that ends.
const WEDNESDAY: &str = "2026-11-18T12:00:00Z";
const SATURDAY: &str = "2026-11-21T12:00:00Z";

fn manifest() -> Extension {
    Extension::from_manifest_in(env!("CARGO_MANIFEST_DIR")).unwrap().environment(|_| None)
}

fn extension(now: &str) -> Result<Extension, WrongSetting> {
    guarded(manifest(), Clock::manual(now.parse().unwrap()))
}

/// The extension at this time of the rules, with this for Kiket's API.
fn service(now: &str, url: &str) -> ExtensionService {
    let extension = extension(now).unwrap().base_url(url).webhook_secret(DELIVERY_SECRET);
    extension.into_service().unwrap()
}

async fn answer(now: &str, asked: &Delivery) -> Answer {
    asked.send_to(&service(now, "https://kiket.dev")).await
}

/// Ada asks for a transition. The issue has nothing but its number.
fn asked(from: &str, to: &str) -> Delivery {
    Delivery::new("workflow.before_transition", "v1").payload(json!({
        "project_id": 27,
        "issue": { "id": 4231, "project_id": 27, "status": from },
        "transition": { "from": from, "to": to, "performed_by": "ada@example.com" }
    }))
}
