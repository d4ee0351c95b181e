//! Calls about issues, their transitions and comments.

use hyper::Method;
use kiket_contract::api::issues::{
    Issue, IssueComment, IssueFields, ListIssues, NewComment, PATH, TransitionIssue, WriteIssue,
    comments_path, path, transitions_path,
};
use kiket_contract::api::{AnyId, Page, Pagination};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Call;
use crate::list::{List, Next, Part};
use crate::{Error, Session, place};

/// The issues that may be seen, from [`Session::issues`]. Calls name an issue by its number or key.
#[derive(Debug, Clone, Copy)]
pub struct Issues<'a> {
    session: &'a Session,
}

impl Session {
    /// The issues.
    ///
    /// ```no_run
    /// use kiket_contract::api::issues::IssueFields;
    ///
    /// # async fn example(kiket: kiket_client::Session) -> Result<(), kiket_client::Error> {
    /// let issue = kiket.issues().get("SHOP-231").await?;
    /// kiket.issues().comment("SHOP-231", "The gateway answers again.").await?;
    /// kiket.issues().set_custom_field("SHOP-231", "gateway", "stripe").await?;
    /// kiket.issues().transition("SHOP-231", "done").await?;
    /// let labels = Some(vec!["checkout".to_owned()]);
    /// let fields = IssueFields { labels, ..IssueFields::default() };
    /// kiket.issues().update("SHOP-231", fields).await?;
    /// # Ok(()) }
    /// ```
    pub fn issues(&self) -> Issues<'_> {
        Issues { session: self }
    }
}

impl<'a> Issues<'a> {
    /// The issues: `GET /api/v1/ext/issues`.
    pub fn list(&self) -> List<'a, ListIssues, Issue> {
        let path = Ok(PATH.to_owned());
        List { session: self.session, path, query: ListIssues::default(), read: any_page }
    }

    /// One issue: `GET /api/v1/ext/issues/{issue}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no issue; [`Error::is_not_found`] when there
    /// is none of this number or key.
    pub async fn get(&self, issue: impl Into<AnyId>) -> Result<Issue, Error> {
        self.one(Call::to(Method::GET, path(&issue.into()))).await
    }

    /// Makes an issue: `POST /api/v1/ext/issues`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no issue.
    pub async fn create(&self, issue: IssueFields) -> Result<Issue, Error> {
        let call = Call::new(Method::POST, PATH.to_owned());
        self.one(call.json(&WriteIssue { issue })).await
    }

    /// Sets some of an issue's members: `PATCH /api/v1/ext/issues/{issue}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no issue.
    pub async fn update(
        &self,
        issue: impl Into<AnyId>,
        fields: IssueFields,
    ) -> Result<Issue, Error> {
        let call = Call::to(Method::PATCH, path(&issue.into()));
        self.one(call.and_then(|call| call.json(&WriteIssue { issue: fields }))).await
    }

    /// Sets one of the fields that the project added: `PATCH /api/v1/ext/issues/{issue}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is no issue.
    pub async fn set_custom_field(
        &self,
        issue: impl Into<AnyId>,
        key: &str,
        value: impl Into<Value>,
    ) -> Result<Issue, Error> {
        let mut fields = IssueFields::default();
        fields.custom_fields.insert(key.to_owned(), value.into());
        self.update(issue, fields).await
    }

    /// Moves an issue to this state: `POST /api/v1/ext/issues/{issue}/transitions`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success.
    pub async fn transition(&self, issue: impl Into<AnyId>, to: &str) -> Result<(), Error> {
        let call = Call::to(Method::POST, transitions_path(&issue.into()));
        let body = TransitionIssue { transition: to.to_owned() };
        self.session.complete(call.and_then(|call| call.json(&body))).await
    }

    /// Comments on an issue: `POST /api/v1/ext/issues/{issue}/comments`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success.
    pub async fn comment(&self, issue: impl Into<AnyId>, body: &str) -> Result<(), Error> {
        let call = Call::to(Method::POST, comments_path(&issue.into()));
        let body = NewComment { body: body.to_owned() };
        self.session.complete(call.and_then(|call| call.json(&body))).await
    }

    /// The comments on an issue: `GET /api/v1/ext/issues/{issue}/comments`.
    pub fn comments(&self, issue: impl Into<AnyId>) -> List<'a, ListIssues, IssueComment> {
        let path = comments_path(&issue.into()).map_err(Error::from);
        List { session: self.session, path, query: ListIssues::default(), read: any_page }
    }

    async fn one(&self, call: Result<Call, Error>) -> Result<Issue, Error> {
        Ok(match self.session.read(call).await? {
            One::Issue { issue } | One::Data { data: issue } | One::Bare(issue) => *issue,
        })
    }
}

impl List<'_, ListIssues, Issue> {
    /// Only of this project.
    pub fn project(mut self, project_id: impl Into<AnyId>) -> Self {
        self.query.project_id = Some(project_id.into());
        self
    }
}

impl<T> List<'_, ListIssues, T> {
    /// The most entries of a page.
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

/// An issue, in each of the forms that answers have.
#[derive(Deserialize)]
#[serde(untagged)]
enum One {
    Issue { issue: Box<Issue> },
    Data { data: Box<Issue> },
    Bare(Box<Issue>),
}

/// A list, in each of the forms that answers have.
#[derive(Deserialize)]
#[serde(untagged)]
enum Many<T> {
    Page(Page<T>),
    Issues { issues: Vec<T>, pagination: Option<Pagination> },
    Comments { comments: Vec<T>, pagination: Option<Pagination> },
    Bare(Vec<T>),
}

fn any_page<T: DeserializeOwned>(body: &[u8]) -> Result<Part<T>, Box<str>> {
    let (data, pagination) = match place::read(body)? {
        Many::Page(page) => return Ok(page.into()),
        Many::Bare(data) => (data, None),
        Many::Issues { issues: data, pagination }
        | Many::Comments { comments: data, pagination } => (data, pagination),
    };
    let next = pagination.and_then(|at| {
        (1..at.total_pages).contains(&at.page).then(|| Next::Number(at.page.saturating_add(1)))
    });
    Ok(Part { data, next })
}
