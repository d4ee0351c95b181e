//! The life of an installation: what comes first.

use kiket_sdk::event::extension::InstallationChanged;
use kiket_sdk::prelude::*;

#[webhook("extension.installed", version = "v1")]
pub(crate) async fn installed(change: InstallationChanged, context: Context) -> Result {
    let data = json!({
        "installation": change.installation_id,
        "version": context.extension_version(),
    });
    context.endpoints().log_event("marketing.installed", data).await?;
    Ok(())
}
