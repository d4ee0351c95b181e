//! Cold start: from the start of the process to the first 200 at the health check.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::ensure;
use kiket_contract::route;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::figures::median;
use crate::rows::Row;
use crate::server::Server;

const STARTS: usize = 15;

/// The median in milliseconds.
pub(crate) async fn measure(
    row: &'static Row,
    program: &Path,
    base_url: &str,
) -> anyhow::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        times.push(once(row, program, base_url).await?);
    }
    Ok(median(&times))
}

async fn once(row: &'static Row, program: &Path, base_url: &str) -> anyhow::Result<f64> {
    let begin = Instant::now();
    let mut server = Server::spawn(row, Command::new(program), base_url)?;
    let mut stream = server.connect().await?;
    let request = format!("GET {} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", route::HEALTH);
    stream.write_all(request.as_bytes()).await?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    let time = begin.elapsed();
    ensure!(&status == b"HTTP/1.1 200", "`{}` is not healthy", row.name);
    Ok(time.as_secs_f64() * 1e3)
}
