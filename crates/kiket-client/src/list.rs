//! Lists, which come in pages.

use std::collections::BTreeSet;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use hyper::Method;
use kiket_contract::api::{CURSOR, PAGE, Page};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::{Error, Session, place};

/// The most pages of one list that are read.
pub const MOST_PAGES: usize = 10_000;

/// A list that is about to be asked for. `.await` gives its first [`Page`]; [`List::pages`] gives
/// one page after the other.
///
/// ```no_run
/// # async fn example(kiket: kiket_client::Session) -> Result<(), kiket_client::Error> {
/// let table = kiket.custom_data(27);
/// let list = table.list("com.example.crm.contacts", "automation_records");
/// let first = list.filter("status", "active").limit(10).await?;
/// println!("{} records", first.data.len());
/// # Ok(()) }
/// ```
#[must_use = "a list is asked for by `.await`"]
pub struct List<'a, Q, T> {
    pub(crate) session: &'a Session,
    pub(crate) path: Result<String, Error>,
    pub(crate) query: Q,
    pub(crate) read: Read<T>,
}

/// Reads a page in the form it is written in, or says where it is another.
type Read<T> = fn(&[u8]) -> Result<Part<T>, Box<str>>;

/// A page, and what follows it.
pub(crate) struct Part<T> {
    pub(crate) data: Vec<T>,
    pub(crate) next: Option<Next>,
}

/// What the next page is asked for with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Next {
    Cursor(String),
    Number(u32),
}

/// The pages of a list, one after the other.
pub struct Pages<'a, T> {
    session: &'a Session,
    read: Read<T>,
    ahead: Ahead,
    /// What pages were asked for with.
    asked: BTreeSet<Next>,
    /// How many pages were given.
    given: usize,
}

enum Ahead {
    /// Why the next page can not be asked for.
    Fault(Error),
    Page {
        path: String,
        query: Map<String, Value>,
    },
    End,
}

impl<'a, Q: Serialize, T> List<'a, Q, T> {
    /// The pages of the list, from the one that the cursor names or else from the first.
    ///
    /// ```no_run
    /// # async fn example(kiket: kiket_client::Session) -> Result<(), kiket_client::Error> {
    /// let mut pages = kiket.custom_data(27).list("com.example.crm", "contacts").pages();
    /// while let Some(records) = pages.next_page().await? {
    ///     println!("{} more records", records.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn pages(self) -> Pages<'a, T> {
        let query = serde_json::to_value(&self.query).map_err(Error::Encode);
        let mut asked = BTreeSet::new();
        let ahead = match (self.path, query) {
            (Ok(path), Ok(Value::Object(query))) => {
                let cursor = query.get(CURSOR).and_then(Value::as_str);
                asked.extend(cursor.map(|cursor| Next::Cursor(cursor.to_owned())));
                Ahead::Page { path, query }
            }
            (Ok(path), Ok(_)) => Ahead::Page { path, query: Map::new() },
            (Err(fault), _) | (_, Err(fault)) => Ahead::Fault(fault),
        };
        Pages { session: self.session, read: self.read, ahead, asked, given: 0 }
    }
}

impl<'a, Q: Serialize + Send + 'a, T: Send + 'a> IntoFuture for List<'a, Q, T> {
    type Output = Result<Page<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let mut pages = self.pages();
        Box::pin(async move {
            let (data, next) =
                pages.part().await?.map_or((Vec::new(), None), |it| (it.data, it.next));
            let next_cursor = match next {
                Some(Next::Cursor(cursor)) => Some(cursor),
                Some(Next::Number(_)) | None => None,
            };
            Ok(Page { data, next_cursor })
        })
    }
}

impl<T> Pages<'_, T> {
    /// The entries of the next page, which may be none; `None` after the last page. After a failure
    /// the same page can be asked for again.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a page. [`Error::EndlessList`], once, when
    /// the last page leads back to one that was given, or [`MOST_PAGES`] were given.
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        Ok(self.part().await?.map(|part| part.data))
    }

    async fn part(&mut self) -> Result<Option<Part<T>>, Error> {
        let (path, query) = match &mut self.ahead {
            Ahead::End => return Ok(None),
            Ahead::Page { path, query } => (path, query),
            Ahead::Fault(_) => match std::mem::replace(&mut self.ahead, Ahead::End) {
                Ahead::Fault(fault) => return Err(fault),
                _ => return Ok(None),
            },
        };
        let call = Call::new(Method::GET, path.clone()).query(query)?;
        let answer = self.session.answer(&call).await?;
        let part = (self.read)(&answer.body)
            .map_err(|at| Error::UnexpectedAnswer { call: call.name(), at })?;
        self.given += 1;
        let Some(next) = &part.next else {
            self.ahead = Ahead::End;
            return Ok(Some(part));
        };
        match next {
            Next::Cursor(cursor) => query.insert(CURSOR.to_owned(), cursor.as_str().into()),
            Next::Number(number) => query.insert(PAGE.to_owned(), (*number).into()),
        };
        if !self.asked.insert(next.clone()) || self.given == MOST_PAGES {
            let fault = Error::EndlessList { call: call.name(), pages: self.given };
            self.ahead = Ahead::Fault(fault);
        }
        Ok(Some(part))
    }
}

impl<Q: fmt::Debug, T> fmt::Debug for List<'_, Q, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, query, .. } = self;
        f.debug_struct("List").field("path", path).field("query", query).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl<T> From<Page<T>> for Part<T> {
    fn from(page: Page<T>) -> Self {
        Self { data: page.data, next: page.next_cursor.map(Next::Cursor) }
    }
}

/// Reads a page as it is.
pub(crate) fn page<T: DeserializeOwned>(body: &[u8]) -> Result<Part<T>, Box<str>> {
    place::read::<Page<T>>(body).map(Part::from)
}
