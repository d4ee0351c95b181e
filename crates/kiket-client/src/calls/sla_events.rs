//! Calls about how issues stand against their service levels.

use kiket_contract::api::AnyId;
use kiket_contract::api::sla_events::{ListSlaEvents, PATH, SlaEvent};

use crate::Session;
use crate::list::{List, page};

/// The service level events of one project, from [`Session::sla_events`].
#[derive(Debug, Clone)]
pub struct SlaEvents<'a> {
    session: &'a Session,
    project_id: AnyId,
}

impl Session {
    /// The service level events of a project.
    pub fn sla_events(&self, project_id: impl Into<AnyId>) -> SlaEvents<'_> {
        SlaEvents { session: self, project_id: project_id.into() }
    }
}

impl<'a> SlaEvents<'a> {
    /// The latest events, newest first: `GET /api/v1/ext/sla/events`.
    ///
    /// ```no_run
    /// # async fn example(kiket: kiket_client::Session) -> Result<(), kiket_client::Error> {
    /// let events = kiket.sla_events(27).list().state("imminent").limit(5).await?;
    /// if let Some(first) = events.data.first() {
    ///     println!("issue {} is {}", first.issue_id, first.state);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> List<'a, ListSlaEvents, SlaEvent> {
        List {
            session: self.session,
            path: Ok(PATH.to_owned()),
            query: ListSlaEvents {
                project_id: self.project_id.clone(),
                issue_id: None,
                state: None,
                limit: None,
                cursor: None,
            },
            read: page,
        }
    }
}

impl List<'_, ListSlaEvents, SlaEvent> {
    /// Only of this issue.
    pub fn issue(mut self, issue_id: impl Into<AnyId>) -> Self {
        self.query.issue_id = Some(issue_id.into());
        self
    }

    /// Only in this state: `imminent`, `breached` or `recovered`.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.query.state = Some(state.into());
        self
    }

    /// The most events of a page.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Begins where an earlier page ended: at its `next_cursor`.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.query.cursor = Some(cursor.into());
        self
    }
}
