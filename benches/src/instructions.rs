//! Instructions in user mode per request, counted by valgrind's callgrind: the same however busy the
//! machine is.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, ensure};

use crate::api::Api;
use crate::figures::float;
use crate::load::{self, CONNECTIONS, Limit, Target};
use crate::rows::Row;
use crate::server::Server;

const FEW: usize = 3;
const MANY: usize = 19;

/// What is not counted: the hash under the signature, the same in every row. Processors have
/// instructions for it, and the one that valgrind simulates has not.
const LEFT_OUT: &str = "sha2::sha256::compress256";

/// Whether what is not counted can be told apart in this program.
pub(crate) fn check(program: &Path) -> anyhow::Result<()> {
    let name = LEFT_OUT.rsplit("::").next().unwrap_or(LEFT_OUT);
    // Symbols have the lengths of their parts before them; this text itself has not.
    let symbol = format!("{}{name}", name.len()).into_bytes();
    let has_name = std::fs::read(program)?.windows(symbol.len()).any(|part| part == symbol);
    ensure!(has_name, "`{LEFT_OUT}` is not among the program's symbols; build it unstripped");
    Ok(())
}

/// Two loads that differ in nothing but the number of requests differ in what these cost.
pub(crate) async fn per_request(
    row: &'static Row,
    program: &Path,
    api: &Arc<Api>,
) -> anyhow::Result<f64> {
    let few = count(row, program, api, FEW).await?;
    let many = count(row, program, api, MANY).await?;
    let requests = CONNECTIONS * u64::try_from(MANY - FEW)?;
    Ok(float(many.saturating_sub(few)) / float(requests))
}

/// All instructions of a server that answers so many requests per connection.
async fn count(
    row: &'static Row,
    program: &Path,
    api: &Arc<Api>,
    requests: usize,
) -> anyhow::Result<u64> {
    let file = std::env::temp_dir().join(format!("webhook-{}.callgrind", std::process::id()));
    let mut callgrind = Command::new("valgrind");
    callgrind
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(format!("--toggle-collect={LEFT_OUT}"))
        .arg("--collect-atstart=yes")
        .arg(program);
    let server = Server::start(row, callgrind, &api.base_url())
        .await
        .context("no row can be counted: install valgrind with its tool callgrind")?;
    let target = Target { address: server.address, proof: row.proof, api, sent: 0 };
    load::run(&target, Limit::PerConnection(requests)).await?;
    server.end()?;
    let counted = std::fs::read_to_string(&file)?;
    std::fs::remove_file(&file)?;
    let total = counted.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.context("callgrind has counted nothing")?.trim().parse()?)
}
