//! What an installation hears.
//!
//! A manifest says it in up to four lists. `hooks` are whole. Another list of hooks beside them
//! (`triggers`, `events`) and `activationEvents` add the events that no hook names; these are never
//! guards, because what waits for an answer is worth a hook. `lifecycleEvents` add what happens to
//! the installation, in full or in short: `installed` is `extension.installed`. A text in these
//! lists that can not name an event is passed over: no event has it.

use kiket_contract::event::extension::InstallationChanged;
use kiket_contract::event::{Name, asks_first};
use kiket_contract::payload::DEFAULT_TIMEOUT_MS;
use kiket_manifest::Manifest;
use url::Url;

use super::TOKEN_MINUTES;
use super::from_manifest::problem;
use crate::error::Error;
use crate::store::hooks::Hook;

const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
const MOST_RETRIES: u32 = 10;
const ELSEWHERE: &str = "does not lead to the callback's own host: write a path";
/// Other names of a manifest's list of hooks.
const OTHER_LISTS: [&str; 2] = ["triggers", "events"];
const LIFECYCLE: [&str; 4] = [
    InstallationChanged::INSTALLED,
    InstallationChanged::UPGRADED,
    InstallationChanged::DISABLED,
    InstallationChanged::UNINSTALLED,
];

/// Its hooks, with what they leave open filled in from the callback and the defaults.
pub(super) fn hooks(
    manifest: &Manifest,
    callback_url: &Url,
    default_retries: u32,
) -> Result<Vec<Hook>, Error> {
    let usual = usual(manifest, callback_url, default_retries)?;
    let mut hooks = Vec::with_capacity(manifest.hooks.len());
    for (at, hook) in manifest.hooks.iter().enumerate() {
        let said = hook.required.or(manifest.callback.required).map(|required| *required);
        let required = said.unwrap_or(!asks_first(hook.event.as_str()));
        hooks.push(Hook { required, ..whole(hook, at, &usual, callback_url)? });
    }
    let activating = activating(manifest).map(|event| Hook {
        required: usual.required && !asks_first(&event),
        event,
        ..usual.clone()
    });
    let lifecycle = manifest.lifecycle_events.iter().map(|event| Hook {
        required: false,
        event: in_full(event),
        ..usual.clone()
    });
    for hook in activating.chain(lifecycle) {
        if Name::is_valid(&hook.event) && !hooks.iter().any(|known| known.event == hook.event) {
            hooks.push(hook);
        }
    }
    Ok(hooks)
}

/// A hook that says nothing but its event.
fn usual(manifest: &Manifest, callback_url: &Url, default_retries: u32) -> Result<Hook, Error> {
    let callback = &manifest.callback;
    let timeout_ms = callback.timeout_ms.map_or(DEFAULT_TIMEOUT_MS, |timeout| *timeout);
    if let Some(endpoint) = &callback.endpoint {
        checked(endpoint, callback_url, "callback.endpoint")?;
    }
    Ok(Hook {
        event: String::new(),
        version: None,
        endpoint: callback.endpoint.as_ref().map(|endpoint| endpoint.value.clone()),
        timeout_ms: in_time(timeout_ms, "callback.timeout")?,
        retries: i64::from(default_retries),
        required: callback.required.is_none_or(|required| *required),
        token_minutes: None,
    })
}

fn whole(
    hook: &kiket_manifest::Hook,
    at: usize,
    usual: &Hook,
    callback_url: &Url,
) -> Result<Hook, Error> {
    let member = |name: &str| format!("hooks[{at}].{name}");
    let retries = match hook.retries.map(|retries| *retries) {
        Some(retries) if retries > MOST_RETRIES => {
            let text = format!("is {retries}: 0 to 10 are possible");
            return Err(problem(&member("retries"), text));
        }
        retries => retries.map_or(usual.retries, i64::from),
    };
    let token_minutes = match hook.token_minutes.map(|minutes| i64::from(*minutes)) {
        Some(minutes) if !TOKEN_MINUTES.contains(&minutes) => {
            let text = format!("is {minutes}: 1 to 60 are possible");
            return Err(problem(&member("token_minutes"), text));
        }
        minutes => minutes,
    };
    if let Some(endpoint) = &hook.endpoint {
        checked(endpoint, callback_url, &member("endpoint"))?;
    }
    let endpoint = hook.endpoint.as_ref().map(|endpoint| endpoint.value.clone());
    Ok(Hook {
        event: hook.event.as_str().to_owned(),
        version: hook.version.as_ref().map(|version| version.as_str().to_owned()),
        endpoint: endpoint.or_else(|| usual.endpoint.clone()),
        timeout_ms: match hook.timeout_ms {
            Some(timeout) => in_time(*timeout, &member("timeout"))?,
            None => usual.timeout_ms,
        },
        retries,
        required: usual.required,
        token_minutes,
    })
}

fn in_time(timeout_ms: u64, member: &str) -> Result<i64, Error> {
    if !TIMEOUT_MS.contains(&timeout_ms) {
        return Err(problem(member, format!("is {timeout_ms} ms: 100 to 60000 are possible")));
    }
    Ok(i64::try_from(timeout_ms).unwrap_or(i64::MAX))
}

/// Whether an endpoint leads to the callback's own origin.
pub(super) fn checked(endpoint: &str, callback_url: &Url, member: &str) -> Result<(), Error> {
    let stays = callback_url.join(endpoint).is_ok_and(|url| url.origin() == callback_url.origin());
    if stays { Ok(()) } else { Err(problem(member, ELSEWHERE)) }
}

/// The events of the lists beside the hooks.
fn activating(manifest: &Manifest) -> impl Iterator<Item = String> {
    let lists = OTHER_LISTS.iter().filter_map(|name| manifest.block(name));
    let listed = lists.flat_map(|list| list.items()).filter_map(|item| {
        let event = if item.is_mapping() { item.get("event")? } else { item };
        event.as_text().map(str::to_owned)
    });
    manifest.activation_events.iter().map(|event| event.value.clone()).chain(listed)
}

/// The event of the installation's life that a word means, or the word itself.
fn in_full(event: &str) -> String {
    let meant = LIFECYCLE.iter().find(|name| name.strip_prefix("extension.") == Some(event));
    meant.map_or(event, |name| name).to_owned()
}
