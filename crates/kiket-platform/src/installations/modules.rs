//! The schemas of an extension's modules of custom data, as they come with its installation.

use std::collections::BTreeMap;

use kiket_contract::api::installations::{LARGEST_MODULE, MOST_MODULES};
use kiket_contract::api::secrets::{LONGEST_KEY, is_valid_key};
use kiket_manifest::Document;

use crate::error::Error;

/// The schemas by the module's id, if each can be read.
pub(super) fn checked(given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Error> {
    if given.len() > MOST_MODULES {
        return Err(Error::TooManyModules { given: given.len() });
    }
    for (name, schema) in &given {
        if let Some(problem) = problem(name, schema) {
            return Err(Error::Module { name: name.chars().take(LONGEST_KEY).collect(), problem });
        }
    }
    Ok(given)
}

fn problem(name: &str, schema: &str) -> Option<String> {
    if !is_valid_key(name) {
        return Some(format!(
            "has no name that can be used: 1 to {LONGEST_KEY} letters, digits, dots, dashes and \
             underscores"
        ));
    }
    if schema.len() > LARGEST_MODULE {
        let size = schema.len();
        return Some(format!("has {size} bytes, at most {LARGEST_MODULE} are allowed"));
    }
    let document = Document::parse(schema);
    let is_read = document.is_complete() && document.root().is_mapping();
    (!is_read).then(|| "is no YAML or JSON mapping: check its syntax".to_owned())
}
