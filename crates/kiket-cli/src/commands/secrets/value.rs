//! A secret's value, from where nobody else can see it.

use std::io::{IsTerminal as _, stdin};
use std::path::Path;

use kiket_contract::secret::Secret;

use crate::args::Remote;
use crate::dotenv::{STANDARD_INPUT, text};
use crate::exit::Misuse;

/// Reads a value: of a file, of standard input, or asks for it.
///
/// # Errors
/// When it can not be read, or is empty.
pub(super) fn read(key: &str, file: Option<&Path>, remote: &Remote) -> anyhow::Result<Secret> {
    let value = match file {
        None if stdin().is_terminal() => rpassword::prompt_password(format!("Value of {key}: "))?,
        file => {
            let path = file.unwrap_or(Path::new(STANDARD_INPUT));
            let is_taken =
                remote.token_file.as_deref().is_some_and(|token| token == STANDARD_INPUT);
            if is_taken && path == STANDARD_INPUT {
                let text = "standard input has the token: give the value with --value-file FILE";
                return Err(Misuse(text.to_owned()).into());
            }
            text(path).map_err(|error| {
                Misuse(format!("can not read the value from `{}`: {error}", path.display()))
            })?
        }
    };
    let value = value.strip_suffix('\n').unwrap_or(&value);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.is_empty() {
        return Err(Misuse(format!("the value of `{key}` is empty")).into());
    }
    Ok(Secret::from(value))
}
