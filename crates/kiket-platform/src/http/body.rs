//! Reading a request's JSON body.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// How long a body may take to come.
const LONGEST_READ: Duration = Duration::from_secs(30);

/// A JSON body of the wanted shape, whatever the request says its type is.
pub(super) struct JsonBody<T>(pub(super) T);

/// A body as it came.
pub(super) struct RawBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let read = tokio::time::timeout(LONGEST_READ, Bytes::from_request(request, state)).await;
        let read = read.map_err(|_| ApiError::BodyUnreadable)?;
        read.map(Self).map_err(|rejection| match rejection.status().as_u16() {
            413 => ApiError::BodyTooLarge,
            _ => ApiError::BodyUnreadable,
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let RawBody(bytes) = RawBody::from_request(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// Reads a body that has been received.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| match error.is_data() {
        true => ApiError::BodyShape(error),
        false => ApiError::BodySyntax(error),
    })
}
