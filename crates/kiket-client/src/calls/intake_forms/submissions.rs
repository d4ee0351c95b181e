//! Calls about what was handed in by intake forms.

use hyper::Method;
use jiff::Timestamp;
use kiket_contract::api::AnyId;
use kiket_contract::api::custom_data::InProject;
use kiket_contract::api::intake_forms::submissions::{
    Decision, IntakeSubmission, ListSubmissions, NewSubmission, Review, SubmissionStatus, path,
    review_path, submission_path,
};
use serde::Serialize;
use serde_json::Map;

use super::{IntakeForms, spelled_page};
use crate::Error;
use crate::call::Call;
use crate::list::List;

impl<'a> IntakeForms<'a> {
    /// What was handed in: `GET /api/v1/ext/intake_forms/{form}/submissions`.
    pub fn submissions(&self, form: &str) -> List<'a, ListSubmissions, IntakeSubmission> {
        List {
            session: self.session,
            path: path(form).map_err(Error::from),
            query: ListSubmissions {
                project_id: self.project_id.clone(),
                status: None,
                since: None,
                limit: None,
                cursor: None,
            },
            read: spelled_page,
        }
    }

    /// One submission: `GET /api/v1/ext/intake_forms/{form}/submissions/{id}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no submission; [`Error::is_not_found`] when
    /// there is none of this id.
    pub async fn submission(
        &self,
        form: &str,
        id: impl Into<AnyId>,
    ) -> Result<IntakeSubmission, Error> {
        let query = InProject { project_id: self.project_id.clone() };
        let call = Call::to(Method::GET, submission_path(form, &id.into()));
        self.read(call.and_then(|call| call.query(&query))).await
    }

    /// Hands in what a form asks for: `POST /api/v1/ext/intake_forms/{form}/submissions`.
    ///
    /// The data is written before the call begins, so it need not be `Send`.
    ///
    /// # Errors
    /// When the data can not be written as JSON, the call can not be made, or the answer is no
    /// submission.
    pub fn create_submission<D: Serialize>(
        &self,
        form: &str,
        data: D,
    ) -> impl Future<Output = Result<IntakeSubmission, Error>> + Send + use<'_, 'a, D> {
        let project_id = self.project_id.clone();
        let call = Call::to(Method::POST, path(form))
            .and_then(|call| call.json(&NewSubmission { project_id, data, metadata: Map::new() }));
        self.read(call)
    }

    /// Takes a submission: `POST /api/v1/ext/intake_forms/{form}/submissions/{id}/approve`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no submission.
    pub async fn approve(
        &self,
        form: &str,
        id: impl Into<AnyId>,
        notes: Option<&str>,
    ) -> Result<IntakeSubmission, Error> {
        self.decide(form, &id.into(), Decision::Approve, notes).await
    }

    /// Does not take a submission: `POST /api/v1/ext/intake_forms/{form}/submissions/{id}/reject`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no submission.
    pub async fn reject(
        &self,
        form: &str,
        id: impl Into<AnyId>,
        notes: Option<&str>,
    ) -> Result<IntakeSubmission, Error> {
        self.decide(form, &id.into(), Decision::Reject, notes).await
    }

    async fn decide(
        &self,
        form: &str,
        id: &AnyId,
        decision: Decision,
        notes: Option<&str>,
    ) -> Result<IntakeSubmission, Error> {
        let project_id = self.project_id.clone();
        let review = Review { project_id, notes: notes.map(str::to_owned) };
        let call = Call::to(Method::POST, review_path(form, id, decision));
        self.read(call.and_then(|call| call.json(&review))).await
    }
}

impl List<'_, ListSubmissions, IntakeSubmission> {
    /// Only those that stand so.
    pub fn status(mut self, status: SubmissionStatus) -> Self {
        self.query.status = Some(status);
        self
    }

    /// Only those handed in at this time or later.
    pub fn since(mut self, since: Timestamp) -> Self {
        self.query.since = Some(since);
        self
    }

    /// The most submissions of a page.
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
