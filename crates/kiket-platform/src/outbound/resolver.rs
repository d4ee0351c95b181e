//! Resolving a host to addresses that may be connected to.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::dns::Name;

use super::address::{AddressError, AddressPolicy};

/// Why a host leads to no address: the policy's [`AddressError`], or what the system says.
pub(super) type Refused = Box<dyn std::error::Error + Send + Sync>;

/// Where a host's addresses come from.
#[derive(Clone)]
pub(super) enum Lookup {
    System,
    #[cfg(test)]
    Scripted(super::tests::Answers),
}

/// Resolves a host and lets only permitted addresses through to the connector.
#[derive(Clone)]
pub(super) struct CheckedResolver {
    policy: AddressPolicy,
    lookup: Lookup,
    pub(super) encrypted: bool,
}

impl CheckedResolver {
    pub(super) fn new(policy: AddressPolicy, lookup: Lookup, encrypted: bool) -> Self {
        Self { policy, lookup, encrypted }
    }

    /// The permitted ones among a host's addresses, with this port; there is at least one.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Refused> {
        let found = match literal(host) {
            Some(address) => vec![SocketAddr::new(address, port)],
            None => match &self.lookup {
                Lookup::System => tokio::net::lookup_host((host, port)).await?.collect(),
                #[cfg(test)]
                Lookup::Scripted(answers) => answers.next(port),
            },
        };
        let (permitted, refused): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|found| self.policy.permits(found.ip(), self.encrypted));
        match refused.first() {
            _ if !permitted.is_empty() => Ok(permitted),
            Some(refused) => Err(self.refusal(host, refused.ip()).into()),
            None => Err(format!("`{host}` has no address").into()),
        }
    }

    /// Whether a host that is an address itself may be connected to. A name is not looked at.
    pub(super) fn check_literal(&self, host: &str) -> Result<(), AddressError> {
        match literal(host) {
            Some(address) if !self.policy.permits(address, self.encrypted) => {
                Err(self.refusal(host, address))
            }
            _ => Ok(()),
        }
    }

    fn refusal(&self, host: &str, address: IpAddr) -> AddressError {
        match self.encrypted {
            true => AddressError::NotPublic { address },
            false => AddressError::NotEncrypted { host: host.to_owned() },
        }
    }
}

/// A host that is an address itself; the one of IPv6 stands in brackets.
fn literal(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl tower_service::Service<Name> for CheckedResolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, host: Name) -> Self::Future {
        let resolver = self.clone();
        // The connector puts the port in.
        Box::pin(async move { Ok(resolver.resolve(host.as_str(), 0).await?.into_iter()) })
    }
}
