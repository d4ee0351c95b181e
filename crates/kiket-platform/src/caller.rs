//! Who calls the API that extensions call, and what the call may reach.
//!
//! There are three credentials. A runtime token and an API key stand for one installation; a
//! workspace token stands for an organisation. Each is checked against the store at each call, so
//! that a removal, a new generation or a deleted token takes effect at once. What a credential grants
//! is cut to what the installation is permitted now.
//!
//! A call reaches its own organisation, and an installation's only its own project and extension:
//! [`Caller::subject`] and [`Caller::project`] say which these are, and refuse every other.

mod authentication;

use kiket_contract::id::{DeliveryId, InstallationId, OrganizationId, ProjectId, WorkspaceTokenId};
use kiket_contract::scope;
use kiket_contract::secret::Secret;

pub(crate) use authentication::{Credential, Kind, Unauthorized, authenticate};

use crate::core::Core;
use crate::error::Error;
use crate::rate_limit::Counted;
use crate::store::callers::Holder;

/// Who calls, after the credential has been checked.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    pub(crate) organization: OrganizationId,
    /// What the credential grants now.
    pub(crate) scopes: Vec<String>,
    /// The credential itself, to be cut out of what is stored.
    pub(crate) credential: Secret,
    /// Calls of one window, where fewer than are usual are wanted.
    pub(crate) rate_limit: Option<u32>,
}

/// Whom a credential stands for.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// An extension, where it is installed.
    Installation(Subject),
    /// A program of the organisation.
    Workspace(WorkspaceTokenId),
}

/// The installation that a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) installation: InstallationId,
    pub(crate) extension_id: String,
    pub(crate) organization: OrganizationId,
    pub(crate) project: ProjectId,
    /// The delivery that the call was made in, with its runtime token.
    pub(crate) delivery: Option<DeliveryId>,
}

impl Subject {
    fn new(holder: Holder, delivery: Option<DeliveryId>) -> Self {
        Self {
            installation: holder.installation,
            extension_id: holder.extension_id,
            organization: holder.organization_id,
            project: holder.project_id,
            delivery,
        }
    }
}

/// What a caller may not do, although its credential is good.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The credential does not grant what the call needs.
    MissingScopes {
        required: &'static [&'static str],
        missing: Vec<&'static str>,
    },
    /// The call names another extension than the one that the credential is of.
    OtherExtension {
        own: String,
    },
    /// The call names a project that the credential does not reach.
    OtherProject {
        project: ProjectId,
    },
    /// The call is made for an installation, and nothing says which.
    WhichInstallation,
    /// The call is about a project, and nothing says which.
    WhichProject,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Caller {
    /// Whose calls are counted together with this one.
    pub(crate) fn counted(&self) -> Counted {
        match &self.who {
            Who::Installation(own) => Counted::Installation(own.installation),
            Who::Workspace(token) => Counted::WorkspaceToken(*token),
        }
    }

    /// The delivery that the call was made in.
    pub(crate) fn delivery(&self) -> Option<DeliveryId> {
        match &self.who {
            Who::Installation(own) => own.delivery,
            Who::Workspace(_) => None,
        }
    }

    /// Refuses a call whose credential does not grant all of `required`.
    pub(crate) fn may(&self, required: &'static [&'static str]) -> Result<(), Refused> {
        let missing = scope::missing(&self.scopes, required);
        if missing.is_empty() { Ok(()) } else { Err(Refused::MissingScopes { required, missing }) }
    }

    /// Refuses a call that names an extension which is not the caller's own.
    pub(crate) fn is_of(&self, extension_id: &str) -> Result<(), Refused> {
        match &self.who {
            Who::Installation(own) if own.extension_id != extension_id => {
                Err(Refused::OtherExtension { own: own.extension_id.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a call that names a project out of the caller's reach.
    pub(crate) async fn reaches(&self, core: &Core, project: ProjectId) -> Result<(), Refused> {
        let is_own = match &self.who {
            Who::Installation(own) => own.project == project,
            Who::Workspace(_) => {
                scope::allows_project(&self.scopes, project)
                    && core.store.project_owner(project).await? == Some(self.organization)
            }
        };
        if is_own { Ok(()) } else { Err(Refused::OtherProject { project }) }
    }

    /// The project that the call is about: the one that it names, else the installation's own.
    pub(crate) async fn project(
        &self,
        core: &Core,
        named: Option<ProjectId>,
    ) -> Result<ProjectId, Refused> {
        match (named, &self.who) {
            (Some(project), _) => self.reaches(core, project).await.map(|()| project),
            (None, Who::Installation(own)) => Ok(own.project),
            (None, Who::Workspace(_)) => Err(Refused::WhichProject),
        }
    }

    /// The installation that the call is about: the caller's own, or for a workspace token the one
    /// of the named extension in the named project, which may be left out where there is only one.
    pub(crate) async fn subject(
        &self,
        core: &Core,
        extension_id: Option<&str>,
        project: Option<ProjectId>,
    ) -> Result<Subject, Refused> {
        if let Some(project) = project {
            self.reaches(core, project).await?;
        }
        if let Who::Installation(own) = &self.who {
            extension_id.map_or(Ok(()), |named| self.is_of(named))?;
            return Ok(own.clone());
        }
        let extension_id = extension_id.ok_or(Refused::WhichInstallation)?;
        let mut found = core.store.installed_in(self.organization, extension_id).await?;
        found.retain(|holder| {
            scope::allows_project(&self.scopes, holder.project_id)
                && project.is_none_or(|project| holder.project_id == project)
        });
        let extension_id = extension_id.chars().take(128).collect();
        match found.len() {
            0 => {
                let place = match project {
                    Some(project) => format!("in project {project}"),
                    None => "where this token reaches".to_owned(),
                };
                Err(Error::NotInstalled { extension_id, place }.into())
            }
            1 => Ok(Subject::new(found.remove(0), None)),
            _ => {
                let projects = found.iter().map(|holder| holder.project_id).collect();
                Err(Error::SeveralProjects { extension_id, projects }.into())
            }
        }
    }
}
