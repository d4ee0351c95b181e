//! What an extension answered, and what it called meanwhile.

mod assertions;

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use kiket_contract::retry::Meaning;
use serde_json::Value;

pub(crate) use self::assertions::includes;
use crate::stub_api::{Call, Listed};

/// How much of a body is shown, in characters.
const SHOWN: usize = 500;

/// An extension's answer, whole.
#[derive(Clone)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What it called meanwhile, if a stand-in was there to be called.
    pub(crate) calls: Option<Vec<Call>>,
}

impl Answer {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What the status means to the platform.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        Meaning::of(self.status)
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the answer is no JSON ({error})\n{self}"))
    }
}

/// The answer, and below it the calls that were made meanwhile.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.body);
        let shown: String = text.chars().take(SHOWN).collect();
        write!(f, "answered: {} {shown}", self.status)?;
        match &self.calls {
            Some(calls) => write!(f, "\n{}", Listed(calls)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
