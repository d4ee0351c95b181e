//! Reading a request's query.

use std::error::Error as _;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A query of the wanted shape. What does not fit is refused by its name.
pub(super) struct Parameters<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        from(&parts.uri).map(Self)
    }
}

/// Reads a query that does not stand in the request as it is.
pub(super) fn read<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let uri = format!("/?{query}").parse();
    from(&uri.map_err(|_| ApiError::Parameters("the query can not be read".to_owned()))?)
}

fn from<T: DeserializeOwned>(uri: &Uri) -> Result<T, ApiError> {
    match Query::<T>::try_from_uri(uri) {
        Ok(Query(parameters)) => Ok(parameters),
        Err(rejection) => {
            let reason = rejection.source().map_or(rejection.to_string(), ToString::to_string);
            Err(ApiError::Parameters(reason))
        }
    }
}
