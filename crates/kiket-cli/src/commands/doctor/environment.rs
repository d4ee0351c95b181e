//! What the extension reads of its environment: secrets, the delivery secret, the port.

use std::env;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use kiket_contract::environment::{PORT, WEBHOOK_SECRET};
use kiket_contract::secret::Secret;
use kiket_manifest::{Manifest, secret_in_environment, secret_variable};

use crate::commands::check::Check;
use crate::dotenv::Dotenv;
use crate::settings::dev_session;

const FILE: &str = ".env";
const ENV: &str = "env";
const SECRET: &str = "delivery-secret";
const PORT_ID: &str = "port";
/// Where extensions listen when nothing is said.
const USUAL_PORT: u16 = 8080;

/// Looks at the variables of the process and of the folder's `.env`.
pub(super) fn checks(folder: &Path, manifest: Option<&Manifest>) -> Vec<Check> {
    let path = folder.join(FILE);
    let file = match path.is_file() {
        true => Dotenv::read(&path),
        false => Ok(Dotenv::default()),
    };
    let file = match file {
        Ok(file) => file,
        Err(error) => {
            let message = error.to_string().replace(&*path.to_string_lossy(), FILE);
            return vec![Check::fail(ENV, message, "correct the file")];
        }
    };
    vec![complete(&file, manifest), delivery_secret(&file, folder), port(&file)]
}

/// Whether every secret that the manifest requires has a value.
fn complete(file: &Dotenv, manifest: Option<&Manifest>) -> Check {
    let required = manifest.into_iter().flat_map(|manifest| &manifest.settings);
    let required = required.filter(|setting| setting.secret && setting.required);
    let keys: Vec<_> = required.map(|setting| setting.key.value.as_str()).collect();
    let lookup = |name: &str| env::var(name).ok();
    let has = |key: &str| file.secret(key).or_else(|| secret_in_environment(key, lookup)).is_some();
    let missing: Vec<_> = keys.iter().filter(|key| !has(key)).collect();
    if missing.is_empty() {
        return Check::pass(ENV, format!("required secrets with a value: {}", keys.len()));
    }
    let names = missing.iter().filter_map(|key| secret_variable(key).into_iter().next());
    let names = names.collect::<Vec<_>>().join(", ");
    Check::warn(
        ENV,
        format!("required secrets without a value here: {names}"),
        format!("write them to {FILE}, or let deliveries bring them: `kiket secrets set`"),
    )
}

fn delivery_secret(file: &Dotenv, folder: &Path) -> Check {
    let set = env::var(WEBHOOK_SECRET).ok().map(Secret::from).filter(|value| !value.is_empty());
    if set.is_some() || file.value(WEBHOOK_SECRET).is_some() {
        return Check::pass(SECRET, format!("{WEBHOOK_SECRET} is set"));
    }
    if dev_session::find(folder).running.is_some() {
        return Check::pass(SECRET, "the `kiket dev` that runs has agreed on one");
    }
    Check::warn(
        SECRET,
        format!("{WEBHOOK_SECRET} is not set, and no `kiket dev` runs that would agree on one"),
        format!(
            "write what `kiket extensions install` has shown to {FILE}; `kiket installations \
             rotate-secret` shows another"
        ),
    )
}

fn port(file: &Dotenv) -> Check {
    let said = env::var(PORT).ok().filter(|port| !port.is_empty());
    let said = said.or_else(|| Some(file.value(PORT)?.expose().to_owned()));
    let port = match said.as_deref().map(str::parse) {
        None => USUAL_PORT,
        Some(Ok(port)) => port,
        Some(Err(_)) => {
            return Check::fail(PORT_ID, "PORT is no port", "write a number from 1 to 65535");
        }
    };
    match TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)) {
        Ok(_) => Check::pass(PORT_ID, format!("{port} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Check::warn(
            PORT_ID,
            format!("somebody listens at {port} already"),
            "when that is not this extension, end it, or set PORT to another one",
        ),
        Err(error) => Check::fail(
            PORT_ID,
            format!("{port} can not be listened at: {error}"),
            "set PORT to one that you may use, such as 8080",
        ),
    }
}
