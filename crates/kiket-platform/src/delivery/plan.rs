//! Who gets an event, and in which version.

use kiket_contract::event::{DEFAULT_VERSION, same_version};
use kiket_contract::id::DeliveryId;

use crate::store::deliveries::{Kind, NewDelivery};
use crate::store::hooks::MatchingHook;

/// One delivery for each installation and version that wants the event.
///
/// An event that names a version goes to the hooks on that version and to those that name none.
/// One without a version goes to every version that hooks name, and as `v1` to those that name
/// none. The version is spelled as the hook spells it, because some SDKs compare it as text.
pub(crate) fn plan(version: Option<&str>, hooks: &[MatchingHook]) -> Vec<NewDelivery> {
    let mut deliveries: Vec<NewDelivery> = Vec::new();
    for matching in hooks {
        let hook = &matching.hook;
        let event_version = match (hook.version.as_deref(), version) {
            (Some(wanted), Some(said)) if !same_version(wanted, said) => continue,
            (Some(wanted), _) => wanted,
            (None, said) => said.unwrap_or(DEFAULT_VERSION),
        };
        let planned = deliveries.iter().any(|delivery| {
            delivery.installation_id == matching.installation_id
                && same_version(&delivery.event_version, event_version)
        });
        if !planned {
            deliveries.push(NewDelivery {
                id: DeliveryId::new(),
                installation_id: matching.installation_id,
                hook_id: Some(matching.id),
                kind: Kind::Hook,
                event_version: event_version.to_owned(),
                endpoint: hook.endpoint.clone(),
                timeout_ms: hook.timeout_ms,
                retries: hook.retries,
                required: hook.required,
                token_minutes: hook.token_minutes,
                redelivery_of: None,
                lease: None,
            });
        }
    }
    deliveries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::hooks::Hook;

    fn hook(installation: i64, version: Option<&str>) -> MatchingHook {
        MatchingHook {
            id: installation,
            installation_id: installation.try_into().unwrap(),
            extension_id: "com.example.x".to_owned(),
            paused: false,
            hook: Hook {
                event: "issue.created".to_owned(),
                version: version.map(str::to_owned),
                endpoint: None,
                timeout_ms: 10_000,
                retries: 5,
                required: true,
                token_minutes: None,
            },
        }
    }

    fn planned(version: Option<&str>, hooks: &[MatchingHook]) -> Vec<(u32, String)> {
        plan(version, hooks)
            .into_iter()
            .map(|delivery| (delivery.installation_id.get(), delivery.event_version))
            .collect()
    }

    #[test]
    fn without_a_version_every_named_version_is_delivered() {
        let hooks = [hook(1, Some("v1")), hook(1, Some("v2")), hook(2, None)];
        let expected = [(1, "v1".into()), (1, "v2".into()), (2, "v1".into())];
        assert_eq!(planned(None, &hooks), expected);
    }

    #[test]
    fn a_version_goes_to_its_hooks_and_to_those_that_name_none() {
        let hooks = [hook(1, Some("v1")), hook(1, Some("v2")), hook(2, None)];
        assert_eq!(planned(Some("v2"), &hooks), [(1, "v2".into()), (2, "v2".into())]);
    }

    #[test]
    fn the_hook_spells_the_version_and_none_is_delivered_twice() {
        let hooks = [hook(1, Some("1")), hook(1, Some("v1")), hook(1, None)];
        assert_eq!(planned(Some("v1"), &hooks), [(1, "1".into())]);
    }
}
