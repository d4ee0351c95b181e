//! What `kiket serve`, `kiket backup` and `kiket master-key` take.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use kiket_contract::secret::Secret;

use super::duration;

/// Run the platform: accept events, deliver them, serve the API.
///
/// The admin token is KIKET_ADMIN_TOKEN, else one is made in the data directory. The master key is
/// KIKET_MASTER_KEY or --master-key-file, else one is made in the data directory on the first start.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Where to listen.
    #[arg(long, env = "KIKET_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:7420")]
    pub(crate) listen: SocketAddr,

    /// Where the database and the keys live; made when missing.
    #[arg(long, env = "KIKET_DATA_DIR", value_name = "DIR", default_value = "kiket-data")]
    pub(crate) data_dir: PathBuf,

    /// Where extensions reach this platform, as https and a host; there can be no path.
    #[arg(long, env = "KIKET_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// A network that deliveries may go to although it is not public, also by plain http.
    #[arg(long, env = "KIKET_ALLOW_NETWORK", value_name = "CIDR", value_delimiter = ',')]
    pub(crate) allow_network: Vec<IpNet>,

    /// The HTTP proxy that deliveries leave by, as http, host and port.
    #[arg(long, env = "KIKET_EGRESS_PROXY", hide_env_values = true, value_name = "URL")]
    pub(crate) egress_proxy: Option<Secret>,

    /// How long to wait before a failed delivery's first retry, such as 10s; it doubles each time.
    #[arg(
        long,
        env = "KIKET_RETRY_BASE",
        value_name = "DURATION",
        default_value = "10s",
        value_parser = duration
    )]
    pub(crate) retry_base: Duration,

    /// How many days deliveries are kept after their end.
    #[arg(
        long,
        env = "KIKET_RETENTION_DAYS",
        value_name = "DAYS",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=36_500)
    )]
    pub(crate) retention_days: u32,

    /// The file with the master key: 32 bytes as hex or base64.
    #[arg(long, env = "KIKET_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,

    #[cfg(feature = "vault")]
    #[command(flatten)]
    pub(crate) vault: Vault,

    /// The Google Cloud project whose Secret Manager keeps the values of secrets from now on.
    #[cfg(feature = "google-secret-manager")]
    #[arg(long, env = "KIKET_GOOGLE_SECRETS_PROJECT", value_name = "PROJECT")]
    #[cfg_attr(feature = "vault", arg(conflicts_with = "vault_address"))]
    pub(crate) google_secrets_project: Option<String>,
}

/// The Vault that keeps the values of secrets.
#[cfg(feature = "vault")]
#[derive(Debug, clap::Args)]
pub(crate) struct Vault {
    /// The address of the Vault that keeps the values of secrets from now on.
    #[arg(long, env = "KIKET_VAULT_ADDRESS", value_name = "URL", requires = "vault_token_file")]
    pub(crate) vault_address: Option<String>,

    /// The file with Vault's token. It is read at each call, so that an agent can renew it.
    #[arg(long, env = "KIKET_VAULT_TOKEN_FILE", value_name = "FILE")]
    pub(crate) vault_token_file: Option<PathBuf>,

    /// Where the key-value engine (version 2) is mounted.
    #[arg(long, env = "KIKET_VAULT_MOUNT", value_name = "PATH", default_value = "secret")]
    pub(crate) vault_mount: String,

    /// The path below which secrets are written.
    #[arg(long, env = "KIKET_VAULT_PREFIX", value_name = "PATH", default_value = "kiket")]
    pub(crate) vault_prefix: String,

    /// Vault's namespace, where it has several.
    #[arg(long, env = "KIKET_VAULT_NAMESPACE", value_name = "NAME")]
    pub(crate) vault_namespace: Option<String>,
}

/// Change the key that seals everything secret, while the platform runs or not.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum MasterKey {
    /// Make a new master key and seal everything with it.
    ///
    /// The new key is written into the key file before the old one, which goes on to open until
    /// `kiket master-key retire`. Broken off, it goes on where it stopped when it is run again. When
    /// KIKET_MASTER_KEY or the file holds several keys already, everything is sealed with the first.
    Rotate(KeySource),
    /// Take the old master keys out of the key file.
    ///
    /// While a platform runs, at the earliest five minutes after the rotation: by then it seals with
    /// the new key.
    Retire(KeySource),
}

/// Which data, and where its master key is.
#[derive(Debug, clap::Args)]
pub(crate) struct KeySource {
    /// The platform's data directory.
    #[arg(long, env = "KIKET_DATA_DIR", value_name = "DIR", default_value = "kiket-data")]
    pub(crate) data_dir: PathBuf,

    /// The file with the master key, unless it is in the data directory.
    #[arg(long, env = "KIKET_MASTER_KEY_FILE", value_name = "FILE")]
    pub(crate) master_key_file: Option<PathBuf>,
}

/// Copy a platform's database to a file, while it runs or not.
///
/// The copy has everything but the master key and the admin token. To restore it, put it into a new
/// data directory as kiket.db, with the master key beside it or in KIKET_MASTER_KEY.
#[derive(Debug, clap::Args)]
pub(crate) struct Backup {
    /// The platform's data directory.
    #[arg(long, env = "KIKET_DATA_DIR", value_name = "DIR", default_value = "kiket-data")]
    pub(crate) data_dir: PathBuf,

    /// The file to write; there must be none of that name yet.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}
