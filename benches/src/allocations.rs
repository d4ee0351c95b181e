//! Allocations per request: exact, and counted apart from everything that takes time.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::api::Api;
use crate::figures::float;
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
    api: &Arc<Api>,
) -> anyhow::Result<f64> {
    let mut server = Server::start(row, Command::new(counting), &api.base_url()).await?;
    load_and_count(&mut server, api, FEW).await?;
    let few = load_and_count(&mut server, api, FEW).await?;
    let many = load_and_count(&mut server, api, MANY).await?;
    let requests = CONNECTIONS * u64::try_from(MANY - FEW)?;
    Ok((many - few) / float(requests))
}

async fn load_and_count(
    server: &mut Server,
    api: &Arc<Api>,
    requests: usize,
) -> anyhow::Result<f64> {
    let target =
        Target { address: server.address, proof: server.row.proof, api, sent: server.sent };
    let before = server.allocations()?;
    let seen = load::run(&target, Limit::PerConnection(requests)).await?;
    server.sent += seen.requests;
    Ok(float(server.allocations()?.saturating_sub(before)))
}
