//! What the commands take that install extensions on a platform.

use std::path::PathBuf;

use kiket_contract::id::{InstallationId, OrganizationId, ProjectId};

use crate::args::{Consent, Paging, Remote};

/// Install the extension of a folder in a project.
///
/// What the manifest takes from the environment (`env.NAME`, `${NAME}`) is taken from that of this
/// command. The modules of custom data in the folder go with it. Delivery secret and API key are
/// shown this once.
#[derive(Debug, clap::Args)]
pub(crate) struct Install {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// The project's number; it is made known by this when it is new.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: ProjectId,

    /// The organisation's number; it is made known by this when it is new.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) organization: OrganizationId,

    #[command(flatten)]
    pub(crate) given: Given,

    /// A file with the delivery secret, in place of the manifest's or a made one.
    #[arg(long, value_name = "FILE")]
    pub(crate) delivery_secret_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) remote: Remote,
}

/// Bring an installation to the manifest as it stands in the folder.
///
/// Shows what changes and asks. Records that the new schemas have no place for are lost only with
/// --accept-data-loss.
#[derive(Debug, clap::Args)]
pub(crate) struct Upgrade {
    /// The extension's folder.
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,

    /// The installation's number; needed when the extension is installed several times.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) installation: Option<InstallationId>,

    #[command(flatten)]
    pub(crate) given: Given,

    /// Lose what the schemas have no place for any more.
    #[arg(long)]
    pub(crate) accept_data_loss: bool,

    /// Only show what would change.
    #[arg(long, conflicts_with = "yes")]
    pub(crate) preview: bool,

    #[command(flatten)]
    pub(crate) consent: Consent,

    #[command(flatten)]
    pub(crate) remote: Remote,
}

/// What is given beside the folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Given {
    /// Where deliveries go, in place of the manifest's address.
    #[arg(long, value_name = "URL")]
    pub(crate) callback_url: Option<String>,

    /// The value of a setting; may be given several times. Secrets go by --set-file.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) set: Vec<(String, String)>,

    /// The value of a setting or secret from a file; may be given several times.
    #[arg(long, value_name = "KEY=FILE", value_parser = pair)]
    pub(crate) set_file: Vec<(String, String)>,
}

/// Remove an installation; its secrets and custom data go with it.
#[derive(Debug, clap::Args)]
pub(crate) struct Uninstall {
    /// The installation's number.
    pub(crate) installation: InstallationId,

    #[command(flatten)]
    pub(crate) consent: Consent,

    #[command(flatten)]
    pub(crate) remote: Remote,
}

/// List the extensions that are installed, newest first.
#[derive(Debug, clap::Args)]
pub(crate) struct ListExtensions {
    /// Only in this project.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) project: Option<ProjectId>,

    /// Only this extension, by its manifest's id.
    #[arg(long, value_name = "ID")]
    pub(crate) extension: Option<String>,

    #[command(flatten)]
    pub(crate) paging: Paging,

    #[command(flatten)]
    pub(crate) remote: Remote,
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write the key, = and the value"),
    }
}
