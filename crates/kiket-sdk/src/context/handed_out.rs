//! The secrets that a handler got or gave beside those of its delivery.

use std::sync::{Mutex, PoisonError};

use kiket_contract::secret::Secret;

/// How many different ones are remembered.
const MOST: usize = 256;

/// What a handler got from the environment or from Kiket, and what it stored there. Without any, it
/// takes no memory of its own.
#[derive(Default)]
pub(super) struct HandedOut(Mutex<List>);

#[derive(Default)]
struct List {
    secrets: Vec<Secret>,
    /// Whether there were more than can be remembered.
    is_cut: bool,
}

impl HandedOut {
    pub(super) fn note(&self, secret: &Secret) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if secret.is_empty() || list.secrets.contains(secret) {
            return;
        }
        if list.secrets.len() < MOST {
            list.secrets.push(secret.clone());
        } else {
            list.is_cut = true;
        }
    }

    /// All of them; `None` when some are not remembered.
    pub(super) fn all(&self) -> Option<Vec<Secret>> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!list.is_cut).then(|| list.secrets.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_remembered_once_and_too_many_are_not_passed_over_in_silence() {
        let handed_out = HandedOut::default();
        for number in (0..MOST).chain(0..MOST) {
            handed_out.note(&number.to_string().into());
        }
        handed_out.note(&Secret::default());
        assert_eq!(handed_out.all().map(|all| all.len()), Some(MOST));
        handed_out.note(&"one more".into());
        assert_eq!(handed_out.all(), None);
    }
}
