//! The reference extension: it says what has to hold before an issue goes into a status.
//!
//! The rules are settings of the manifest. Each kind of rule is a file of `rules`.

mod approval_log;
mod guard;
mod rules;
mod settings;
#[cfg(test)]
mod tests;

use std::error::Error;

use kiket_sdk::Clock;
use kiket_sdk::event::workflow::WorkflowTransition;
use kiket_sdk::prelude::*;

use crate::rules::Rules;
use crate::settings::WrongSetting;

/// Adds the handlers to what the manifest describes, if its rules can be used.
fn guarded(extension: Extension, clock: Clock) -> Result<Extension, WrongSetting> {
    let rules = Rules::of(&extension)?;
    let before_transition = move |asked: WorkflowTransition, _: Context| {
        let answer = guard::answer(&rules.decide(&asked, clock.now()));
        async { Ok(answer) }
    };
    Ok(extension
        .guard("workflow.before_transition", "v1", before_transition)
        .load(handlers![approval_log::resolved]))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let extension = guarded(Extension::from_manifest()?, Clock::system())?;
    Ok(extension.run("0.0.0.0:8080").await?)
}
