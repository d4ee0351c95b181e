//! What the platform says of an extension where it is installed.

use kiket_contract::api::extensions::ExtensionMetadata;

use crate::caller::Subject;
use crate::core::Core;
use crate::error::Error;
use crate::installations::content::stored;

/// What is known of an installed extension.
pub(crate) async fn metadata(core: &Core, subject: &Subject) -> Result<ExtensionMetadata, Error> {
    let installation = subject.installation;
    let gone = || Error::Removed { installation };
    let shown = core.store.installation(installation, core.now()).await?.ok_or_else(gone)?;
    let present = core.store.present(installation).await?.ok_or_else(gone)?;
    let manifest = stored(&present.manifest)?;
    Ok(ExtensionMetadata {
        name: manifest.name.map_or_else(|| present.extension_id.clone(), |name| name.value),
        id: present.extension_id,
        version: present.extension_version,
        description: manifest.description.map(|text| text.value),
        status: shown.state,
        installation_id: installation,
        project_id: present.project_id,
        organization_id: present.organization_id,
        scopes: present.scopes,
    })
}
