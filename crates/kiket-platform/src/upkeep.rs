//! Upkeep: what has to be done now and then, and hurries nobody.
//!
//! It ends guards and actions that nobody waits for any more, takes up signing keys that other nodes have added, deletes those that are over, and removes
//! what has come to its end and is older than the retention. Nothing of it is lost in a crash: the
//! next round does what this one did not.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::core::{Core, Shared};
use crate::error::Error;
use crate::telemetry::UNAUTHENTICATED_KEPT;

/// From one round to the next.
pub(crate) const PAUSE: Duration = Duration::from_secs(60);

/// Goes round until `stop`, the first time at once.
pub(crate) async fn run(core: Shared, retention: Duration, stop: CancellationToken) {
    let mut rounds = tokio::time::interval(PAUSE);
    let mut looked = Timestamp::MIN;
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = stop.cancelled() => return,
        }
        let now = core.now();
        if let Err(failure) =
            core.tokens.signing_keys().refresh(&core.store, &core.sealer, now).await
        {
            error!(error = %failure, "the signing keys could not be read again");
        }
        if let Err(failure) = core.store.end_unanswered(now).await {
            error!(error = %failure, "guards and actions without an answer could not be ended");
        }
        if let Err(failure) = remove_old(&core, retention, now, &stop, &mut looked).await {
            error!(error = %failure, "old deliveries could not be removed");
        }
    }
}

/// Removes batch after batch; between two of them others may write. Of events that are older than
/// `looked` those that nobody heard are gone already.
async fn remove_old(
    core: &Core,
    retention: Duration,
    now: Timestamp,
    stop: &CancellationToken,
    looked: &mut Timestamp,
) -> Result<(), Error> {
    // A retention that goes back before all time keeps everything.
    let before = now.checked_sub(retention).unwrap_or(Timestamp::MIN);
    while !stop.is_cancelled() && core.store.remove_settled(before, now).await? {}
    let short = now.checked_sub(UNAUTHENTICATED_KEPT).unwrap_or(Timestamp::MIN).max(before);
    while !stop.is_cancelled() && core.store.remove_reported(before, short).await? {}
    while !stop.is_cancelled() {
        match core.store.remove_unheard(*looked, before).await? {
            Some(next) => *looked = next,
            None => {
                *looked = before;
                break;
            }
        }
    }
    Ok(())
}
