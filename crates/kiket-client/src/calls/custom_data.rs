//! Calls about the records of an extension's own tables.

use hyper::Method;
use kiket_contract::api::AnyId;
use kiket_contract::api::custom_data::{
    InProject, ListRecords, OneRecord, Record, WriteRecord, path, record_path,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::list::{List, page};
use crate::{Error, Session};

/// The records of one project, from [`Session::custom_data`].
///
/// Records are named by the module's id, the table and, where there is one, the record's id.
#[derive(Debug, Clone)]
pub struct CustomData<'a> {
    session: &'a Session,
    project: InProject,
}

impl Session {
    /// The records of a project.
    pub fn custom_data(&self, project_id: impl Into<AnyId>) -> CustomData<'_> {
        CustomData { session: self, project: InProject { project_id: project_id.into() } }
    }
}

impl<'a> CustomData<'a> {
    /// The records of a table: `GET /api/v1/ext/custom_data/{module}/{table}`.
    pub fn list(&self, module: &str, table: &str) -> List<'a, ListRecords, Record> {
        List {
            session: self.session,
            path: path(module, table).map_err(Error::from),
            query: ListRecords {
                project_id: self.project.project_id.clone(),
                filters: Map::new(),
                limit: None,
                cursor: None,
                order: None,
            },
            read: page,
        }
    }

    /// One record: `GET /api/v1/ext/custom_data/{module}/{table}/{id}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer holds no record; [`Error::is_not_found`] when
    /// there is none of this id.
    pub async fn get(
        &self,
        module: &str,
        table: &str,
        id: impl Into<AnyId>,
    ) -> Result<Record, Error> {
        self.get_as(module, table, id).await
    }

    /// One record, read into a type of one's own: `GET /api/v1/ext/custom_data/{module}/{table}/{id}`.
    ///
    /// ```no_run
    /// #[derive(serde::Deserialize)]
    /// struct Contact {
    ///     email: String,
    /// }
    ///
    /// # async fn example(kiket: kiket_client::Session) -> Result<(), kiket_client::Error> {
    /// let records = kiket.custom_data(27);
    /// let one: Contact = records.get_as("com.example.crm", "contacts", 9).await?;
    /// let all = records.list("com.example.crm", "contacts").of::<Contact>().await?;
    /// assert!(all.data.iter().any(|contact| contact.email == one.email));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`CustomData::get`]; [`Error::UnexpectedAnswer`] when the record does not fit the type.
    pub async fn get_as<T: DeserializeOwned>(
        &self,
        module: &str,
        table: &str,
        id: impl Into<AnyId>,
    ) -> Result<T, Error> {
        let path = record_path(module, table, &id.into());
        self.one(Call::to(Method::GET, path).and_then(|call| call.query(&self.project))).await
    }

    /// Makes a record of these columns: `POST /api/v1/ext/custom_data/{module}/{table}`. The answer
    /// is the record with its id.
    ///
    /// The columns are written before the call begins, so they need not be `Send`.
    ///
    /// # Errors
    /// When the columns can not be written as JSON, the call can not be made, or the answer holds no
    /// record.
    pub fn create<R: Serialize>(
        &self,
        module: &str,
        table: &str,
        record: R,
    ) -> impl Future<Output = Result<Record, Error>> + Send + use<'_, 'a, R> {
        let call = self.write(Method::POST, path(module, table).map_err(Error::from), record);
        self.one(call)
    }

    /// Sets some of a record's columns: `PATCH /api/v1/ext/custom_data/{module}/{table}/{id}`. The
    /// answer is the whole record.
    ///
    /// # Errors
    /// As for [`CustomData::create`].
    pub fn update<R: Serialize>(
        &self,
        module: &str,
        table: &str,
        id: impl Into<AnyId>,
        record: R,
    ) -> impl Future<Output = Result<Record, Error>> + Send {
        let path = record_path(module, table, &id.into()).map_err(Error::from);
        self.one(self.write(Method::PATCH, path, record))
    }

    /// Removes a record: `DELETE /api/v1/ext/custom_data/{module}/{table}/{id}`.
    ///
    /// # Errors
    /// When the call can not be made, or the answer is not a success; [`Error::is_not_found`] when
    /// there is none of this id.
    pub async fn delete(
        &self,
        module: &str,
        table: &str,
        id: impl Into<AnyId>,
    ) -> Result<(), Error> {
        let path = record_path(module, table, &id.into());
        let call = Call::to(Method::DELETE, path).and_then(|call| call.query(&self.project));
        self.session.complete(call).await
    }

    fn write<R: Serialize>(
        &self,
        method: Method,
        path: Result<String, Error>,
        record: R,
    ) -> Result<Call, Error> {
        Call::new(method, path?).query(&self.project)?.json(&WriteRecord { record })
    }

    async fn one<T: DeserializeOwned>(&self, call: Result<Call, Error>) -> Result<T, Error> {
        let OneRecord { data } = self.session.read(call).await?;
        Ok(data)
    }
}

impl<'a> List<'a, ListRecords, Record> {
    /// The records read into a type of one's own. One that does not fit fails its page.
    pub fn of<T: DeserializeOwned>(self) -> List<'a, ListRecords, T> {
        List { session: self.session, path: self.path, query: self.query, read: page }
    }
}

impl<T> List<'_, ListRecords, T> {
    /// Only records whose column has this value.
    pub fn filter(mut self, column: impl Into<String>, value: impl Into<Value>) -> Self {
        self.query.filters.insert(column.into(), value.into());
        self
    }

    /// The most records of a page; 50 when nothing is said.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Begins where an earlier page ended: at its `next_cursor`.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.query.cursor = Some(cursor.into());
        self
    }

    /// In the order of this column, behind `-` for the largest first; the oldest record first when
    /// nothing is said.
    pub fn order(mut self, column: impl Into<String>) -> Self {
        self.query.order = Some(column.into());
        self
    }
}
