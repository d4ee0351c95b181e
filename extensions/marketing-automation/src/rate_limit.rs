//! The rate limit: work of many calls asks first how many are left.

use kiket_sdk::prelude::*;

/// How many seconds to wait until there are this many calls, which may be none.
pub(crate) async fn seconds_until(calls: u64, context: &Context) -> Result<Option<u64>> {
    let limits = context.endpoints().rate_limit().await?;
    Ok((limits.remaining < calls).then_some(limits.reset_in))
}
