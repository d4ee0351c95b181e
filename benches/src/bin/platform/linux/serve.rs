//! The server's side: a platform with its usual settings, and loopback as a permitted target.

use std::path::Path;

use kiket_platform::{Config, Platform};

/// Serves until the input ends, and says first where and with which admin token.
pub(crate) async fn serve(data_dir: &Path, deliver: bool) -> anyhow::Result<()> {
    let mut config = Config::new(data_dir);
    config.listen.set_port(0);
    config.allow_networks = vec!["127.0.0.0/8".parse()?];
    let platform = Platform::start(config).await?;
    if deliver {
        platform.deliver();
    }
    println!("{} {}", platform.address(), platform.admin_token().expose());
    tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop)).await?;
    platform.shutdown().await;
    Ok(())
}
