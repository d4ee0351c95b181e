//! Scopes: one normal form and one check for both sides.
//!
//! The documents write the same scope as `issues.read`, `issues:read` and `read:issues`. In the
//! normal form `.` and `:` are alike and a leading verb moves last. `project:<id>` and `*` are
//! exact.
//!
//! What a call needs says [`required`]; whether a credential grants it says [`missing`]; which
//! projects it reaches says [`allows_project`]. Nothing else decides.

mod required;

pub use required::required;

use crate::id::ProjectId;

/// Reads through the extension API.
pub const API_READ: &str = "ext.api.read";
/// Writes through the extension API.
pub const API_WRITE: &str = "ext.api.write";
/// Reads stored secrets.
pub const SECRETS_READ: &str = "ext.secrets.read";
/// Writes stored secrets.
pub const SECRETS_WRITE: &str = "ext.secrets.write";
/// Reads issues, and with them service level events and intake forms.
pub const ISSUES_READ: &str = "issues.read";
/// Writes issues, and what becomes one: submissions of intake forms, received e-mails.
pub const ISSUES_WRITE: &str = "issues.write";
/// Reads comments on issues.
pub const COMMENTS_READ: &str = "comments.read";
/// Writes comments on issues.
pub const COMMENTS_WRITE: &str = "comments.write";
/// Reads records of custom data.
pub const CUSTOM_DATA_READ: &str = "custom_data.read";
/// Writes records of custom data.
pub const CUSTOM_DATA_WRITE: &str = "custom_data.write";
/// Reads workflows.
pub const WORKFLOWS_READ: &str = "workflows.read";
/// Reads boards.
pub const BOARDS_READ: &str = "boards.read";
/// Sends events for analytics.
pub const ANALYTICS_WRITE: &str = "analytics.write";
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

/// Whether a project is within reach. Scopes that name projects are for those only, whatever else
/// is granted; without such a scope, every project of the credential's organisation is.
///
/// ```
/// use kiket_contract::scope::allows_project;
///
/// let project = 27.try_into().unwrap();
/// assert!(allows_project(&["issues.read".to_owned()], project));
/// assert!(allows_project(&["*".to_owned(), "project:27".to_owned()], project));
/// assert!(!allows_project(&["*".to_owned(), "project:28".to_owned()], project));
/// ```
#[must_use]
pub fn allows_project(granted: &[String], id: ProjectId) -> bool {
    let wanted = project(id);
    let mut named = granted.iter().filter(|scope| scope.starts_with(PROJECT_PREFIX)).peekable();
    named.peek().is_none() || named.any(|scope| *scope == wanted)
}

/// The most characters of a scope that a workspace token is given.
pub const LONGEST: usize = 128;

/// Whether a text can be a scope: `*`, `project:<id>`, or up to [`LONGEST`] of `[A-Za-z0-9._:-]`.
///
/// ```
/// use kiket_contract::scope::is_valid;
///
/// assert!(is_valid("issues.read") && is_valid("*") && is_valid("project:27"));
/// assert!(!is_valid("") && !is_valid("project:all") && !is_valid("issues read"));
/// ```
#[must_use]
pub fn is_valid(scope: &str) -> bool {
    if scope == ALL {
        return true;
    }
    if let Some(id) = scope.strip_prefix(PROJECT_PREFIX) {
        return id
            .parse::<i64>()
            .is_ok_and(|id| ProjectId::try_from(id).is_ok_and(|id| project(id) == scope));
    }
    (1..=LONGEST).contains(&scope.len())
        && scope.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte))
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
