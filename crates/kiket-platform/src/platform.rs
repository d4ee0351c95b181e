//! A running platform: its start, what can be asked of it in-process, and its stop.

use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use kiket_contract::api::actions::{ActionCalled, CallAction};
use kiket_contract::api::deliveries::Delivery;
use kiket_contract::api::events::{AcceptedEvent, NewEvent};
use kiket_contract::api::guards::Guard;
use kiket_contract::api::installations::{Installed, NewInstallation};
use kiket_contract::credential::ADMIN_TOKEN_PREFIX;
use kiket_contract::id::{DeliveryId, InstallationId};
use kiket_contract::secret::Secret;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::config::Config;
use crate::core::{Core, Shared};
use crate::custom_data::scans::Scans;
use crate::delivery::turns::Turns;
use crate::error::Error;
use crate::happening::Happening;
use crate::health::Delivering;
use crate::installations::life::{self, Wish};
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::outbound::address::AddressPolicy;
use crate::rate_limit::RateLimits;
use crate::secrets::backend::Backends;
use crate::secrets::master_key::MasterKeys;
use crate::secrets::seal::Sealer;
use crate::serve::{self, Limits};
use crate::signing_keys::SigningKeys;
use crate::store::Store;
use crate::store::carried::Carried;
use crate::tokens::{Tokens, random_secret};
use crate::{
    actions, deliveries, delivery, events, guards, http, installations, private_file, upkeep,
};

const ADMIN_TOKEN_FILE: &str = "admin.token";
pub(crate) const LOCK_FILE: &str = "lock";
/// How many happenings a slow watcher may fall behind before it misses some.
const HAPPENINGS_KEPT: usize = 4096;

/// A running platform. Dropping it without [`Platform::shutdown`] is like a crash: nothing accepted
/// is lost, and what was under way is repeated after the next start.
pub struct Platform {
    pub(crate) core: Shared,
    address: SocketAddr,
    data_dir: PathBuf,
    api: Task,
    worker: Task,
    upkeep: Task,
    /// Held while the platform runs, so that no second one uses its data.
    _lock: File,
}

impl Platform {
    /// Opens the data and starts to listen. Nothing is delivered before [`Platform::deliver`].
    ///
    /// # Errors
    /// When the data directory is in use or can not be opened, when its master key is missing or
    /// another one, or when the address is taken.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let data_dir = std::path::absolute(&config.data_dir)
            .map_err(|source| Error::DataDir { path: config.data_dir.clone(), source })?;
        let lock = lock(&data_dir)?;
        let listen = |source| Error::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let core = Arc::new(open(&config, &data_dir, address).await?);
        let (api, worker, upkeep) = (Task::new(), Task::new(), Task::new());
        let router = http::router(core.clone());
        api.spawn(serve::serve(listener, router, Limits::DEFAULT, api.stop.clone()));
        // So that it can be waited for: nothing else is spawned in it.
        api.running.close();
        upkeep.spawn(upkeep::run(core.clone(), config.retention, upkeep.stop.clone()));
        Ok(Self { core, address, data_dir, api, worker, upkeep, _lock: lock })
    }

    /// Starts to deliver what is due, now and from now on.
    pub fn deliver(&self) {
        let delivering = Delivering::new(&self.core);
        let worker = delivery::worker::run(self.core.clone(), self.worker.stop.clone());
        self.worker.spawn(async move {
            let _delivering = delivering;
            worker.await;
        });
    }

    /// Delivers nothing more: attempts that are under way may finish for three seconds, the rest is
    /// given back to be delivered after the next start. Callbacks are still answered.
    pub async fn stop_delivering(&self) {
        self.worker.finish().await;
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

    /// Delivers nothing to an installation: its events wait, its guards deny.
    ///
    /// # Errors
    /// When there is no such installation, or it is disabled.
    pub async fn pause(&self, id: InstallationId) -> Result<(), Error> {
        life::change(&self.core, id, Wish::Pause).await.map(drop)
    }

    /// Delivers to a paused installation again, what waited first.
    ///
    /// # Errors
    /// When there is no such installation, or it is disabled.
    pub async fn resume(&self, id: InstallationId) -> Result<(), Error> {
        life::change(&self.core, id, Wish::Resume).await.map(drop)
    }

    /// Stores an event with one delivery for each installation and version that wants it.
    ///
    /// # Errors
    /// When the payload is too large, has a reserved member, or the project is not the
    /// organisation's; nothing is stored then.
    pub async fn accept(&self, new: NewEvent) -> Result<AcceptedEvent, Error> {
        events::accept(&self.core, new, None).await
    }

    /// Asks every guard of an event that asks first, and says what they decided together.
    ///
    /// # Errors
    /// When the event does not ask first, its payload is too large or has a reserved member, or the
    /// project is not the organisation's; nothing is asked then.
    pub async fn ask(&self, new: NewEvent) -> Result<Guard, Error> {
        guards::ask(&self.core, new).await
    }

    /// Calls an action of an extension and answers as it did.
    ///
    /// # Errors
    /// When there is no such extension, installation or action, when the installation is not
    /// active, or when the extension did not answer as it should.
    pub async fn call(
        &self,
        extension_id: &str,
        action_key: &str,
        new: CallAction,
    ) -> Result<ActionCalled, Error> {
        actions::call(&self.core, extension_id, action_key, new).await
    }

    /// One delivery with all that happened to it so far.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, Error> {
        Ok(self.core.store.delivery(id, self.core.now()).await?)
    }

    /// What a delivery carries, as its event brought it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn carried(&self, id: DeliveryId) -> Result<Option<Carried>, Error> {
        Ok(self.core.store.carried(id).await?)
    }

    /// Delivers an event to the same installation once more.
    ///
    /// # Errors
    /// When there is no such delivery, it is not settled, its installation was removed, or it was the
    /// question to a guard or the call of an action.
    pub async fn redeliver(&self, id: DeliveryId) -> Result<Delivery, Error> {
        deliveries::redeliver(&self.core, id).await
    }

    /// What happens from now on, as it happens.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Happening> {
        self.core.happenings.subscribe()
    }

    /// Waits until the API is served no more, which before [`Platform::shutdown`] only a defect
    /// brings about.
    pub async fn api_ended(&self) {
        self.api.running.wait().await;
    }

    /// Stops delivering as [`Platform::stop_delivering`] does, then listening, and closes the
    /// database. Requests that are under way may finish for two seconds.
    pub async fn shutdown(self) {
        self.core.stopping.cancel();
        self.stop_delivering().await;
        self.upkeep.finish().await;
        self.api.finish().await;
        self.core.store.close().await;
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.core.stopping.cancel();
        self.worker.stop.cancel();
        self.upkeep.stop.cancel();
        self.api.stop.cancel();
    }
}

/// Something that runs in the background until it is stopped.
struct Task {
    stop: CancellationToken,
    running: TaskTracker,
}

impl Task {
    fn new() -> Self {
        Self { stop: CancellationToken::new(), running: TaskTracker::new() }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.running.spawn(task);
    }

    async fn finish(&self) {
        self.stop.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

async fn open(config: &Config, data_dir: &Path, address: SocketAddr) -> Result<Core, Error> {
    let url = match &config.public_url {
        Some(url) => public_origin(url)?,
        None => origin(address),
    };
    let outbound =
        Outbound::new(AddressPolicy::new(&config.allow_networks), config.egress_proxy.as_ref())?;
    let metrics = Metrics::new();
    let store = Store::open(data_dir, delivery::plan::plan, metrics.writer_batch()).await?;
    // The lock on the directory says that whoever held a lease is gone.
    store.release_all(config.clock.now()).await?;
    let fresh = store.signing_keys().await?.is_empty();
    let sealer = Sealer::new(&MasterKeys::obtain(config, data_dir, fresh)?);
    let keys = SigningKeys::open(&store, &sealer, config.clock.now()).await?;
    Ok(Core {
        store,
        sealer,
        backends: Backends::new(&config.secret_backend)?,
        tokens: Tokens::new(keys),
        rate_limits: RateLimits::default(),
        outbound,
        schedule: config.schedule,
        clock: config.clock.clone(),
        admin_token: admin_token(config, data_dir)?,
        url,
        wake: Notify::new(),
        happenings: broadcast::Sender::new(HAPPENINGS_KEPT),
        metrics,
        delivering: AtomicBool::new(false),
        scans: Scans::default(),
        turns: Turns::default(),
        stopping: CancellationToken::new(),
    })
}

/// The origin that programs of this machine reach an address at.
fn origin(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}

/// The origin of a public URL. Extensions put the API's paths after it, so it has none of its own.
fn public_origin(text: &str) -> Result<String, Error> {
    let shown = || text.rsplit_once('@').map_or(text, |(_, host)| host).to_owned();
    let refused = |reason: &str| Error::PublicUrl { url: shown(), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|reason| refused(&reason.to_string()))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(refused("write https://, or http:// on a network of your own"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "it holds credentials, which every extension would see: take them out",
        ));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it has a path, but the API is at the root of its host: leave it out"));
    }
    Ok(url.origin().ascii_serialization())
}

fn lock(data_dir: &Path) -> Result<File, Error> {
    let failed = |path: &Path, source| Error::DataDir { path: path.to_owned(), source };
    private_file::create_dir(data_dir).map_err(|source| failed(data_dir, source))?;
    let path = data_dir.join(LOCK_FILE);
    let file = File::create(&path).map_err(|source| failed(&path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::DataDirInUse { path: data_dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(&path, source)),
    }
}

/// The given admin token, else the one in the data directory's file, made on the first start.
fn admin_token(config: &Config, data_dir: &Path) -> Result<Secret, Error> {
    if let Some(token) = config.admin_token.as_ref().filter(|token| !token.is_empty()) {
        return Ok(token.clone());
    }
    let path = data_dir.join(ADMIN_TOKEN_FILE);
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

#[cfg(test)]
mod full_disk;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_the_api_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(dir.path());
        config.listen.set_port(0);
        let platform = Platform::start(config).await.unwrap();
        let mut ended = std::pin::pin!(platform.api_ended());
        assert!(futures_util::poll!(ended.as_mut()).is_pending(), "it is served");
        platform.api.stop.cancel();
        ended.await;
    }
}
