//! Lists, which come in pages.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use hyper::Method;
use kiket_contract::api::{CURSOR, Page};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::{Error, Session};

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
    /// Reads a page in the form it is written in.
    pub(crate) read: fn(&[u8]) -> Option<Page<T>>,
}

/// The pages of a list, one after the other.
pub struct Pages<'a, T> {
    session: &'a Session,
    read: fn(&[u8]) -> Option<Page<T>>,
    next: Next,
}

enum Next {
    /// What the first page can not be asked for with.
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
        let next = match (self.path, query) {
            (Ok(path), Ok(Value::Object(query))) => Next::Page { path, query },
            (Ok(path), Ok(_)) => Next::Page { path, query: Map::new() },
            (Err(fault), _) | (_, Err(fault)) => Next::Fault(fault),
        };
        Pages { session: self.session, read: self.read, next }
    }
}

impl<'a, Q: Serialize + Send + 'a, T: Send + 'a> IntoFuture for List<'a, Q, T> {
    type Output = Result<Page<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let mut pages = self.pages();
        Box::pin(async move { Ok(pages.page().await?.unwrap_or_else(empty)) })
    }
}

impl<T> Pages<'_, T> {
    /// The entries of the next page, which may be none; `None` after the last page. After a failure
    /// the same page can be asked for again.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a page.
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        Ok(self.page().await?.map(|page| page.data))
    }

    async fn page(&mut self) -> Result<Option<Page<T>>, Error> {
        let (path, query) = match &mut self.next {
            Next::End => return Ok(None),
            Next::Page { path, query } => (path, query),
            Next::Fault(_) => match std::mem::replace(&mut self.next, Next::End) {
                Next::Fault(fault) => return Err(fault),
                _ => return Ok(None),
            },
        };
        let call = Call::new(Method::GET, path.clone()).query(query);
        let answer = self.session.answer(call).await?;
        let page = (self.read)(&answer.body).ok_or(Error::UnexpectedAnswer)?;
        match &page.next_cursor {
            // A cursor that leads to itself would never end.
            Some(cursor) if query.get(CURSOR).and_then(Value::as_str) != Some(cursor) => {
                query.insert(CURSOR.to_owned(), cursor.as_str().into());
            }
            _ => self.next = Next::End,
        }
        Ok(Some(page))
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

fn empty<T>() -> Page<T> {
    Page { data: Vec::new(), next_cursor: None }
}

/// Reads a page as it is.
pub(crate) fn page<T: DeserializeOwned>(body: &[u8]) -> Option<Page<T>> {
    serde_json::from_slice(body).ok()
}
