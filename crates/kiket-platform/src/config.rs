//! What a platform is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use kiket_contract::clock::Clock;
use kiket_contract::retry::Schedule;
use kiket_contract::secret::Secret;

/// What a platform is started with. [`Config::new`] has the defaults; the environment is not read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Where the database, the master key and the admin token live; made when missing.
    pub data_dir: PathBuf,
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The key that seals everything secret: 32 bytes as hex or base64. Without one, the file
    /// `master.key` in the data directory is used, and made on the first start.
    pub master_key: Option<Secret>,
    /// The operator's credential. Without one, the file `admin.token` in the data directory is
    /// used, and made on the first start.
    pub admin_token: Option<Secret>,
    /// Networks that deliveries may go to although they are not public, also without TLS.
    pub allow_networks: Vec<IpNet>,
    /// How often and how fast a failed delivery is tried again.
    pub schedule: Schedule,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Config {
    /// Port 7420 on loopback, only public targets over TLS, the documented retry schedule.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7420)),
            master_key: None,
            admin_token: None,
            allow_networks: Vec::new(),
            schedule: Schedule::default(),
            clock: Clock::system(),
        }
    }
}
