//! The statuses that a rule is about.

use serde::Deserialize;

/// At least one status.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub(super) struct Statuses(Vec<String>);

impl TryFrom<Vec<String>> for Statuses {
    type Error = &'static str;

    fn try_from(statuses: Vec<String>) -> Result<Self, Self::Error> {
        match statuses.iter().any(|status| status.is_empty()) || statuses.is_empty() {
            true => Err("name at least one status, such as [released], and none that is empty"),
            false => Ok(Self(statuses)),
        }
    }
}

impl Statuses {
    pub(super) fn contains(&self, status: &str) -> bool {
        self.0.iter().any(|known| known == status)
    }
}
