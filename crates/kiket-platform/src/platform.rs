//! A running platform: its start, what can be asked of it in-process, and its stop.

use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kiket_contract::api::deliveries::Delivery;
use kiket_contract::api::events::{AcceptedEvent, NewEvent};
use kiket_contract::api::installations::{Installed, NewInstallation};
use kiket_contract::id::DeliveryId;
use kiket_contract::secret::Secret;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;

use crate::config::Config;
use crate::core::{Core, Shared};
use crate::error::Error;
use crate::happening::Happening;
use crate::outbound::Outbound;
use crate::outbound::address::AddressPolicy;
use crate::secrets::master_key::MasterKey;
use crate::secrets::seal::Sealer;
use crate::store::Store;
use crate::tokens::{Tokens, random_secret};
use crate::{delivery, events, http, installations, private_file};

const ADMIN_TOKEN_FILE: &str = "admin.token";
const ADMIN_TOKEN_PREFIX: &str = "ka_";
const LOCK_FILE: &str = "lock";
/// How many happenings a slow watcher may fall behind before it misses some.
const HAPPENINGS_KEPT: usize = 4096;

/// A running platform. Dropping it without [`Platform::shutdown`] is like a crash: nothing accepted
/// is lost, and what was under way is repeated after the next start.
pub struct Platform {
    core: Shared,
    address: SocketAddr,
    data_dir: PathBuf,
    stop: CancellationToken,
    tasks: TaskTracker,
    /// Held while the platform runs, so that no second one uses its data.
    _lock: File,
}

impl Platform {
    /// Opens the data, starts to listen and to deliver.
    ///
    /// # Errors
    /// When the data directory is in use or can not be opened, when its master key is missing or
    /// another one, or when the address is taken.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let lock = lock(&config.data_dir)?;
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| Error::Listen { address: config.listen, source })?;
        let address = listener
            .local_addr()
            .map_err(|source| Error::Listen { address: config.listen, source })?;
        let core = Arc::new(open(&config, address).await?);
        let platform = Self {
            core,
            address,
            data_dir: config.data_dir,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            _lock: lock,
        };
        platform.serve(listener);
        platform.tasks.spawn(delivery::worker::run(platform.core.clone(), platform.stop.clone()));
        Ok(platform)
    }

    fn serve(&self, listener: TcpListener) {
        let router = http::router(self.core.clone());
        let stop = self.stop.clone().cancelled_owned();
        self.tasks.spawn(async move {
            if let Err(failure) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
                error!(error = %failure, "the API stopped listening");
            }
        });
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The origin that extensions call back to, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.core.url
    }

    /// The operator's credential, for `Authorization: Bearer`.
    #[must_use]
    pub fn admin_token(&self) -> &Secret {
        &self.core.admin_token
    }

    /// The file that holds [`Platform::admin_token`], unless the token was given.
    #[must_use]
    pub fn admin_token_file(&self) -> PathBuf {
        self.data_dir.join(ADMIN_TOKEN_FILE)
    }

    /// Sets an extension up in a project, in place of the same extension there.
    ///
    /// # Errors
    /// When the manifest, the callback URL or a secret can not be used; nothing is stored then.
    pub async fn install(&self, new: NewInstallation) -> Result<Installed, Error> {
        installations::install(&self.core, new).await
    }

    /// Stores an event with one delivery for each installation and version that wants it.
    ///
    /// # Errors
    /// When the payload is too large, has a reserved member, or the project is not the
    /// organisation's; nothing is stored then.
    pub async fn accept(&self, new: NewEvent) -> Result<AcceptedEvent, Error> {
        events::accept(&self.core, new).await
    }

    /// One delivery with all that happened to it so far.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, Error> {
        Ok(self.core.store.delivery(id, self.core.now()).await?)
    }

    /// What happens from now on, as it happens.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Happening> {
        self.core.happenings.subscribe()
    }

    /// Stops listening and delivering, lets what is under way finish for a few seconds, gives the
    /// rest back to be delivered after the next start, and closes the database.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.core.store.close().await;
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn open(config: &Config, address: SocketAddr) -> Result<Core, Error> {
    let store = Store::open(&config.data_dir).await?;
    let fresh = store.signing_key().await?.is_none();
    let master_key = MasterKey::obtain(config.master_key.as_ref(), &config.data_dir, fresh)?;
    let sealer = Sealer::new(&master_key);
    let tokens = Tokens::open(&store, &sealer, config.clock.now()).await?;
    let outbound = Outbound::new(AddressPolicy::new(&config.allow_networks));
    Ok(Core {
        store,
        sealer,
        tokens,
        outbound,
        schedule: config.schedule,
        clock: config.clock.clone(),
        admin_token: admin_token(config)?,
        url: origin(address),
        wake: Notify::new(),
        happenings: broadcast::Sender::new(HAPPENINGS_KEPT),
    })
}

/// The origin that programs of this machine reach an address at.
fn origin(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}

fn lock(data_dir: &Path) -> Result<File, Error> {
    let failed = |path: &Path, source| Error::DataDir { path: path.to_owned(), source };
    std::fs::create_dir_all(data_dir).map_err(|source| failed(data_dir, source))?;
    let path = data_dir.join(LOCK_FILE);
    let file = File::create(&path).map_err(|source| failed(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::DataDirInUse { path: data_dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(&path, source)),
    }
}

/// The given admin token, else the one in the data directory's file, made on the first start.
fn admin_token(config: &Config) -> Result<Secret, Error> {
    if let Some(token) = config.admin_token.as_ref().filter(|token| !token.is_empty()) {
        return Ok(token.clone());
    }
    let path = config.data_dir.join(ADMIN_TOKEN_FILE);
    let failed = |source| Error::DataDir { path: path.clone(), source };
    match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => Ok(Secret::from(text.trim())),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
        _ => {
            let token = random_secret(ADMIN_TOKEN_PREFIX)?;
            private_file::write(&path, token.expose().as_bytes()).map_err(failed)?;
            Ok(token)
        }
    }
}
