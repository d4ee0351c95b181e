//! How many calls each caller may make in a window of time.
//!
//! Windows are as long as the contract says and begin at whole multiples of that, for all callers at
//! once; so one number tells whether a count is still of this window. The counts are in memory: they
//! are exact on one node, and a start begins anew. A call beyond the limit is refused and not
//! counted.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use kiket_contract::api::rate_limit::{DEFAULT_LIMIT, RateLimit, WINDOW_SECONDS};
use kiket_contract::id::{InstallationId, WorkspaceTokenId};

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// Those with an installation's runtime tokens and API keys.
    Installation(InstallationId),
    /// Those with one workspace token.
    WorkspaceToken(WorkspaceTokenId),
    /// What an installation's SDK reports, which is to leave the extension its calls.
    Telemetry(InstallationId),
    /// What third parties send to an installation.
    Webhook(InstallationId),
    /// Those from one address without any credential, see [`Counted::from_address`].
    Address(IpAddr),
}

/// What an installation's SDK may report in one window.
pub(crate) const TELEMETRY_LIMIT: u32 = 6_000;
/// How many addresses are counted apart. Those beyond are counted together, so that nobody who has
/// many of them fills the memory.
const MOST_ADDRESSES: usize = 50_000;
/// Where the addresses are counted that are not counted apart.
const OTHERS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Counted {
    /// The same caller's telemetry.
    pub(crate) fn telemetry(self) -> Self {
        match self {
            Self::Installation(id) => Self::Telemetry(id),
            other => other,
        }
    }

    /// Who calls from an address without a credential. Of IPv6 the first 64 bits count, since who
    /// has one address of a network there has all of them.
    pub(crate) fn from_address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            address => address,
        })
    }
}

/// The counts of the present window.
#[derive(Default)]
pub(crate) struct RateLimits(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    window: i64,
    calls: HashMap<Counted, u32>,
}

/// How a caller stands after a call has been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Whether the call is within the limit.
    pub(crate) is_allowed: bool,
    pub(crate) limit: u32,
    /// How many calls are left in this window.
    pub(crate) remaining: u32,
    /// When the next window begins, in Unix seconds.
    pub(crate) reset_at: i64,
    /// When it begins, in seconds from now, at least 1.
    pub(crate) reset_in: u32,
}

impl RateLimits {
    /// Counts one call. `limit` is [`DEFAULT_LIMIT`] where nothing is said.
    pub(crate) fn count(&self, caller: Counted, limit: Option<u32>, now: Timestamp) -> Standing {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        let length = i64::from(WINDOW_SECONDS);
        let (now, window) = (now.as_second(), now.as_second().div_euclid(length));
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.window != window {
            *counts = Counts { window, ..Counts::default() };
        }
        let is_crowded = counts.calls.len() >= MOST_ADDRESSES;
        let is_new = || !counts.calls.contains_key(&caller);
        let caller = match caller {
            Counted::Address(_) if is_crowded && is_new() => Counted::Address(OTHERS),
            caller => caller,
        };
        let calls = counts.calls.entry(caller).or_default();
        let is_allowed = *calls < limit;
        *calls += u32::from(is_allowed);
        let reset_at = (window + 1) * length;
        Standing {
            is_allowed,
            limit,
            remaining: limit.saturating_sub(*calls),
            reset_at,
            reset_in: u32::try_from(reset_at - now).unwrap_or(WINDOW_SECONDS),
        }
    }
}

impl From<Standing> for RateLimit {
    fn from(standing: Standing) -> Self {
        let Standing { limit, remaining, reset_in, .. } = standing;
        Self::new(limit.into(), remaining.into(), WINDOW_SECONDS.into(), reset_in.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn caller(number: i64) -> Counted {
        Counted::Installation(number.try_into().unwrap())
    }

    #[test]
    fn the_limit_is_exact_in_each_window_and_for_each_caller() {
        let limits = RateLimits::default();
        for window in [0, 60, 6_000] {
            for call in 0..3 {
                let standing = limits.count(caller(1), Some(3), at(window + call));
                assert!(standing.is_allowed);
                assert_eq!(i64::from(standing.remaining), 2 - call);
                assert_eq!(standing.reset_at, window + 60);
            }
            let refused = limits.count(caller(1), Some(3), at(window + 59));
            assert_eq!((refused.is_allowed, refused.remaining, refused.reset_in), (false, 0, 1));
            let other = Counted::WorkspaceToken(1.try_into().unwrap());
            assert_eq!(limits.count(other, None, at(window)).remaining, DEFAULT_LIMIT - 1);
        }
    }

    fn from(address: &str) -> Counted {
        Counted::from_address(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_a_caller_and_so_is_a_network_of_ipv6() {
        assert_eq!(from("192.0.2.1"), from("::ffff:192.0.2.1"));
        assert_ne!(from("192.0.2.1"), from("192.0.2.2"));
        assert_eq!(from("2001:db8:0:1::1"), from("2001:db8:0:1:ffff::"));
        assert_ne!(from("2001:db8:0:1::1"), from("2001:db8:0:2::1"));
    }

    #[test]
    fn addresses_beyond_the_most_are_counted_together_and_nobody_else_is() {
        let limits = RateLimits::default();
        for number in 0..u32::try_from(MOST_ADDRESSES).unwrap() {
            let address = Counted::Address(Ipv4Addr::from(number + 1).into());
            assert!(limits.count(address, Some(1), at(0)).is_allowed);
        }
        assert!(limits.count(from("203.0.113.1"), Some(1), at(0)).is_allowed);
        assert!(!limits.count(from("203.0.113.2"), Some(1), at(0)).is_allowed);
        assert!(limits.count(caller(1), Some(1), at(0)).is_allowed);
        assert!(limits.count(caller(2), Some(1), at(0)).is_allowed);
        assert!(limits.count(from("203.0.113.2"), Some(1), at(60)).is_allowed);
    }

    #[test]
    fn a_limit_that_is_lowered_counts_for_what_was_called_before() {
        let limits = RateLimits::default();
        assert!(limits.count(caller(1), Some(3), at(0)).is_allowed);
        assert!(limits.count(caller(1), Some(3), at(0)).is_allowed);
        let standing = limits.count(caller(1), Some(1), at(1));
        assert_eq!((standing.is_allowed, standing.remaining), (false, 0));
        assert!(limits.count(caller(1), Some(3), at(1)).is_allowed);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_a_window() {
        let limits = RateLimits::default();
        assert!(limits.count(caller(1), Some(1), at(600)).is_allowed);
        assert!(limits.count(caller(1), Some(1), at(-1)).is_allowed);
        let standing = limits.count(caller(1), Some(1), at(-1));
        assert_eq!((standing.is_allowed, standing.reset_at, standing.reset_in), (false, 0, 1));
    }
}
