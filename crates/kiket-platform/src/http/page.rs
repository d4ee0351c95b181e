//! Pages of a list: where one ends, as text that the next request sends back.
//!
//! A cursor holds the position of the last entry that was shown, not a count, so what is added to
//! the list meanwhile moves nothing. Callers are not to look inside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kiket_contract::api::{Limit, Page};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// The position that a page starts after, unless it is the first.
pub(super) fn position<P: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<P>, ApiError> {
    let read = |cursor: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok();
    cursor
        .map(|cursor| {
            let unknown = "cursor: not one that this list gave; leave it out to start anew";
            read(cursor).ok_or_else(|| ApiError::Parameters(unknown.to_owned()))
        })
        .transpose()
}

/// The page of at most `limit` entries, of which one more was read to see whether any follow. `end`
/// is the position after the entries that are shown.
pub(super) fn page<T, P: Serialize>(
    mut entries: Vec<T>,
    limit: Limit,
    end: impl FnOnce(&[T]) -> P,
) -> Page<T> {
    if entries.len() <= limit.get() {
        return Page { data: entries, next_cursor: None };
    }
    entries.truncate(limit.get());
    let end = cursor(&end(&entries));
    Page { data: entries, next_cursor: Some(end) }
}

/// A position as a request sends it back.
pub(super) fn cursor<P: Serialize>(position: &P) -> String {
    // A position is made of numbers, ids and texts, which JSON can always say.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_page(entries: usize) -> Page<usize> {
        let limit = Limit::try_from(3).unwrap();
        page((0..entries).collect(), limit, |shown| shown.last().copied())
    }

    #[test]
    fn a_cursor_is_given_while_something_follows_and_leads_back_to_its_position() {
        assert_eq!(first_page(3), Page { data: vec![0, 1, 2], next_cursor: None });
        let page = first_page(4);
        assert_eq!(page.data, [0, 1, 2]);
        assert_eq!(position::<usize>(page.next_cursor.as_deref()).unwrap(), Some(2));
        assert_eq!(position::<usize>(None).unwrap(), None);
    }

    #[test]
    fn a_cursor_of_elsewhere_is_refused() {
        for cursor in ["", "!", "AAAA", "eyJh"] {
            assert!(position::<usize>(Some(cursor)).is_err(), "{cursor}");
        }
    }
}
