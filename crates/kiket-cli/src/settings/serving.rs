//! The platform that `kiket serve` runs from this folder when nothing else is said to it.

use std::path::PathBuf;

use super::{Origin, variable};

/// Its address when nothing is said to `kiket serve`.
const LISTEN: &str = "127.0.0.1:7420";
const DATA_DIR: &str = "kiket-data";
const TOKEN_FILE: &str = "admin.token";

/// Where it should listen, and the token that it has made.
pub(super) struct Serving {
    pub(super) url: Origin,
    pub(super) token_file: PathBuf,
}

/// What `kiket serve` of this folder and this environment has left, when it has been run.
pub(super) fn find() -> Option<Serving> {
    let data_dir = variable("KIKET_DATA_DIR").unwrap_or_else(|| DATA_DIR.to_owned());
    let listen = variable("KIKET_LISTEN").unwrap_or_else(|| LISTEN.to_owned());
    let token_file = PathBuf::from(data_dir).join(TOKEN_FILE);
    let url = Origin::parse(&format!("http://{listen}")).ok()?;
    token_file.is_file().then_some(Serving { url, token_file })
}
