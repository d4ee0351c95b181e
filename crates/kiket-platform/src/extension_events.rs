//! What extensions log about themselves.

use kiket_contract::api::extension_events::LogEvent;

use crate::core::Core;
use crate::error::Error;
use crate::tokens::Caller;

/// Keeps one entry, under the installation and delivery of the caller.
pub(crate) async fn log(core: &Core, caller: &Caller, entry: &LogEvent) -> Result<(), Error> {
    core.store.log_extension_event(caller.installation, caller.delivery, entry, core.now()).await?;
    Ok(())
}
