//! Dotenv files, and the secrets in them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use kiket_contract::environment::{HOST, LOG, PORT, SECRET_PREFIX};
use kiket_contract::secret::Secret;
use kiket_manifest::secret_in_environment;

use crate::exit::{Invalid, Misuse};

/// The path that stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";
/// What the variables of the program that runs an extension begin with.
const OF_KIKET: &str = "KIKET_";
/// The most bytes of a file.
const LARGEST: u64 = 1024 * 1024;

/// A file's variables.
#[derive(Debug, Default)]
pub(crate) struct Dotenv(BTreeMap<String, Secret>);

impl Dotenv {
    /// Reads a file, or standard input.
    ///
    /// # Errors
    /// When there is none, or it can not be understood; no error shows what is in it.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display();
        Self::parse(&text(path).map_err(|error| Misuse(format!("can not read `{name}`: {error}")))?)
            .map_err(|at| {
                let at = at.map_or_else(String::new, |line| format!(" line {line}:"));
                let text =
                    format!("`{name}`:{at} this is no `KEY=value`; quote values with blanks");
                Invalid(text).into()
            })
    }

    /// The variables of a text, or the line that is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, Option<usize>> {
        let mut variables = BTreeMap::new();
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            match entry {
                Ok((name, value)) => _ = variables.insert(name, Secret::from(value)),
                Err(dotenvy::Error::LineParse(line, _)) => {
                    let before = text.find(line.trim_end()).and_then(|at| text.get(..at));
                    return Err(before.map(|before| before.matches('\n').count() + 1));
                }
                Err(_) => return Err(None),
            }
        }
        Ok(Self(variables))
    }

    /// Whether the variable is there, with a value or without.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value of a variable that has one.
    pub(crate) fn value(&self, name: &str) -> Option<&Secret> {
        self.0.get(name).filter(|value| !value.is_empty())
    }

    /// The values of the secrets with these keys: under one of the variables that extensions read,
    /// or under the key itself.
    pub(crate) fn secret(&self, key: &str) -> Option<Secret> {
        let variable = |name: &str| Some(self.0.get(name)?.expose().to_owned());
        secret_in_environment(key, variable).or_else(|| self.value(key).cloned())
    }

    /// Every secret with its value, by its key, where variables of the extension's program are none.
    /// A variable that belongs to none of the known keys names its own.
    pub(crate) fn secrets(&self, known: &[String]) -> BTreeMap<String, Secret> {
        let mut secrets = BTreeMap::new();
        let mut taken = Vec::new();
        for key in known {
            taken.extend(kiket_manifest::secret_variable(key));
            taken.push(key.clone());
            if let Some(value) = self.secret(key) {
                secrets.insert(key.clone(), value);
            }
        }
        let own = self.0.keys().filter(|name| !taken.contains(name) && !is_of_program(name));
        for name in own {
            let key = name.strip_prefix(SECRET_PREFIX).unwrap_or(name);
            if let Some(value) = self.value(name) {
                secrets.insert(key.to_owned(), value.clone());
            }
        }
        secrets
    }
}

/// Whether a variable is for the program that runs the extension.
fn is_of_program(name: &str) -> bool {
    let is_secret = name.starts_with(SECRET_PREFIX);
    [HOST, PORT, LOG].contains(&name) || (name.starts_with(OF_KIKET) && !is_secret)
}

/// The whole text of a file, or of standard input.
///
/// # Errors
/// When it can not be read, is no UTF-8, or has more than 1 MiB.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    if path == STANDARD_INPUT {
        io::stdin().lock().take(LARGEST + 1).read_to_string(&mut text)?;
    } else {
        fs::File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    }
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 1 MiB"));
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, name: &str) -> String {
        Dotenv::parse(text).unwrap().value(name).unwrap().expose().to_owned()
    }

    #[test]
    fn values_are_read_as_other_tools_read_them() {
        for (text, expected) in [
            ("A=plain # said", "plain"),
            ("export A='one two'", "one two"),
            ("A='keeps $HOME and # this'", "keeps $HOME and # this"),
            ("A=\"one\\ntwo\"", "one\ntwo"),
            (
                "A=\"-----BEGIN KEY-----\nabc=\n-----END KEY-----\"\nB=1",
                "-----BEGIN KEY-----\nabc=\n-----END KEY-----",
            ),
            ("# A=no\nA=\"say \\\"hush\\\"\"\r\n", "say \"hush\""),
        ] {
            assert_eq!(value(text, "A"), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_only() {
        assert_eq!(Dotenv::parse("A=1\nB=2\nthis is hush\n").unwrap_err(), Some(3));
    }

    #[test]
    fn a_secret_is_found_under_its_variable_or_its_key_and_the_programs_own_are_none() {
        let text = "KIKET_SECRET_API_TOKEN=a\nother=b\nKIKET_SECRET_NEW=c\nEMPTY=\n\
                    KIKET_WEBHOOK_SECRET=sh\nPORT=8080\nRUST_LOG=info\n";
        let found = Dotenv::parse(text).unwrap().secrets(&["api_token".into(), "other".into()]);
        let found: Vec<_> =
            found.iter().map(|(key, value)| (key.as_str(), value.expose())).collect();
        assert_eq!(found, [("NEW", "c"), ("api_token", "a"), ("other", "b")]);
    }
}
