//! The address of a platform.

use std::fmt;

use url::{Host, Url};

/// Scheme, host and port, checked. Tokens go there, so it is https, or this machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin(String);

impl Origin {
    /// Reads an address.
    ///
    /// # Errors
    /// With what is wrong and what to write. The text does not repeat the URL, which may hold a
    /// password.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let url =
            Url::parse(text.trim()).map_err(|_| "is not an absolute URL; write `https://host`")?;
        match fault(&url) {
            Some(problem) => Err(problem),
            None => Ok(Self(url.origin().ascii_serialization())),
        }
    }

    /// `scheme://host[:port]`, without a slash at the end.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fault(url: &Url) -> Option<&'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Some("is neither https nor http; write `https://host`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("holds credentials; take them out, the token is given apart");
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Some("has more than a host; leave only `https://host`");
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Some("is http to another machine, which would show the token; use https");
    }
    None
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_origin_that_keeps_the_token_secret_is_taken() {
        for (text, origin) in [
            ("https://KIKET.dev:443/", "https://kiket.dev"),
            (" http://127.0.0.1:7420 ", "http://127.0.0.1:7420"),
            ("http://localhost:7420", "http://localhost:7420"),
            ("http://[::1]:7420", "http://[::1]:7420"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), origin);
        }
        for (text, reason) in [
            ("kiket.dev", "absolute"),
            ("ftp://kiket.dev", "neither"),
            ("https://user:password@kiket.dev", "credentials"),
            ("https://kiket.dev/api/v1", "more than a host"),
            ("https://kiket.dev?a=b", "more than a host"),
            ("http://10.0.0.1", "https"),
        ] {
            let problem = Origin::parse(text).unwrap_err();
            assert!(problem.contains(reason), "{text}: {problem}");
        }
    }
}
