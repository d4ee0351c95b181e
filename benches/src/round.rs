//! The rounds: every row in turn, a second each, so that a machine that changes its speed changes
//! it for all.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::api::Api;
use crate::figures::{float, percentile};
use crate::load::{self, Limit, Target};
use crate::meter::{Meter, Method};
use crate::rows::Row;
use crate::server::Server;

const LENGTH: Duration = Duration::from_secs(1);
const WARM_UP: Duration = Duration::from_millis(500);

/// What one round of one row showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) requests: u64,
    pub(crate) handled: u64,
    pub(crate) per_second: f64,
    /// In microseconds, as is the other percentile.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Per request: instructions in user mode, or microseconds of user CPU time.
    pub(crate) cost: f64,
    /// Per request, in microseconds of user and system time.
    pub(crate) cpu: f64,
    pub(crate) resident_mib: f64,
    /// Opened to the API since the server's start.
    pub(crate) connections: u64,
}

/// The servers of all rows, and what they are loaded with.
pub(crate) struct Rounds {
    servers: Vec<Server>,
    api: Arc<Api>,
    method: Method,
}

impl Rounds {
    /// Starts every server, and warms it up.
    pub(crate) async fn start(
        rows: &[&'static Row],
        program: &Path,
        api: Arc<Api>,
        method: Method,
    ) -> anyhow::Result<Self> {
        let mut servers = Vec::new();
        for row in rows {
            servers.push(Server::start(row, Command::new(program), &api.base_url()).await?);
        }
        let mut rounds = Self { servers, api, method };
        for index in 0..rounds.servers.len() {
            rounds.one(index, WARM_UP).await?;
        }
        Ok(rounds)
    }

    /// One round of every row; each time another one begins.
    pub(crate) async fn next(&mut self, number: u32) -> anyhow::Result<Vec<(usize, Round)>> {
        let mut order: Vec<usize> = (0..self.servers.len()).collect();
        let first = usize::try_from(number)? % order.len();
        order.rotate_left(first);
        let mut all = Vec::new();
        for index in order {
            all.push((index, self.one(index, LENGTH).await?));
        }
        Ok(all)
    }

    async fn one(&mut self, index: usize, length: Duration) -> anyhow::Result<Round> {
        let server = &mut self.servers[index];
        let (address, proof) = (server.address, server.row.proof);
        let target = Target { address, proof, api: &self.api, sent: server.sent };
        let opened = self.api.connections();
        let meter = Meter::start(server.id(), self.method)?;
        let seen = load::run(&target, Limit::Time(length)).await?;
        let cost = meter.stop()?;
        server.sent += seen.requests;
        server.connections += self.api.connections() - opened;
        let requests = float(seen.requests);
        Ok(Round {
            requests: seen.requests,
            handled: seen.handled,
            per_second: requests / seen.elapsed.as_secs_f64(),
            p50: percentile(&seen.latencies, 50),
            p99: percentile(&seen.latencies, 99),
            cost: cost.user / requests,
            cpu: cost.cpu.as_secs_f64() * 1e6 / requests,
            resident_mib: float(cost.resident_kib) / 1024.0,
            connections: server.connections,
        })
    }
}
