//! Projects, as operators name them: by number, or by a key that an operator has given.
//!
//! A project is known from the first time that it is named with its organisation, by an installation
//! or an event. It has no key until it gets one.

use kiket_contract::api::projects::{Project, ProjectKey};
use kiket_contract::id::ProjectId;

use crate::core::Core;
use crate::error::Error;

/// A project, by the number in a path.
pub(crate) async fn show(core: &Core, id: &str) -> Result<Project, Error> {
    let unknown = || Error::NoProject { project: id.chars().take(64).collect() };
    let number = id.parse().ok().and_then(|number: i64| ProjectId::try_from(number).ok());
    core.store.project(number.ok_or_else(unknown)?).await?.ok_or_else(unknown)
}

/// Gives a project a key, in the place of one that it may have.
pub(crate) async fn set_key(core: &Core, id: &str, key: ProjectKey) -> Result<Project, Error> {
    let project = show(core, id).await?;
    if core.store.set_project_key(project.id, &key).await? {
        Ok(Project { key: Some(key), ..project })
    } else {
        Err(Error::ProjectKeyTaken { key })
    }
}

/// The project that has a key.
pub(crate) async fn with_key(core: &Core, key: &ProjectKey) -> Result<ProjectId, Error> {
    let found = core.store.project_with_key(key).await?;
    found.ok_or_else(|| Error::NoProject { project: key.to_string() })
}
