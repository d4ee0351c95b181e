//! The connections of one client for calls of one kind.
//!
//! Moves: open connections, to a call and back. Promises: never more open sockets than the pool has
//! places, whatever is asked at once; calls beyond it wait their turn, in order. A connection comes
//! back only after a whole answer, so that none is ever read by the wrong call. Survives a crash:
//! nothing, and nothing in it is worth keeping.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::Error;
use crate::call::Call;
use crate::connect::{Connection, Way};

/// The most connections that the calls of a client and its clones have open at once. Key sets and
/// telemetry have a few more of their own.
pub const MOST_CONNECTIONS: usize = 64;

/// A connection that was unused for longer is not used again: servers close theirs after a while.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

pub(crate) struct Pool {
    /// One permit for each call that is under way.
    turns: Semaphore,
    /// One permit for each open socket.
    sockets: Arc<Semaphore>,
    /// Unused connections, the one that came back last at the end.
    idle: Mutex<VecDeque<Idle>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

/// A connection for one call.
pub(crate) struct Lent<'p> {
    pub(crate) connection: Connection,
    /// Whether it was used before. The server may have closed it since.
    pub(crate) was_idle: bool,
    pool: &'p Pool,
    _turn: SemaphorePermit<'p>,
}

impl Pool {
    /// A pool with this many places.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            turns: Semaphore::new(places),
            sockets: Arc::new(Semaphore::new(places)),
            idle: Mutex::default(),
        }
    }

    /// A connection that can take a request: an unused one, or a new one.
    pub(crate) async fn lend(&self, way: &Way, call: &Call) -> Result<Lent<'_>, Error> {
        let closed = |_| Error::Transport("the client's connections are closed".into());
        let turn = call.queue(self.turns.acquire()).await.map_err(closed)?;
        while let Some(mut connection) = self.unused() {
            if connection.sender.ready().await.is_ok() {
                return Ok(Lent { connection, was_idle: true, pool: self, _turn: turn });
            }
        }
        let permit = Arc::clone(&self.sockets).acquire_owned().await.map_err(closed)?;
        let connection = way.open(permit).await?;
        Ok(Lent { connection, was_idle: false, pool: self, _turn: turn })
    }

    fn unused(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while idle.front().is_some_and(|oldest| oldest.since.elapsed() > LONGEST_IDLE) {
            idle.pop_front();
        }
        idle.pop_back().map(|idle| idle.connection)
    }
}

impl Lent<'_> {
    /// Returns the connection for the next call. Only for one whose answer was read to its end.
    pub(crate) fn give_back(self) {
        if self.connection.sender.is_closed() {
            return;
        }
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push_back(Idle { connection: self.connection, since: Instant::now() });
        // The turn ends after the connection is back, so that whoever is next finds it.
    }
}
