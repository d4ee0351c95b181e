//! `kiket serve`: the platform as a server.
//!
//! The first SIGINT, SIGTERM or SIGHUP stops it in order: no attempt begins any more, those under way
//! may finish, the rest is given back; then the API closes. The second one ends it at once. However
//! it ends, what was accepted is delivered after the next start.

use std::env;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kiket_contract::environment::LOG;
use kiket_contract::secret::Secret;
use kiket_contract::{api, route};
use kiket_platform::{Config, Error, Platform, Trouble};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::signals;
use crate::args::Serve;
use crate::exit::Exit;
use crate::printer;
use crate::settings::{ADMIN_TOKEN, MASTER_KEY};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Serves until a signal comes.
pub(crate) async fn run(args: Serve) -> anyhow::Result<Exit> {
    log_to_standard_error();
    let stop = signals::listen()?;
    raise_open_files();
    let config = config(args)?;
    let token_is_given = config.admin_token.is_some();
    let data_dir = config.data_dir.clone();
    let platform = Platform::start(config).await.map_err(|error| explain(error, &data_dir))?;
    platform.deliver();
    greet(&platform, token_is_given)?;
    tokio::select! {
        () = stop.cancelled() => {}
        () = platform.api_ended() => {
            platform.shutdown().await;
            anyhow::bail!("the API ended by itself, which is a defect: start again");
        }
    }
    tracing::info!("stopping: what is under way may finish; a second signal ends it at once");
    platform.shutdown().await;
    tracing::info!("stopped");
    Ok(Exit::Ok)
}

/// Each attempt and each connection holds a file descriptor. Systems start programs with a low limit
/// that they may raise themselves.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    if let Err(failure) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(error = %failure, "the limit of open files stays as it is");
    }
}

fn config(args: Serve) -> anyhow::Result<Config> {
    let mut config = Config::new(args.data_dir);
    config.listen = args.listen;
    config.public_url = args.public_url;
    config.allow_networks = args.allow_network;
    config.egress_proxy = args.egress_proxy;
    config.schedule.base = args.retry_base;
    config.retention = DAY * args.retention_days;
    config.admin_token = variable(ADMIN_TOKEN);
    give_master_key(&mut config, args.master_key_file)?;
    #[cfg(feature = "vault")]
    if let (Some(address), Some(token_file)) =
        (args.vault.vault_address, args.vault.vault_token_file)
    {
        let mut vault = kiket_platform::Vault::new(address, token_file);
        vault.mount = args.vault.vault_mount;
        vault.prefix = args.vault.vault_prefix;
        vault.namespace = args.vault.vault_namespace;
        config.secret_backend = kiket_platform::SecretBackend::Vault(vault);
    }
    #[cfg(feature = "google-secret-manager")]
    if let Some(project) = args.google_secrets_project {
        let google = kiket_platform::GoogleSecretManager::new(project);
        config.secret_backend = kiket_platform::SecretBackend::GoogleSecretManager(google);
    }
    Ok(config)
}

/// The master key of the environment, or the file that it is in.
pub(super) fn give_master_key(config: &mut Config, file: Option<PathBuf>) -> anyhow::Result<()> {
    config.master_key = variable(MASTER_KEY);
    if config.master_key.is_some() && file.is_some() {
        anyhow::bail!("the master key is given twice: set {MASTER_KEY} or the file, not both");
    }
    config.master_key_file = file;
    Ok(())
}

fn variable(name: &str) -> Option<Secret> {
    // A file's last newline often comes with it.
    let value = env::var(name).ok()?;
    Some(value.trim()).filter(|value| !value.is_empty()).map(Secret::from)
}

/// Adds what to do, where the error itself does not know it.
fn explain(error: Error, data_dir: &Path) -> anyhow::Error {
    let dir = data_dir.display();
    let advice = match &error {
        Error::Listen { .. } => "choose another with --listen, or stop what listens there".into(),
        Error::DataDir { source, .. } if source.kind() == ErrorKind::StorageFull => {
            format!("make room on the disk of `{dir}`")
        }
        Error::DataDir { .. } => {
            "let this user write there, or choose another with --data-dir".into()
        }
        Error::Store(store) => match store.trouble() {
            Trouble::Newer => {
                format!("a newer Kiket has written `{dir}`: run that one, or restore a backup")
            }
            Trouble::OtherTables => format!(
                "another build has made the tables in `{dir}`: run that one, or choose another \
                 with --data-dir"
            ),
            Trouble::Full => format!("make room on the disk of `{dir}`"),
            Trouble::NotPermitted => {
                format!("let this user read and write everything in `{dir}`")
            }
            _ => return error.into(),
        },
        _ => return error.into(),
    };
    anyhow::anyhow!("{:#}; {advice}", anyhow::Error::new(error))
}

/// Where it listens, where the admin token is, and a first request to make.
fn greet(platform: &Platform, token_is_given: bool) -> anyhow::Result<()> {
    let address = format!("http://{}", platform.address());
    let (place, token) = match token_is_given {
        true => (format!("the value of {ADMIN_TOKEN}"), format!("${ADMIN_TOKEN}")),
        false => {
            let file = platform.admin_token_file().display().to_string();
            let quoted = format!("$(cat '{}')", file.replace('\'', r"'\''"));
            (file, quoted)
        }
    };
    printer::line(format_args!("listening    {address}"))?;
    printer::line(format_args!("extensions   call back to {}", platform.url()))?;
    printer::line(format_args!("admin token  {place}"))?;
    printer::line(format_args!("API          {address}{}", route::OPENAPI))?;
    printer::line(format_args!(
        "send an event:  curl {address}{} -H \"Authorization: Bearer {token}\" -d \
         '{{\"event\":\"issue.created\",\"project_id\":1,\"organization_id\":1,\"payload\":{{}}}}'",
        api::events::PATH
    ))?;
    Ok(())
}

/// The log goes to the standard error; RUST_LOG says how much of it, `info` when it says nothing.
fn log_to_standard_error() {
    let wanted = env::var(LOG).ok().filter(|wanted| !wanted.is_empty());
    let filter = wanted.as_deref().unwrap_or("info").parse::<Targets>();
    let unreadable = filter.is_err();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let filter = filter.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    tracing_subscriber::registry().with(filter).with(lines).init();
    if unreadable {
        tracing::warn!("ignored `{LOG}`: write a level, or `target=level` pairs with commas");
    }
}
