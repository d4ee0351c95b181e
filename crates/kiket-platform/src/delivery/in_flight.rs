//! How many attempts are under way, in all and for each installation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kiket_contract::id::InstallationId;

/// Attempts that may be under way at once.
const MOST_AT_ONCE: usize = 512;
/// Attempts that may be under way at once to one installation, so that one that is slow or hangs
/// takes nobody else's turn.
pub(super) const MOST_AT_ONE_INSTALLATION: usize = 5;

/// The count of attempts that are under way.
#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    all: usize,
    by_installation: HashMap<InstallationId, usize>,
    /// The installation that was served last.
    last: Option<InstallationId>,
}

/// A place among the attempts that are under way; free again when it is dropped.
pub(super) struct Slot {
    in_flight: InFlight,
    installation: InstallationId,
}

impl InFlight {
    /// How many deliveries of which of these installations may be claimed now. Who comes after the
    /// one that was served last comes first, so that all have their turn when there is no place for
    /// all.
    pub(super) fn wants(&self, mut ready: Vec<InstallationId>) -> Vec<(InstallationId, usize)> {
        ready.sort_unstable();
        let counts = self.lock();
        let after_last = ready.partition_point(|id| counts.last.is_some_and(|last| *id <= last));
        ready.rotate_left(after_last);
        let mut left = MOST_AT_ONCE.saturating_sub(counts.all);
        let mut wants = Vec::new();
        for installation in ready {
            let under_way = counts.by_installation.get(&installation).copied().unwrap_or_default();
            let free = MOST_AT_ONE_INSTALLATION.saturating_sub(under_way).min(left);
            if free > 0 {
                wants.push((installation, free));
                left -= free;
            }
        }
        wants
    }

    /// Takes a place for an attempt that has been claimed.
    pub(super) fn enter(&self, installation: InstallationId) -> Slot {
        let mut counts = self.lock();
        counts.all += 1;
        *counts.by_installation.entry(installation).or_default() += 1;
        counts.last = Some(installation);
        Slot { in_flight: self.clone(), installation }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.in_flight.lock();
        counts.all = counts.all.saturating_sub(1);
        if let Some(under_way) = counts.by_installation.get_mut(&self.installation) {
            *under_way = under_way.saturating_sub(1);
            if *under_way == 0 {
                counts.by_installation.remove(&self.installation);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: i64) -> InstallationId {
        number.try_into().unwrap()
    }

    #[test]
    fn a_busy_installation_waits_and_others_do_not() {
        let in_flight = InFlight::default();
        let slots: Vec<_> = (0..5).map(|_| in_flight.enter(id(1))).collect();
        assert_eq!(in_flight.wants(vec![id(1), id(2)]), [(id(2), 5)]);
        drop(slots);
        assert_eq!(in_flight.wants(vec![id(1), id(2)]), [(id(2), 5), (id(1), 5)]);
    }

    #[test]
    fn all_have_their_turn_when_there_is_no_place_for_all() {
        let in_flight = InFlight::default();
        let all: Vec<_> = (1..=200).map(id).collect();
        let mut served = std::collections::HashSet::new();
        for _ in 0..2 {
            let wants = in_flight.wants(all.clone());
            assert_eq!(wants.iter().map(|(_, free)| free).sum::<usize>(), MOST_AT_ONCE);
            let slots: Vec<_> = wants.iter().map(|(id, _)| in_flight.enter(*id)).collect();
            served.extend(wants.iter().map(|(id, _)| *id));
            drop(slots);
        }
        assert_eq!(served.len(), 200);
    }
}
