//! What `kiket serve` and `kiket backup` take.

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
