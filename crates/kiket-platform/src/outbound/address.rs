//! Which addresses deliveries may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::IpNet;
use url::{Host, Url};

/// Why deliveries may not go to a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The text is no absolute URL.
    #[error("`{url}` is not an absolute URL: {reason}")]
    Malformed {
        /// The text, without a password that may stand in it.
        url: String,
        /// What the parser says.
        reason: String,
    },
    /// The URL is neither https nor http.
    #[error("the scheme `{scheme}` is not https")]
    Scheme {
        /// Its scheme.
        scheme: String,
    },
    /// Plain http to somewhere that is not in an allowed network.
    #[error("plain http to `{host}` is refused: use https, or allow its network")]
    NotEncrypted {
        /// Its host.
        host: String,
    },
    /// A user name or password stands in the URL.
    #[error("it holds credentials, which would be stored and shown: take them out")]
    Credentials,
    /// The host is, or resolves to, an address that is not public.
    #[error(
        "{address} is not a public address: allow its network if deliveries are meant to go there"
    )]
    NotPublic {
        /// The address.
        address: IpAddr,
    },
}

/// The networks that are allowed beside the public ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddressPolicy {
    allowed: Arc<[IpNet]>,
}

impl AddressPolicy {
    pub(crate) fn new(allowed: &[IpNet]) -> Self {
        Self { allowed: allowed.into() }
    }

    /// Whether a connection to this address is permitted: over TLS to the public and to allowed
    /// networks, in plain text to allowed networks only.
    pub(crate) fn permits(&self, address: IpAddr, encrypted: bool) -> bool {
        let address = address.to_canonical();
        let allowed = self.allowed.iter().any(|network| network.contains(&address));
        allowed || (encrypted && is_public(address))
    }

    /// Whether a URL may be configured. A host's name is checked again when it is resolved.
    pub(crate) fn check_url(&self, text: &str) -> Result<Url, AddressError> {
        let url = Url::parse(text).map_err(|reason| AddressError::Malformed {
            url: text.rsplit_once('@').map_or(text, |(_, host)| host).chars().take(200).collect(),
            reason: reason.to_string(),
        })?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(AddressError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        let encrypted = url.scheme() == "https";
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            // A name is checked when it is resolved; it may turn out to be in an allowed network.
            _ if encrypted || !self.allowed.is_empty() => return Ok(url),
            _ => return Err(AddressError::NotEncrypted { host: host(&url) }),
        };
        if self.permits(literal, encrypted) {
            return Ok(url);
        }
        Err(match is_public(literal.to_canonical()) {
            true => AddressError::NotEncrypted { host: host(&url) },
            false => AddressError::NotPublic { address: literal },
        })
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// An address of the public space at which machines of Azure reach their host.
const AZURE_HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Everything but the blocks that the IANA registry of special-purpose addresses keeps off the
/// public internet.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || address == AZURE_HOST;
    !special
}

/// Global unicast (2000::/3) without the blocks that carry another address inside or are special.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&first);
    let teredo_or_special = first == 0x2001 && second < 0x0200;
    let documentation = first == 0x2001 && second == 0x0db8 || first == 0x3fff && second < 0x1000;
    let six_to_four = first == 0x2002;
    global && !teredo_or_special && !documentation && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[&str] = &[
        "0.0.0.0",
        "10.1.2.3",
        "0.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:0.0.0.0",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:0:10.0.0.1",
        // NAT64, whatever it leads to, and its local form.
        "64:ff9b::7f00:1",
        "64:ff9b::169.254.169.254",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        // Teredo, benchmarking, overlay identifiers.
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        // 6to4, of private networks and of public ones.
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:a9fe:a9fe::1",
        "2002:808:808::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    #[test]
    fn only_public_addresses_are_permitted() {
        let policy = AddressPolicy::default();
        for address in REFUSED {
            assert!(!policy.permits(address.parse().unwrap(), true), "{address}");
        }
        for address in
            ["93.184.216.34", "8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:2800:220:1::1"]
        {
            assert!(policy.permits(address.parse().unwrap(), true), "{address}");
        }
    }

    #[test]
    fn an_allowed_network_is_permitted_also_in_its_mapped_form() {
        let policy = AddressPolicy::new(&["127.0.0.0/8".parse().unwrap()]);
        for encrypted in [false, true] {
            let permits = |address: &str| policy.permits(address.parse().unwrap(), encrypted);
            assert!(permits("127.0.0.1") && permits("::ffff:127.0.0.1"));
            assert!(!permits("::1") && !permits("10.0.0.1"));
            assert_eq!(permits("93.184.216.34"), encrypted, "plain text stays where it is allowed");
        }
        assert!(policy.check_url("http://[::ffff:127.0.0.1]:8080/").is_ok());
        let public = policy.check_url("http://93.184.216.34/");
        assert!(matches!(public, Err(AddressError::NotEncrypted { .. })));
    }

    #[test]
    fn urls_are_checked_in_every_spelling_of_an_address() {
        let policy = AddressPolicy::default();
        for host in [
            "127.1",
            "0177.0.0.1",
            "0x7f.1",
            "0x7f000001",
            "017700000001",
            "2130706433",
            "127.0.0.1.",
            "１２７.０.０.１",
            "127。0。0。1",
            "%31%32%37.0.0.1",
            "0",
            "0.0.0.0",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "[::]",
            "[::1]",
            "[::127.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[64:ff9b::169.254.169.254]",
            "[2002:a9fe:a9fe::]",
        ] {
            let refused = policy.check_url(&format!("https://{host}/hook"));
            assert!(matches!(refused, Err(AddressError::NotPublic { .. })), "{host}: {refused:?}");
        }
        for host in
            ["[fe80::1%25eth0]", "[fe80::1%eth0]", "256.1.1.1", "1.2.3.4.5", "127.0.0.08", "x y"]
        {
            let refused = policy.check_url(&format!("https://{host}/hook"));
            assert!(matches!(refused, Err(AddressError::Malformed { .. })), "{host}: {refused:?}");
        }
        for url in
            ["https://u@example.com", "https://:p@example.com", "https://example.com@10.1.1.1"]
        {
            assert_eq!(policy.check_url(url), Err(AddressError::Credentials), "{url}");
        }
        let check = |url| policy.check_url(url).unwrap_err();
        assert!(matches!(check("http://example.com/"), AddressError::NotEncrypted { .. }));
        assert!(matches!(check("http://10.0.0.1/"), AddressError::NotPublic { .. }));
        let malformed = check("https://user:p@ss@exa mple/").to_string();
        assert!(!malformed.contains("p@ss") && !malformed.contains("ss@"), "{malformed}");
        assert!(matches!(check("ftp://example.com/"), AddressError::Scheme { .. }));
        assert!(matches!(check("https://u:p@example.com/"), AddressError::Credentials));
        assert!(matches!(check("/hook"), AddressError::Malformed { .. }));
        assert!(policy.check_url("https://example.com/hook").is_ok());
    }
}
