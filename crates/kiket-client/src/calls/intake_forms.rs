//! Calls about intake forms.

mod submissions;

use hyper::Method;
use kiket_contract::api::AnyId;
use kiket_contract::api::custom_data::InProject;
use kiket_contract::api::intake_forms::{
    FormStatsQuery, IntakeForm, IntakeStats, ListForms, PATH, Period, path, stats_path,
};
use kiket_contract::api::spelling::Both;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::list::{List, Part, page};
use crate::{Error, Session};

/// The intake forms of one project, from [`Session::intake_forms`]. Calls name a form by its key.
#[derive(Debug, Clone)]
pub struct IntakeForms<'a> {
    session: &'a Session,
    project_id: AnyId,
}

impl Session {
    /// The intake forms of a project.
    pub fn intake_forms(&self, project_id: impl Into<AnyId>) -> IntakeForms<'_> {
        IntakeForms { session: self, project_id: project_id.into() }
    }
}

impl<'a> IntakeForms<'a> {
    /// The forms: `GET /api/v1/ext/intake_forms`.
    pub fn list(&self) -> List<'a, ListForms, IntakeForm> {
        List {
            session: self.session,
            path: Ok(PATH.to_owned()),
            query: ListForms {
                project_id: self.project_id.clone(),
                active: None,
                public: None,
                limit: None,
                cursor: None,
            },
            read: spelled_page,
        }
    }

    /// One form: `GET /api/v1/ext/intake_forms/{form}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no form; [`Error::is_not_found`] when there
    /// is none of this key.
    pub async fn get(&self, form: &str) -> Result<IntakeForm, Error> {
        let query = InProject { project_id: self.project_id.clone() };
        self.read(Call::to(Method::GET, path(form)).and_then(|call| call.query(&query))).await
    }

    /// Where everybody can fill in a form, and none when it is not public: the form is fetched.
    ///
    /// # Errors
    /// As for [`IntakeForms::get`].
    pub async fn public_url(&self, form: &str) -> Result<Option<String>, Error> {
        Ok(self.get(form).await?.public_url().map(str::to_owned))
    }

    /// How often a form was filled in, of all time or of the last day, week or month:
    /// `GET /api/v1/ext/intake_forms/{form}/stats`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer holds no figures.
    pub async fn stats(
        &self,
        form: &str,
        period: impl Into<Option<Period>>,
    ) -> Result<IntakeStats, Error> {
        let query = FormStatsQuery { project_id: self.project_id.clone(), period: period.into() };
        self.read(Call::to(Method::GET, stats_path(form)).and_then(|call| call.query(&query))).await
    }

    async fn read<T: DeserializeOwned>(&self, call: Result<Call, Error>) -> Result<T, Error> {
        let Both(answer) = self.session.read(call).await?;
        Ok(answer)
    }
}

impl List<'_, ListForms, IntakeForm> {
    /// Only forms that take submissions, or only those that do not.
    pub fn active(mut self, active: bool) -> Self {
        self.query.active = Some(active);
        self
    }

    /// Only forms that everybody may fill in, or only those that not.
    pub fn public(mut self, public: bool) -> Self {
        self.query.public = Some(public);
        self
    }

    /// The most forms of a page.
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

/// Reads a page whose entries are in either spelling.
fn spelled_page<T: DeserializeOwned>(body: &[u8]) -> Result<Part<T>, Box<str>> {
    let Part { data, next } = page::<Both<T>>(body)?;
    Ok(Part { data: data.into_iter().map(|Both(entry)| entry).collect(), next })
}
