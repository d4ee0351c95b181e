//! What a platform is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use kiket_contract::clock::Clock;
use kiket_contract::retry::Schedule;
use kiket_contract::secret::Secret;

use crate::secrets::backend::SecretBackend;

/// What a platform is started with. [`Config::new`] has the defaults; the environment is not read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where the database, the master key and the admin token live; made when missing.
    pub data_dir: PathBuf,
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The key that seals everything secret: 32 bytes as hex or base64. Several are separated by commas:
    /// the first seals, all of them open. Without one, the file `master.key` in the data directory is
    /// used, and made on the first start.
    pub master_key: Option<Secret>,
    /// The file with [`Config::master_key`], in place of the text and of the data directory's file. It
    /// may hold several keys on lines of their own: the first seals, all of them open.
    pub master_key_file: Option<PathBuf>,
    /// Where the values of secrets are written from now on.
    pub secret_backend: SecretBackend,
    /// The operator's credential. Without one, the file `admin.token` in the data directory is
    /// used, and made on the first start.
    pub admin_token: Option<Secret>,
    /// Networks that deliveries may go to although they are not public, also without TLS.
    pub allow_networks: Vec<IpNet>,
    /// How often and how fast a failed delivery is tried again.
    pub schedule: Schedule,
    /// The origin that extensions reach the API at, such as `https://kiket.example.com`. Without
    /// one, the address that is listened on.
    pub public_url: Option<String>,
    /// The HTTP proxy that deliveries leave by, such as `http://proxy.example.com:3128`. It may
    /// hold a user name and a password.
    pub egress_proxy: Option<Secret>,
    /// How long what has come to its end is kept.
    pub retention: Duration,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Config {
    /// Port 7420 on loopback, only public targets over TLS, the documented retry schedule, 30 days
    /// of retention.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7420)),
            master_key: None,
            master_key_file: None,
            secret_backend: SecretBackend::default(),
            admin_token: None,
            allow_networks: Vec::new(),
            schedule: Schedule::default(),
            public_url: None,
            egress_proxy: None,
            retention: Duration::from_secs(30 * 24 * 60 * 60),
            clock: Clock::system(),
        }
    }
}
