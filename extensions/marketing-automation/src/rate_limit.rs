//! The rate limit: work of many calls asks first how many are left.

use kiket_sdk::prelude::*;

use crate::absent::unless_absent;

/// How many seconds to wait until there are this many calls, which may be none.
pub(crate) async fn seconds_until(calls: u64, context: &Context) -> Result<Option<u64>> {
    let limits = unless_absent(context.endpoints().rate_limit().await)?;
    // Where there is no limit there is room.
    Ok(limits.filter(|limits| limits.remaining < calls).map(|limits| limits.reset_in))
}
