//! The states of an installation: active, paused, disabled, removed.
//!
//! Paused: events are planned and wait, guards deny. Disabled: events pass it by, what waits stays
//! until it is enabled, and every token that it has opens nothing any more. Removed: what waits is
//! cancelled, what is under way is still recorded, and everything secret is gone.
//!
//! Installing, upgrading, disabling and removing raise `extension.installed`, `.upgraded`,
//! `.disabled` and `.uninstalled` to every installation of the project that hears them, in the same
//! transaction. The one that is disabled or removed hears of it too, in one delivery that is made
//! although it is switched off. The last delivery of a removed installation is signed as the others
//! and carries its headers; so these two are kept, sealed, until it has been delivered or has
//! failed. It carries no stored secret, and neither delivery's token opens anything. An installation
//! that is disabled when it is removed hears nothing of that.

use kiket_contract::api::installations::{Installation, State};
use kiket_contract::event::extension::InstallationChanged;
use kiket_contract::id::{EventId, InstallationId, ProjectId};

use super::{missing, show};
use crate::core::Core;
use crate::error::Error;
use crate::store::events::{Hearers, NewEvent};
use crate::store::installations::{Present, Removal};

/// What is said of deliveries that wait for a removed installation.
const REMOVED: &str = "the installation was removed";

/// A state of an installation that an operator may wish for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Pause,
    Resume,
    Disable,
    Enable,
}

impl Wish {
    /// The states that it leads from, and the one that it leads to.
    fn way(self) -> (&'static [State], State) {
        match self {
            Self::Pause => (&[State::Active, State::Paused], State::Paused),
            Self::Resume => (&[State::Paused, State::Active], State::Active),
            Self::Disable => (&[State::Active, State::Paused], State::Disabled),
            Self::Enable => (&[State::Disabled, State::Active], State::Active),
        }
    }
}

/// Moves an installation to another state; one that has it stays as it is. Enabling also gives back
/// the hooks that an answer 410 has ended.
pub(crate) async fn change(
    core: &Core,
    id: InstallationId,
    wish: Wish,
) -> Result<Installation, Error> {
    let present = present(core, id).await?;
    let (from, to) = wish.way();
    let farewell = (wish == Wish::Disable)
        .then(|| told(core, InstallationChanged::DISABLED, present.project_id, &about(&present)));
    let moved = core.store.set_state(id, (from, to), farewell.as_ref(), core.now()).await?;
    let state = moved.ok_or_else(|| missing(id))?;
    if state != to {
        return Err(Error::State { installation: id, state, way_out: way_out(state) });
    }
    if wish == Wish::Enable {
        core.store.enable_hooks(id).await?;
    }
    core.wake.notify_one();
    show(core, id).await
}

fn way_out(state: State) -> &'static str {
    match state {
        State::Paused => "resume it first",
        _ => "enable it first",
    }
}

/// Removes an installation, and shows what is left of it.
pub(crate) async fn remove(core: &Core, id: InstallationId) -> Result<Installation, Error> {
    let present = present(core, id).await?;
    let event = told(core, InstallationChanged::UNINSTALLED, present.project_id, &about(&present));
    let removal = Removal { id, event, reason: REMOVED, now: core.now() };
    if !core.store.remove(&removal).await? {
        return Err(missing(id));
    }
    core.wake.notify_one();
    show(core, id).await
}

/// An installation that has not been removed, as a change of it starts from.
pub(super) async fn present(core: &Core, id: InstallationId) -> Result<Present, Error> {
    core.store.present(id).await?.ok_or_else(|| missing(id))
}

/// What events tell of an installation.
pub(super) fn about(present: &Present) -> InstallationChanged {
    let Present { id, extension_id, organization_id, project_id, .. } = present;
    InstallationChanged::new(*id, extension_id, *organization_id, *project_id)
        .with_version(present.extension_version.as_deref())
}

/// An event on an installation.
pub(super) fn told(
    core: &Core,
    name: &str,
    project_id: ProjectId,
    payload: &InstallationChanged,
) -> NewEvent {
    NewEvent {
        id: EventId::new(),
        project_id,
        organization_id: None,
        name: name.to_owned(),
        version: None,
        // Numbers and texts, which JSON can always say.
        payload: serde_json::json!(payload).to_string(),
        context: None,
        idempotency: None,
        hearers: Hearers::All,
        now: core.now(),
    }
}
