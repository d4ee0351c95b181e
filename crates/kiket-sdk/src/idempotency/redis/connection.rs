//! The connection to Redis: made when it is needed, shared, and made again when it fails.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kiket_contract::secret::Secret;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{
    Client, ConnectionAddr, ConnectionInfo, FromRedisValue, IntoConnectionInfo, RedisError,
    RedisResult, ScriptInvocation,
};
use rustls::crypto::{CryptoProvider, ring};
use tokio::time::{Instant, timeout_at};

/// How long Redis may take to answer, and the connection to be made: short, because the caller of
/// the extension waits.
pub(super) const LONGEST_ANSWER: Duration = Duration::from_secs(1);
/// How long a connection that has failed is kept at least, so that failures do not make many.
const RENEW_AFTER: Duration = Duration::from_secs(1);

/// Why Redis could not be asked. The text is for the log, and holds no part of the address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreachable {
    #[error("Redis did not answer in time")]
    Slow,
    #[error("Redis can not be asked: {0}")]
    Failed(#[from] RedisError),
    #[error("Redis holds something else under the key of a delivery; give Kiket its own database")]
    Unreadable,
}

pub(super) struct Connection {
    client: Client,
    made: Mutex<Option<Made>>,
}

struct Made {
    at: Instant,
    manager: ConnectionManager,
}

impl Connection {
    /// Nothing if the URL can not be used.
    pub(super) fn new(url: &Secret) -> Option<Self> {
        let info = url.expose().into_connection_info().ok()?;
        if let ConnectionAddr::TcpTls { insecure, .. } = info.addr() {
            if *insecure {
                return None;
            }
            // The Redis client takes the program's choice, and can not do without one.
            if CryptoProvider::get_default().is_none() {
                let _ = ring::default_provider().install_default();
            }
        }
        // Several small requests share the connection; none may wait for the others.
        let info: ConnectionInfo = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        Some(Self { client: Client::open(info).ok()?, made: Mutex::new(None) })
    }

    pub(super) async fn run<T: FromRedisValue>(
        &self,
        call: &ScriptInvocation<'_>,
        until: Instant,
    ) -> Result<T, Unreachable> {
        self.exchange(until, |mut manager| async move { call.invoke_async(&mut manager).await })
            .await
    }

    pub(super) async fn ping(&self, until: Instant) -> Result<(), Unreachable> {
        let ping = redis::cmd("PING");
        let ping = &ping;
        self.exchange(until, |mut manager| async move { ping.query_async(&mut manager).await })
            .await
    }

    /// Asks once, and again if the connection was gone, as an idle one may be.
    async fn exchange<T, A: Future<Output = RedisResult<T>>>(
        &self,
        until: Instant,
        ask: impl Fn(ConnectionManager) -> A,
    ) -> Result<T, Unreachable> {
        let exchange = async {
            match ask(self.manager()?).await {
                Err(error) if error.is_connection_dropped() => {
                    self.renew();
                    ask(self.manager()?).await
                }
                answer => answer,
            }
        };
        let answer = match timeout_at(until, exchange).await {
            Ok(answer) => answer.map_err(Unreachable::Failed),
            Err(_) => Err(Unreachable::Slow),
        };
        if answer.is_err() {
            self.renew();
        }
        answer
    }

    fn manager(&self) -> RedisResult<ConnectionManager> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.as_ref() {
            return Ok(made.manager.clone());
        }
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(LONGEST_ANSWER))
            .set_response_timeout(Some(LONGEST_ANSWER));
        let manager = ConnectionManager::new_lazy_with_config(self.client.clone(), config)?;
        *made = Some(Made { at: Instant::now(), manager: manager.clone() });
        Ok(manager)
    }

    /// The manager connects again by itself when a connection breaks. It does not when a server
    /// went silent, or refused the login for a while; so after any failure a new one is made.
    fn renew(&self) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.take_if(|made| made.at.elapsed() >= RENEW_AFTER);
    }
}
