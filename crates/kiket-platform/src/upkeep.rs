//! Upkeep: what has to be done now and then, and hurries nobody.
//!
//! It ends guards and actions that nobody waits for any more, takes up signing keys that other nodes
//! have added and master keys that stand in their file, deletes those that are over, buries removed
//! secrets, and removes what has come to its end and is older than the retention. Nothing of it is lost in a crash: the
//! next round does what this one did not.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::core::{Core, Shared};
use crate::error::Error;
use crate::secrets;
use crate::telemetry::UNAUTHENTICATED_KEPT;

/// From one round to the next.
pub(crate) const PAUSE: Duration = Duration::from_secs(60);

/// From one look into the file of the master keys to the next: whoever rotates them waits for it.
const KEY_PAUSE: Duration = Duration::from_secs(1);

/// Goes round until `stop`, the first time at once.
pub(crate) async fn run(core: Shared, retention: Duration, stop: CancellationToken) {
    let mut rounds = tokio::time::interval(PAUSE);
    let mut looks = tokio::time::interval(KEY_PAUSE);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked = Timestamp::MIN;
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            _ = looks.tick() => {
                take_up_master_keys(&core, false).await;
                continue;
            }
            () = stop.cancelled() => return,
        }
        let now = core.now();
        if let Err(failure) =
            core.tokens.signing_keys().refresh(&core.store, &core.sealer, now).await
        {
            error!(error = %failure, "the signing keys could not be read again");
        }
        take_up_master_keys(&core, true).await;
        if let Err(failure) = secrets::bury(&core).await {
            error!(error = %failure, "removed secrets could not be deleted for good");
        }
        if let Err(failure) = core.store.end_unanswered(now).await {
            error!(error = %failure, "guards and actions without an answer could not be ended");
        }
        if let Err(failure) = remove_old(&core, retention, now, &stop, &mut looked).await {
            error!(error = %failure, "old deliveries could not be removed");
        }
    }
}

async fn take_up_master_keys(core: &Core, always: bool) {
    match secrets::rotation::take_up(core, always).await {
        // Said once a minute, not once a second.
        Err(failure) if always => {
            error!(error = %failure, "the master keys of the file could not be taken up");
        }
        _ => {}
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
