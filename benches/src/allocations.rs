//! Allocations per request: exact, and counted apart from everything that takes time.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::figures::float;
use crate::keys::Keys;
use crate::load::{self, CONNECTIONS, Limit, Target};
use crate::rows::Row;
use crate::server::Server;

const FEW: usize = 20;
const MANY: usize = 120;

/// Two loads that differ in nothing but the number of requests differ in the allocations that these
/// made: what a connection costs is in both. A reallocation counts as an allocation.
pub(crate) async fn per_request(
    row: &'static Row,
    counting: &Path,
    keys: &Arc<Keys>,
) -> anyhow::Result<f64> {
    let mut server = Server::start(row, Command::new(counting), &keys.base_url()).await?;
    load_and_count(&mut server, keys, FEW).await?;
    let few = load_and_count(&mut server, keys, FEW).await?;
    let many = load_and_count(&mut server, keys, MANY).await?;
    let requests = CONNECTIONS * u64::try_from(MANY - FEW)?;
    Ok((many - few) / float(requests))
}

async fn load_and_count(
    server: &mut Server,
    keys: &Arc<Keys>,
    requests: usize,
) -> anyhow::Result<f64> {
    let target =
        Target { address: server.address, proof: server.row.proof, keys, sent: server.sent };
    let before = server.allocations()?;
    let seen = load::run(&target, Limit::PerConnection(requests)).await?;
    server.sent += seen.requests;
    Ok(float(server.allocations()?.saturating_sub(before)))
}
