//! What `kiket secrets` takes.

use std::path::PathBuf;

use clap::Subcommand;
use kiket_contract::api::secrets::is_valid_key;
use kiket_contract::api::secrets::kept::SecretOwner;
use kiket_contract::id::{InstallationId, OrganizationId};

use super::{Consent, Paging, Remote};

/// Write the secrets that extensions get; no value can be read again.
#[derive(Debug, clap::Args)]
pub(crate) struct Secrets {
    #[command(flatten)]
    pub(crate) remote: Remote,

    #[command(subcommand)]
    pub(crate) command: SecretsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    List(ListSecrets),
    /// Show whose a secret is and when its value changed; its value is shown to nobody.
    Get(OneSecret),
    /// Write a value, whether there is one already or not.
    ///
    /// The value is asked for, or read from standard input or --value-file. It is never an argument,
    /// which other programs could see.
    Set(WriteSecret),
    /// Put another value in the place of the one that is there.
    ///
    /// The value is asked for, or read from standard input or --value-file.
    Rotate(WriteSecret),
    /// Remove a secret. It can be brought back for an hour.
    Delete(DeleteSecret),
    /// Bring back a secret that was removed within the last hour.
    Restore(OneSecret),
    /// Compare the keys of a dotenv file, of the platform, and of the manifest of this folder.
    ///
    /// Values are not compared: the platform shows none. The exit code is 1 when keys differ.
    Diff(SecretsFile),
    /// Add the keys that a dotenv file lacks, with empty values.
    ///
    /// The platform gives no values out, so there is none to write. What the file has stays as it is.
    Pull(SecretsFile),
    Push(Push),
}

/// Whose secrets are meant. An extension gets its installation's, else its organisation's, else its
/// own.
#[derive(Debug, Clone, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Owner {
    /// Those of this installation.
    #[arg(long, value_name = "NUMBER")]
    installation: Option<InstallationId>,

    /// Those of this organisation: for all its installations that ask for the key.
    #[arg(long, value_name = "NUMBER")]
    organization: Option<OrganizationId>,

    /// Those of this extension, by its manifest's id: for all installations that ask for the key.
    #[arg(long, value_name = "ID")]
    extension: Option<String>,
}

impl From<Owner> for SecretOwner {
    fn from(Owner { installation, organization, extension }: Owner) -> Self {
        Self {
            installation_id: installation,
            organization_id: organization,
            extension_id: extension,
        }
    }
}

/// List secrets without their values.
#[derive(Debug, clap::Args)]
pub(crate) struct ListSecrets {
    #[command(flatten)]
    pub(crate) owner: Owner,

    #[command(flatten)]
    pub(crate) paging: Paging,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OneSecret {
    /// The secret's key.
    #[arg(value_parser = key)]
    pub(crate) key: String,

    #[command(flatten)]
    pub(crate) owner: Owner,
}

#[derive(Debug, clap::Args)]
pub(crate) struct WriteSecret {
    #[command(flatten)]
    pub(crate) secret: OneSecret,

    /// A file with the value, without its last newline; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) value_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteSecret {
    #[command(flatten)]
    pub(crate) secret: OneSecret,

    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SecretsFile {
    #[command(flatten)]
    pub(crate) owner: Owner,

    /// The dotenv file; - is standard input, or standard output of what writes.
    ///
    /// A secret `api_token` stands there as KIKET_SECRET_API_TOKEN, as extensions read it, or under
    /// its key. As in other tools, $NAME stands for another variable: single quotes keep it.
    #[arg(long, value_name = "FILE", default_value = ".env")]
    pub(crate) file: PathBuf,
}

/// Write the values of a dotenv file.
///
/// Shows what would be written and asks. Keys without a value are left out, and what only the
/// platform has stays. The exit code is 1 when a key could not be written; each is named.
#[derive(Debug, clap::Args)]
pub(crate) struct Push {
    #[command(flatten)]
    pub(crate) from: SecretsFile,

    #[command(flatten)]
    pub(crate) consent: Consent,
}

fn key(text: &str) -> Result<String, &'static str> {
    let fits = is_valid_key(text);
    fits.then(|| text.to_owned()).ok_or("write 1 to 128 letters, digits, dots, dashes, underscores")
}
