//! The headers that a manifest wants on its deliveries.
//!
//! Their values often are credentials, so they are sealed. A reference has no value on the platform:
//! the request gives it, under the header's name.

use std::collections::BTreeMap;

use hyper::header::{HeaderName, HeaderValue};
use kiket_contract::header;
use kiket_contract::secret::Secret;
use kiket_manifest::Manifest;

use super::from_manifest::problem;
use crate::error::Error;

/// The most bytes of all names and values.
const LARGEST: usize = 8 * 1024;
/// Headers of the connection, and those by which the platform says whom it calls and why.
const RESERVED: [&str; 14] = [
    "connection",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    header::TRACEPARENT,
    "tracestate",
];
const RESERVED_PREFIXES: [&str; 2] = ["x-kiket-", "content-"];

/// The headers by name in lower case: the request's value, else the one written in the manifest,
/// else the one that the installation had.
pub(super) fn headers(
    manifest: &Manifest,
    given: &BTreeMap<String, Secret>,
    earlier: BTreeMap<String, Secret>,
) -> Result<BTreeMap<String, Secret>, Error> {
    let given: BTreeMap<_, _> =
        given.iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    let mut headers = BTreeMap::new();
    for declared in &manifest.callback.headers {
        let member = format!("callback.headers.{}", declared.name.as_str());
        let name = name(&declared.name, &member)?;
        let written = declared.value.resolve(|_| None);
        let value = match (given.get(&name), written) {
            (Some(value), _) => (*value).clone(),
            (None, Ok(value)) => value,
            (None, Err(unresolved)) => earlier.get(&name).cloned().ok_or_else(|| {
                let variable = unresolved.variable;
                problem(&member, format!("refers to `{variable}`: send its value in `headers`"))
            })?,
        };
        if HeaderValue::from_str(value.expose()).is_err() {
            return Err(problem(&member, "has a value that no header can have"));
        }
        headers.insert(name, value);
    }
    if let Some(name) = given.keys().find(|name| !headers.contains_key(*name)) {
        let name: String = name.chars().take(60).collect();
        return Err(problem("callback.headers", format!("have no `{name}`: declare it there")));
    }
    let size: usize = headers.iter().map(|(name, value)| name.len() + value.expose().len()).sum();
    if size > LARGEST {
        return Err(problem("callback.headers", format!("have more than {LARGEST} bytes in all")));
    }
    Ok(headers)
}

fn name(name: &str, member: &str) -> Result<String, Error> {
    let name = HeaderName::try_from(name)
        .map_err(|_| problem(member, "can not name a header: write letters, digits and dashes"))?;
    let name = name.as_str();
    let is_reserved =
        RESERVED.contains(&name) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    if is_reserved {
        return Err(problem(member, "is the platform's own: take it out or name it otherwise"));
    }
    Ok(name.to_owned())
}
