//! Installing an extension from its manifest.

mod from_manifest;
pub(crate) mod sealed;

use jiff::Timestamp;
use kiket_contract::api::installations::{Installation, Installed, NewInstallation};
use kiket_contract::api::secrets::LARGEST_TOTAL;
use kiket_contract::id::InstallationId;
use kiket_contract::secret::Secret;
use kiket_contract::signature::SigningForm;

use crate::core::Core;
use crate::error::Error;
use crate::secrets::seal_secret;
use crate::store::installations as rows;

/// Sets an extension up in a project. The same extension in the same project is replaced in place:
/// its waiting deliveries go to the new address.
pub(crate) async fn install(core: &Core, new: NewInstallation) -> Result<Installed, Error> {
    let manifest = kiket_manifest::parse(&new.manifest)?;
    let callback_url = from_manifest::callback_url(&manifest, new.callback_url.clone())?;
    let origin = core.outbound.check(&callback_url)?;
    let delivery_secret = from_manifest::delivery_secret(&manifest, new.delivery_secret.clone())?;
    let row = rows::NewInstallation {
        extension_id: manifest.id.value.clone(),
        extension_version: manifest.version.as_ref().map(|version| version.value.clone()),
        organization_id: new.organization_id,
        project_id: new.project_id,
        manifest: from_manifest::without_secrets(&manifest)?,
        callback_url,
        signing: new
            .signing
            .unwrap_or_else(|| SigningForm::for_sdk(manifest.sdk.as_ref().map(|sdk| sdk.as_str()))),
        requested_secrets: from_manifest::requested_secrets(&manifest)?,
        scopes: from_manifest::scopes(&manifest)?,
        hooks: from_manifest::hooks(&manifest, &origin, core.schedule.retries)?,
        now: core.now(),
    };
    let (id, created_at) = write(core, &row, &delivery_secret, &new).await?;
    let installation = Installation {
        id,
        extension_id: row.extension_id,
        extension_version: row.extension_version,
        organization_id: row.organization_id,
        project_id: row.project_id,
        callback_url: row.callback_url,
        signing: row.signing,
        created_at,
    };
    Ok(Installed { installation, delivery_secret })
}

async fn write(
    core: &Core,
    row: &rows::NewInstallation,
    delivery_secret: &Secret,
    new: &NewInstallation,
) -> Result<(InstallationId, Timestamp), Error> {
    let seal = |id: InstallationId| -> Result<_, Error> {
        let secrets = new.secrets.iter();
        Ok(rows::SealedParts {
            delivery_secret: sealed::seal_delivery_secret(&core.sealer, id, delivery_secret)?,
            secrets: secrets
                .map(|(key, value)| seal_secret(&core.sealer, id, key, value))
                .collect::<Result<_, _>>()?,
        })
    };
    match core.store.install(row, LARGEST_TOTAL, seal).await? {
        rows::Written::As { id, created_at } => Ok((id, created_at)),
        rows::Written::ProjectOf(owner) => {
            Err(Error::ProjectElsewhere { project: row.project_id, owner })
        }
        rows::Written::TooManySecrets => Err(Error::TooManySecrets { most: LARGEST_TOTAL }),
    }
}
