//! Which value an installation gets for a key.
//!
//! Its own comes first, then its organisation's, then its extension's. The last two are for the keys
//! that the manifest asks for, so that no extension can look through what an organisation keeps.

use std::collections::BTreeMap;

use crate::store::secrets::{Owner, StoredSecret};

use super::{is_empty, size_of_key};

/// The secret of each key.
pub(super) fn resolve(
    found: Vec<StoredSecret>,
    requested: &[String],
) -> BTreeMap<String, StoredSecret> {
    let mut chosen: BTreeMap<String, StoredSecret> = BTreeMap::new();
    for secret in found {
        let is_own = matches!(secret.owner, Owner::Installation(_));
        if is_empty(&secret) || !(is_own || requested.contains(&secret.key)) {
            continue;
        }
        let rank = |secret: &StoredSecret| secret.owner.scope();
        match chosen.get(&secret.key) {
            Some(before) if rank(before) <= rank(&secret) => {}
            _ => {
                chosen.insert(secret.key.clone(), secret);
            }
        }
    }
    chosen
}

/// Those that a delivery has room for, an installation's own first; and the keys of the others.
pub(super) fn fitting(
    chosen: BTreeMap<String, StoredSecret>,
    most: usize,
) -> (Vec<StoredSecret>, Vec<String>) {
    let mut all: Vec<_> = chosen.into_values().collect();
    all.sort_by_key(|secret| secret.owner.scope());
    let mut room = most;
    let (mut fit, mut left_out) = (Vec::with_capacity(all.len()), Vec::new());
    for secret in all {
        let size = usize::try_from(secret.size).unwrap_or(size_of_key(&secret.key));
        match room.checked_sub(size) {
            Some(rest) => {
                room = rest;
                fit.push(secret);
            }
            None => left_out.push(secret.key),
        }
    }
    (fit, left_out)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn secret(owner: Owner, key: &str, size: i64) -> StoredSecret {
        StoredSecret {
            key: key.to_owned(),
            owner,
            backend: "database".to_owned(),
            sealed_value: Vec::new(),
            size,
            rotation_count: 0,
            rotated_at: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            removed_at: None,
        }
    }

    fn owners() -> [Owner; 3] {
        [
            Owner::Extension(1),
            Owner::Organization(1.try_into().unwrap()),
            Owner::Installation(1.try_into().unwrap()),
        ]
    }

    #[test]
    fn the_nearest_value_is_taken_in_whatever_order_they_are_found() {
        let [extension, organization, installation] = owners();
        for (found, wanted) in [
            (vec![extension, organization, installation], installation),
            (vec![installation, organization, extension], installation),
            (vec![extension, organization], organization),
            (vec![extension], extension),
        ] {
            let found = found.into_iter().map(|owner| secret(owner, "TOKEN", 100)).collect();
            let chosen = resolve(found, &["TOKEN".to_owned()]);
            assert_eq!(chosen["TOKEN"].owner, wanted);
        }
    }

    #[test]
    fn what_the_manifest_does_not_ask_for_is_the_installations_own_or_nothing() {
        let found = owners().map(|owner| secret(owner, owner.scope().as_str(), 100));
        let chosen = resolve(found.into_iter().collect(), &[]);
        assert_eq!(chosen.into_keys().collect::<Vec<_>>(), ["installation"]);
    }

    #[test]
    fn an_empty_value_is_none() {
        let [_, organization, installation] = owners();
        let empty = i64::try_from(size_of_key("TOKEN")).unwrap() + 2;
        let found = vec![secret(installation, "TOKEN", empty), secret(organization, "TOKEN", 100)];
        let chosen = resolve(found, &["TOKEN".to_owned()]);
        assert_eq!(chosen["TOKEN"].owner, organization);
    }

    #[test]
    fn what_has_no_room_is_left_out_and_the_installations_own_is_not() {
        let [extension, organization, installation] = owners();
        let found = vec![
            secret(extension, "A", 40),
            secret(organization, "B", 60),
            secret(installation, "C", 50),
        ];
        let requested = ["A", "B", "C"].map(str::to_owned);
        let (fit, left_out) = fitting(resolve(found, &requested), 100);
        assert_eq!(fit.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["C", "A"]);
        assert_eq!(left_out, ["B"]);
    }
}
