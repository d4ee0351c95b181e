//! The one address that calls go to.

use std::fmt;

use hyper::Uri;
use hyper::header::HeaderValue;
use url::{Host, Url};

/// Scheme, host and port of a platform. Tokens go there, so it is https, or this machine.
///
/// ```
/// use kiket_client::Origin;
///
/// assert_eq!(Origin::parse("http://localhost:7420/").unwrap().as_str(), "http://localhost:7420");
/// assert!(Origin::parse("http://kiket.dev").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    text: String,
    uri: Uri,
    host: HeaderValue,
    is_https: bool,
}

impl Origin {
    /// Reads an address.
    ///
    /// # Errors
    /// With what is wrong with it and what to write, to be put behind its name. The text does not
    /// repeat the address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url =
            Url::parse(text.trim()).map_err(|_| "is not an absolute URL; write `https://host`")?;
        if let Some(problem) = fault(&url) {
            return Err(problem);
        }
        let text = url.origin().ascii_serialization();
        let odd = "has a host that can not be called";
        let uri: Uri = text.parse().map_err(|_| odd)?;
        let host = uri.authority().ok_or(odd)?.as_str();
        let host = HeaderValue::from_str(host).map_err(|_| odd)?;
        Ok(Self { text, uri, host, is_https: url.scheme() == "https" })
    }

    /// Where to connect.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The header `Host` of every request.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    /// `scheme://host[:port]`, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether calls are encrypted; otherwise they stay on this machine.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.is_https
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn fault(url: &Url) -> Option<&'static str> {
    if !matches!(url.scheme(), "http" | "https") {
        return Some("is neither https nor http; write `https://host`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("holds credentials; take them out, calls carry a token of their own");
    }
    if !matches!(url.path(), "" | "/") {
        return Some("has a path; leave only `https://host`, calls add their own path");
    }
    if url.query().is_some() {
        return Some("has a query; leave only `https://host`");
    }
    if url.fragment().is_some() {
        return Some("has a fragment; leave only `https://host`");
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Some(
            "is http to another machine, which would show tokens to the network; use https",
        );
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
    fn an_origin_is_kept_without_its_slash_and_default_port() {
        for (text, origin) in [
            ("https://kiket.dev", "https://kiket.dev"),
            ("https://kiket.dev/", "https://kiket.dev"),
            ("https://KIKET.dev:443", "https://kiket.dev"),
            (" http://127.0.0.1:7420 ", "http://127.0.0.1:7420"),
            ("http://[::1]:7420", "http://[::1]:7420"),
            ("http://localhost:7420", "http://localhost:7420"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), origin, "{text}");
        }
    }

    #[test]
    fn everything_but_an_origin_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", "absolute"),
            ("kiket.dev", "absolute"),
            ("ftp://kiket.dev", "neither"),
            ("https://kiket.dev/api/v1", "path"),
            ("https://kiket.dev?a=b", "query"),
            ("https://kiket.dev#a", "fragment"),
            ("https://user:password@kiket.dev", "credentials"),
            ("http://kiket.dev", "https"),
            ("http://localhost.example.com", "https"),
            ("http://tokens.localhost", "https"),
            ("http://10.0.0.1", "https"),
        ] {
            let error = Origin::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(!error.contains("password"), "{error}");
        }
    }
}
