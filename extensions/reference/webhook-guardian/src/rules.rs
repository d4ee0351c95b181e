//! The rules: what has to hold before an issue goes into a status.
//!
//! Every kind of rule is asked, so that the user hears of everything at once. None of them looks at
//! anything but the question, the settings and the time that it is given.

mod allow_list;
mod approvals;
mod freezes;
mod performer;
mod required_fields;
mod statuses;
mod time_zone;
mod week;

use jiff::Timestamp;
use kiket_sdk::Extension;
use kiket_sdk::event::workflow::WorkflowTransition;

use self::allow_list::AllowList;
use self::approvals::Approvals;
use self::freezes::Freeze;
use self::required_fields::RequiredFields;
use crate::settings::{WrongSetting, read};

/// All rules of an installation.
#[derive(Debug)]
pub(crate) struct Rules {
    required_fields: Vec<RequiredFields>,
    freezes: Vec<Freeze>,
    approvals: Vec<Approvals>,
    allow_list: Vec<AllowList>,
}

/// Why an issue may not go on, for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Objection {
    /// Somebody else has to do something first.
    Pending(String),
    /// The user has to do something first.
    Deny(String),
}

/// What a rule says against a transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The kind of rule, as Kiket keeps it with the answer.
    pub(crate) rule: &'static str,
    pub(crate) objection: Objection,
}

impl Objection {
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Pending(message) | Self::Deny(message) => message,
        }
    }
}

impl Rules {
    /// The rules in the extension's settings.
    ///
    /// # Errors
    /// When one of the settings can not be used.
    pub(crate) fn of(extension: &Extension) -> Result<Self, WrongSetting> {
        Ok(Self {
            required_fields: read(extension, "REQUIRED_FIELDS")?,
            freezes: read(extension, "FREEZES")?,
            approvals: read(extension, "APPROVALS")?,
            allow_list: read(extension, "ALLOW_LIST")?,
        })
    }

    /// Everything that stands against a transition at this time.
    pub(crate) fn decide(&self, asked: &WorkflowTransition, now: Timestamp) -> Vec<Finding> {
        let to = &asked.transition.to;
        let named = |rule: &'static str| move |objection| Finding { rule, objection };
        let fields =
            self.required_fields.iter().filter_map(|rule| rule.objection(to, &asked.issue));
        let freezes = self.freezes.iter().filter_map(|rule| rule.objection(to, &asked.issue, now));
        let approvals = self.approvals.iter().filter_map(|rule| rule.objection(asked));
        let people = self.allow_list.iter().filter_map(|rule| rule.objection(&asked.transition));
        people
            .map(named("allow_list"))
            .chain(freezes.map(named("freeze")))
            .chain(fields.map(named("required_fields")))
            .chain(approvals.map(named("approvals")))
            .collect()
    }
}
