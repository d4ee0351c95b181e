//! Where an event happens, when nobody says so.

use std::collections::BTreeSet;

use kiket_contract::api::installations::{Installation, ListInstallations, PATH};
use kiket_contract::api::{Limit, Page};
use kiket_contract::id::ProjectId;

use crate::exit::Misuse;
use crate::operator::Operator;

/// The largest page.
const MOST: u64 = 100;

/// The project that all installations are of.
///
/// # Errors
/// When there is none, or more than one.
pub(super) async fn only(operator: &Operator) -> anyhow::Result<ProjectId> {
    let wanted = ListInstallations {
        organization_id: None,
        project_id: None,
        extension_id: None,
        state: None,
        limit: Limit::try_from(MOST)?,
        cursor: None,
    };
    let found = operator.get::<Page<Installation>>(PATH, &wanted).await?.value;
    let projects: BTreeSet<_> =
        found.data.iter().map(|installation| i64::from(installation.project_id)).collect();
    let mut numbers = projects.iter();
    match (numbers.next(), numbers.next(), found.next_cursor) {
        (Some(only), None, None) => Ok(ProjectId::try_from(*only)?),
        (None, ..) => {
            let text = "nothing is installed that could hear it: install an extension, or give \
                        --project";
            Err(Misuse(text.to_owned()).into())
        }
        _ => {
            let projects: Vec<_> = projects.iter().map(ToString::to_string).collect();
            let projects = projects.join(", ");
            let text = format!("say where it happens: --project NUMBER; there are {projects}");
            Err(Misuse(text).into())
        }
    }
}
