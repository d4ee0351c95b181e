//! Scopes: one normal form and one check for both sides.
//!
//! The documents write the same scope as `issues.read`, `issues:read` and `read:issues`. In the
//! normal form `.` and `:` are alike and a leading verb moves last. `project:<id>` and `*` are
//! exact.

use crate::id::ProjectId;

/// Reads through the extension API.
pub const API_READ: &str = "ext.api.read";
/// Writes through the extension API.
pub const API_WRITE: &str = "ext.api.write";
/// Reads stored secrets.
pub const SECRETS_READ: &str = "ext.secrets.read";
/// Writes stored secrets.
pub const SECRETS_WRITE: &str = "ext.secrets.write";
/// What every runtime token grants beside its project and the manifest's permissions.
pub const BASE: [&str; 4] = [API_READ, API_WRITE, SECRETS_READ, SECRETS_WRITE];
/// Grants everything.
pub const ALL: &str = "*";

const VERBS: [&str; 5] = ["read", "write", "execute", "send", "manage"];
const PROJECT_PREFIX: &str = "project:";

/// The scope that names one project.
#[must_use]
pub fn project(id: ProjectId) -> String {
    format!("{PROJECT_PREFIX}{id}")
}

/// Whether a scope is exact: it names a project or grants everything, and no manifest may ask for it.
#[must_use]
pub fn is_exact(scope: &str) -> bool {
    scope == ALL || scope.starts_with(PROJECT_PREFIX)
}

/// The project that `granted` is for, when it names exactly one.
///
/// ```
/// use kiket_contract::scope::only_project;
///
/// let granted = ["project:27".to_owned(), "issues.read".to_owned()];
/// assert_eq!(only_project(&granted).map(|id| id.get()), Some(27));
/// assert_eq!(only_project(&["project:27".to_owned(), "project:28".to_owned()]), None);
/// ```
#[must_use]
pub fn only_project(granted: &[String]) -> Option<ProjectId> {
    let mut named = granted.iter().filter_map(|scope| scope.strip_prefix(PROJECT_PREFIX));
    let only = named.next()?;
    if named.next().is_some() {
        return None;
    }
    only.parse::<i64>().ok()?.try_into().ok()
}

/// The normal form of a scope.
///
/// ```
/// use kiket_contract::scope::normal;
///
/// assert_eq!(normal("read:issues"), "issues.read");
/// assert_eq!(normal("issues:read"), "issues.read");
/// assert_eq!(normal("project:27"), "project:27");
/// ```
#[must_use]
pub fn normal(scope: &str) -> String {
    if is_exact(scope) {
        return scope.to_owned();
    }
    let mut parts: Vec<&str> = scope.split(['.', ':']).collect();
    if parts.len() > 1 && VERBS.contains(&parts[0]) {
        parts.rotate_left(1);
    }
    parts.join(".")
}

/// Those of `required` that `granted` does not hold, as they were written.
///
/// ```
/// use kiket_contract::scope::missing;
///
/// let granted = ["issues:read".to_owned()];
/// assert_eq!(missing(&granted, &["issues.read", "issues.write"]), ["issues.write"]);
/// assert!(missing(&["*".to_owned()], &["issues.write"]).is_empty());
/// ```
#[must_use]
pub fn missing<'a>(granted: &[String], required: &[&'a str]) -> Vec<&'a str> {
    if required.is_empty() || granted.iter().any(|scope| scope == ALL) {
        return Vec::new();
    }
    let granted: Vec<String> = granted.iter().map(|scope| normal(scope)).collect();
    required.iter().copied().filter(|scope| !granted.contains(&normal(scope))).collect()
}
